"""Movies are made and changed: every bound, relations by name or id, and what follows."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.settings import Settings
from tests.catalogue.moderating import SOLARIS, add, audited, make_moderator, refused, traces
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, make_buyer

NEXT_YEAR = datetime.now(UTC).year + 1


@pytest.fixture
async def moderator(client: Client, settings: Settings) -> Buyer:
    return await make_moderator(client, settings)


async def last_event(kind: str) -> Any:
    rows = await fetch(
        "SELECT topics, data FROM outbox WHERE type = $1 ORDER BY id DESC LIMIT 1", kind
    )
    data = rows[0]["data"]
    return rows[0]["topics"], json.loads(data) if isinstance(data, str) else data


async def test_a_movie_is_made_with_its_people_and_found_by_them(moderator: Buyer) -> None:
    made = await add(moderator)

    sent = SOLARIS | {"genres": ["Drama", "Sci-Fi"], "is_available": True, "release_at": None}
    assert {name: made[name] for name in sent} == sent
    for words in ("solaris", "tarkovsky", "bondarchuk", "ocean"):
        _, found = await moderator.call("GET", f"/movies?q={words}")
        assert [movie["id"] for movie in found["items"]] == [made["id"]], words
    topics, data = await last_event("movie.created")
    assert topics == [f"movie:{made['id']}", "catalogue"]
    assert data == {"movie_id": made["id"], "name": "Solaris"}
    [(actor, subject, before, after)] = await audited("movie.created")
    assert (actor, subject, before) == (moderator.user.id, f"movie:{made['id']}", None)
    assert after["directors"] == ["Andrei Tarkovsky"]
    assert (after["price"], after["certification"]) == ("9.99", "PG")


async def test_names_are_found_whatever_their_case_and_never_by_a_part(moderator: Buyer) -> None:
    first = await add(moderator, genres=["Sci-Fi"], stars=["Ann Lee"], certification="PG")
    second = await add(
        moderator, name="Second", genres=["SCI-FI", " sci-fi  "], stars=["Ann", "ann  lee"],
        certification="pg",
    )  # fmt: skip
    assert (first["genres"], second["genres"]) == (["Sci-Fi"], ["Sci-Fi"])
    assert second["stars"] == ["Ann", "Ann Lee"]
    assert second["certification"] == "PG"
    assert await fetch("SELECT name FROM genres") == [{"name": "Sci-Fi"}]


async def test_relations_may_be_given_by_id_and_mixed_with_names(moderator: Buyer) -> None:
    await add(moderator)
    [drama] = await fetch("SELECT id FROM genres WHERE name = 'Drama'")
    [rated] = await fetch("SELECT id FROM certifications")
    made = await add(
        moderator, name="Mirror", genres=[drama["id"], "War", "drama"], certification=rated["id"]
    )
    assert (made["genres"], made["certification"]) == (["Drama", "War"], "PG")


async def test_every_unknown_id_is_named_with_its_place_and_no_name_is_made(
    moderator: Buyer,
) -> None:
    body = SOLARIS | {"genres": ["Drama", 77, 78], "certification": 99, "stars": ["A", 2**53]}
    problem = await refused(moderator, "POST", "/movies", body, 422, "invalid_request")
    assert [(error["loc"], error["type"]) for error in problem["errors"]] == [
        (["body", "certification"], "unknown_id"),
        (["body", "genres", "1"], "unknown_id"),
        (["body", "genres", "2"], "unknown_id"),
        (["body", "stars", "1"], "unknown_id"),
    ]


IMPOSSIBLE: list[tuple[str, Any]] = [
    ("name", ""), ("name", "x" * 251), ("name", " \u200b "), ("name", "a\u202eb"), ("name", 7),
    ("year", 1887), ("year", NEXT_YEAR + 1), ("year", "1999"), ("year", True), ("year", 1999.5),
    ("time", 0), ("time", 100_001), ("imdb", "10.1"), ("imdb", "-0.1"), ("imdb", "7.55"),
    ("imdb", "NaN"), ("votes", -1), ("votes", 2**31), ("meta_score", -1), ("meta_score", 101),
    ("gross", "-1"), ("gross", 5), ("gross", "1.234"), ("description", "x" * 10_001),
    ("price", 9.99), ("price", 9), ("price", "-1"), ("price", "9.999"), ("price", "1e2"),
    ("price", "100000000.00"), ("price", ""), ("certification", None), ("certification", ""),
    ("certification", ["PG"]), ("genres", "Drama"), ("genres", ["x" * 101]), ("genres", [0]),
    ("genres", [True]), ("genres", [1.5]), ("genres", [None]), ("stars", ["x"] * 51),
    ("is_available", "yes"), ("release_at", "2099-01-01T00:00:00"), ("release_at", 4070908800),
    ("release_at", "2020-01-01T00:00:00Z"), ("release_at", "2101-01-01T00:00:00Z"),
    ("id", 1), ("uuid", "0d7f3c9e-5b0a-4a3e-9c64-2f9d0f6f6c11"), ("likes", 5),
    ("deleted_at", None), ("search", "x"), ("poster_key", "x"), ("rating_sum", 10),
]  # fmt: skip
BOUNDS: list[tuple[str, Any]] = [
    ("name", "x" * 250), ("year", 1888), ("year", NEXT_YEAR), ("time", 1), ("imdb", "0.0"),
    ("imdb", "10.0"), ("votes", 2**31 - 1), ("meta_score", 0), ("meta_score", 100),
    ("meta_score", None), ("gross", None), ("gross", "9999999999999.99"), ("description", ""),
    ("price", "0.00"), ("price", "99999999.99"), ("genres", []), ("is_available", False),
    ("year", 1999),
]  # fmt: skip


async def test_what_a_movie_cannot_be_is_refused_at_its_place(moderator: Buyer) -> None:
    movie = await make_movie()
    before = await traces()
    for field, value in IMPOSSIBLE:
        for method, path, body in (
            ("POST", "/movies", SOLARIS | {field: value}),
            ("PATCH", f"/movies/{movie.id}", {field: value}),
        ):
            status, problem = await moderator.call(method, path, body)
            assert (status, problem["code"]) == (422, "invalid_request"), (method, field, value)
            places = {tuple(error["loc"][:2]) for error in problem["errors"]}
            assert places == {("body", field)}, (method, value)
    assert await traces() == before


async def test_the_bounds_themselves_are_taken(moderator: Buyer) -> None:
    other = await make_movie()
    for number, (field, value) in enumerate(BOUNDS):
        made = await add(moderator, **({"name": f"Film number {number}"} | {field: value}))
        assert made[field] == value
        given = "y" * 250 if field == "name" else value
        _, changed = await moderator.call("PATCH", f"/movies/{other.id}", {field: given})
        assert changed[field] == given


async def test_every_missing_field_is_named(moderator: Buyer) -> None:
    problem = await refused(moderator, "POST", "/movies", {}, 422, "invalid_request")
    assert sorted(error["loc"][1] for error in problem["errors"]) == [
        "certification", "description", "imdb", "name", "price", "time", "year"
    ]  # fmt: skip


async def test_a_second_movie_of_the_name_year_and_time_is_refused(moderator: Buyer) -> None:
    first = await add(moderator)
    await refused(moderator, "POST", "/movies", SOLARIS, 409, "movie_exists")
    remake = await add(moderator, year=2002, time=99)
    change = {"year": 1972, "time": 167, "genres": ["Never made"]}
    await refused(moderator, "PATCH", f"/movies/{remake['id']}", change, 409, "movie_exists")
    status, _ = await moderator.call("DELETE", f"/movies/{first['id']}")
    assert status == 204
    assert (await add(moderator))["id"] != first["id"]


async def test_of_fifty_moderators_who_make_the_same_movie_at_once_one_has_it(
    moderator: Buyer,
) -> None:
    answers = await asyncio.gather(*(moderator.call("POST", "/movies", SOLARIS) for _ in range(50)))
    codes = sorted((status, body.get("code")) for status, body in answers)
    assert codes == [(201, None)] + [(409, "movie_exists")] * 49
    assert await fetch("SELECT count(*) AS n FROM movies") == [{"n": 1}]
    assert await emitted() == ["movie.created"]


async def test_a_patch_changes_what_it_holds_and_tells_it(moderator: Buyer) -> None:
    made = await add(moderator)
    change = {"price": "4.50", "gross": None, "directors": ["Steven Soderbergh"]}
    status, changed = await moderator.call("PATCH", f"/movies/{made['uuid']}", change)
    assert status == 200
    assert changed == made | change | {"poster": changed["poster"]}
    topics, data = await last_event("movie.changed")
    assert topics == [f"movie:{made['id']}", "catalogue"]
    assert data == {
        "movie_id": made["id"], "changed": ["directors", "gross", "price"],
        "old_price": "9.99", "price": "4.50", "is_available": True,
    }  # fmt: skip
    assert await audited("movie.changed") == [
        (
            moderator.user.id,
            f"movie:{made['id']}",
            {"price": "9.99", "gross": "22168.00", "directors": ["Andrei Tarkovsky"]},
            {"price": "4.50", "gross": None, "directors": ["Steven Soderbergh"]},
        )
    ]
    for words, found in (("soderbergh", [made["id"]]), ("tarkovsky", [])):
        _, page = await moderator.call("GET", f"/movies?q={words}")
        assert [movie["id"] for movie in page["items"]] == found


async def test_a_patch_that_changes_nothing_tells_nothing(moderator: Buyer) -> None:
    made = await add(moderator)
    for change in ({}, {"price": "9.99"}, {"genres": ["DRAMA", "sci-fi"]}):
        assert (await moderator.call("PATCH", f"/movies/{made['id']}", change))[0] == 200
    assert await emitted() == ["movie.created"]
    assert await audited("movie.changed") == []


async def test_a_new_price_is_in_the_cart_with_its_difference(
    client: Client, settings: Settings, moderator: Buyer
) -> None:
    movie = await make_movie()
    buyer = await make_buyer(client, settings)
    await buyer.add(movie.id)
    await moderator.call("PATCH", f"/movies/{movie.id}", {"price": "12.00"})
    _, cart = await buyer.call("GET", "/cart")
    assert (cart["items"][0]["price_change"], cart["total"]) == ("2.01", "12.00")


async def test_a_movie_that_is_withdrawn_or_ahead_of_its_release_cannot_be_put_into_a_cart(
    client: Client, settings: Settings, moderator: Buyer
) -> None:
    movie = await make_movie()
    buyer = await make_buyer(client, settings)
    ahead = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    for change, code in (
        ({"is_available": False}, "movie_not_available"),
        ({"is_available": True, "release_at": ahead}, "movie_not_available"),
    ):
        assert (await moderator.call("PATCH", f"/movies/{movie.id}", change))[0] == 200
        status, problem = await buyer.call("POST", "/cart/items", {"movie_id": movie.id})
        assert (status, problem["code"]) == (409, code)
    await moderator.call("PATCH", f"/movies/{movie.id}", {"release_at": None})
    await buyer.add(movie.id)


async def test_a_movie_that_is_not_there_cannot_be_changed(moderator: Buyer) -> None:
    await refused(moderator, "PATCH", "/movies/99", {"price": "1.00"}, 404, "movie_not_found")


async def test_ordinary_users_change_nothing(client: Client, settings: Settings) -> None:
    movie = await make_movie()
    user = await make_buyer(client, settings)
    await refused(user, "POST", "/movies", SOLARIS, 403, "forbidden")
    await refused(user, "PATCH", f"/movies/{movie.id}", {"price": "0.00"}, 403, "forbidden")
    await refused(user, "DELETE", f"/movies/{movie.id}", None, 403, "forbidden")
    await refused(user, "POST", "/genres", {"name": "X"}, 403, "forbidden")
    assert await Movie.filter(deleted_at=None).count() == 1
