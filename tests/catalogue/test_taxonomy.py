"""Genres, stars, directors and certifications: the four kinds behave alike."""

import asyncio
import json
from typing import Any

import pytest

from cinema.catalogue.labels import CERTIFICATIONS, DIRECTORS, KINDS, Kind
from cinema.database import fetch
from cinema.settings import Settings
from tests.catalogue.moderating import add, audited, make_moderator, refused
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted

ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@pytest.fixture
async def moderator(client: Client, settings: Settings) -> Buyer:
    return await make_moderator(client, settings)


async def make(moderator: Buyer, kind: Kind, name: str) -> int:
    status, body = await moderator.call("POST", f"/{kind.table}", {"name": name})
    assert status == 201, body
    return int(body["id"])


async def names(moderator: Buyer, path: str) -> list[tuple[str, int]]:
    status, body = await moderator.call("GET", path)
    assert status == 200, body
    return [(item["name"], item["movies"]) for item in body["items"]]


def having(kind: Kind, *labels: str) -> dict[str, Any]:
    return {kind.field: labels[0] if kind is CERTIFICATIONS else labels}


@ALL
async def test_a_name_is_made_listed_renamed_and_deleted(moderator: Buyer, kind: Kind) -> None:
    made = await make(moderator, kind, "  New   wave ")
    assert await names(moderator, f"/{kind.table}") == [("New wave", 0)]
    path = f"/{kind.table}/{made}"
    assert await moderator.call("PATCH", path, {"name": "NEW WAVE"}) == (
        200, {"id": made, "name": "NEW WAVE"}
    )  # fmt: skip
    assert await moderator.call("DELETE", path) == (204, None)
    assert await names(moderator, f"/{kind.table}") == []

    word = kind.word
    assert await emitted() == [f"{word}.changed"] * 3
    rows = await fetch("SELECT topics, data FROM outbox ORDER BY id")
    assert [(row["topics"], json.loads(row["data"])) for row in rows] == [
        (["catalogue"], {"id": made, "name": name, "change": change})
        for name, change in
        (("New wave", "created"), ("NEW WAVE", "renamed"), ("NEW WAVE", "deleted"))
    ]  # fmt: skip
    me, subject = moderator.user.id, f"{word}:{made}"
    assert await audited(f"{word}.created") == [(me, subject, None, {"name": "New wave"})]
    assert await audited(f"{word}.renamed") == [
        (me, subject, {"name": "New wave"}, {"name": "NEW WAVE"})
    ]
    assert await audited(f"{word}.deleted") == [(me, subject, {"name": "NEW WAVE"}, None)]


@ALL
async def test_what_a_name_cannot_be_is_refused(moderator: Buyer, kind: Kind) -> None:
    made = await make(moderator, kind, "Émile Zola")
    other = await make(moderator, kind, "Other")
    bodies: list[Any] = [{}, {"name": ""}, {"name": " \t "}, {"name": "x" * 101}, {"name": None},
                         {"name": 7}, {"name": "a\x07b"}, {"name": "ok", "id": 3}]  # fmt: skip
    for body in bodies:
        await refused(moderator, "POST", f"/{kind.table}", body, 422, "invalid_request")
        await refused(moderator, "PATCH", f"/{kind.table}/{made}", body, 422, "invalid_request")
    taken: Any = {"name": "éMILE zOLA"}
    await refused(moderator, "POST", f"/{kind.table}", taken, 409, "label_exists")
    await refused(moderator, "PATCH", f"/{kind.table}/{other}", taken, 409, "label_exists")
    for method, body in (("PATCH", taken), ("DELETE", None), ("GET", None)):
        await refused(moderator, method, f"/{kind.table}/999", body, 404, "label_not_found")
    await make(moderator, kind, "x" * 100)


@ALL
async def test_a_name_that_movies_have_is_not_deleted(moderator: Buyer, kind: Kind) -> None:
    first, second = [await make_movie(**having(kind, "Kept")) for _ in range(2)]
    [label] = await fetch(f"SELECT id FROM {kind.table} WHERE name = 'Kept'")
    path = f"/{kind.table}/{label['id']}"
    problem = await refused(moderator, "DELETE", path, None, 409, "label_in_use")
    assert problem["movies"] == 2
    for movie in (first, second):
        assert (await moderator.call("DELETE", f"/movies/{movie.id}"))[0] == 204
    if kind is CERTIFICATIONS:
        # A deleted movie still has the one that it had.
        await refused(moderator, "DELETE", path, None, 409, "label_in_use")
    else:
        assert (await moderator.call("DELETE", path))[0] == 204


@ALL
async def test_a_name_is_shown_with_its_movies_page_by_page(moderator: Buyer, kind: Kind) -> None:
    for number in range(5):
        await make_movie(f"Film {number}", votes=number, **having(kind, "Kept"))
    await make_movie("Other", **having(kind, "Another"))
    [label] = await fetch(f"SELECT id FROM {kind.table} WHERE name = 'Kept'")
    path = f"/{kind.table}/{label['id']}"

    _, first = await moderator.call("GET", f"{path}?per_page=2")
    assert (first["id"], first["name"], first["total_items"]) == (label["id"], "Kept", 5)
    assert [movie["name"] for movie in first["items"]] == ["Film 4", "Film 3"]
    assert first["items"][0]["me"]["in_cart"] is False
    assert first["next"] == f"/api/v1{path}?per_page=2&page=2"
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        _, page = await moderator.call("GET", f"{path}?per_page=2&cursor={cursor}")
        seen += [movie["name"] for movie in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"Film {number}" for number in (4, 3, 2, 1, 0)]


async def test_the_list_is_counted_paged_and_found_by_the_beginning_of_a_word(
    moderator: Buyer,
) -> None:
    gone = await make_movie(directors=("Akira Kurosawa", "Kiyoshi Kurosawa"))
    await make_movie(directors=("Akira Kurosawa", "100% Wolf", "under_score"))
    await moderator.call("DELETE", f"/movies/{gone.id}")
    everybody = [
        ("100% Wolf", 1), ("Akira Kurosawa", 1), ("Kiyoshi Kurosawa", 0), ("under_score", 1)
    ]  # fmt: skip
    assert await names(moderator, "/directors") == everybody
    for q, found in (
        ("kuro", ["Akira Kurosawa", "Kiyoshi Kurosawa"]), ("AKIRA K", ["Akira Kurosawa"]),
        ("osawa", []), ("%", []), ("100%", ["100% Wolf"]), ("under_", ["under_score"]), ("_", []),
        ("\\", []),
    ):  # fmt: skip
        _, body = await moderator.call("GET", f"/directors?q={q.replace('%', '%25')}")
        assert [item["name"] for item in body["items"]] == found, q
        assert body["total_items"] == len(found)
    cursor, seen = "", []
    while cursor is not None:
        _, body = await moderator.call("GET", f"/directors?per_page=1&cursor={cursor}")
        seen += [(item["name"], item["movies"]) for item in body["items"]]
        cursor = body["next_cursor"]
    assert seen == everybody
    for broken in ("x", "WzFd", "W10"):
        status, _ = await moderator.call("GET", f"/directors?cursor={broken}")
        assert status == 422


async def test_movies_are_found_by_the_new_name_of_their_people(moderator: Buyer) -> None:
    made = await add(moderator, directors=["Andrei Tarkovski"])
    [label] = await fetch("SELECT id FROM directors")
    path = f"/directors/{label['id']}"
    assert (await moderator.call("PATCH", path, {"name": "Andrei Tarkovsky"}))[0] == 200
    for words, found in (("tarkovsky", [made["id"]]), ("tarkovski", [])):
        _, page = await moderator.call("GET", f"/movies?q={words}")
        assert [movie["id"] for movie in page["items"]] == found
    _, movie = await moderator.call("GET", f"/movies/{made['id']}")
    assert movie["directors"] == ["Andrei Tarkovsky"]


async def test_of_twenty_who_make_the_same_name_one_has_it(moderator: Buyer) -> None:
    calls = (moderator.call("POST", "/genres", {"name": name}) for name in ["Noir", "NOIR"] * 10)
    answers = await asyncio.gather(*calls)
    assert sorted(status for status, _ in answers) == [201] + [409] * 19
    assert await emitted() == ["genre.changed"]


async def test_of_two_who_rename_to_the_same_name_one_has_it(moderator: Buyer) -> None:
    for number in range(10):
        ids = [await make(moderator, DIRECTORS, f"{name} {number}") for name in "ab"]
        answers = await asyncio.gather(
            *(moderator.call("PATCH", f"/directors/{one}", {"name": f"C {number}"}) for one in ids)
        )
        assert sorted(status for status, _ in answers) == [200, 409]


async def test_a_rename_and_a_change_of_the_movie_at_once_leave_a_true_search(
    moderator: Buyer,
) -> None:
    made = await add(moderator, directors=["Old"])
    [label] = await fetch("SELECT id FROM directors")
    for number in range(20):
        await asyncio.gather(
            moderator.call("PATCH", f"/directors/{label['id']}", {"name": f"Person{number}"}),
            moderator.call("PATCH", f"/movies/{made['id']}", {"name": f"Title{number}"}),
        )
        [row] = await fetch("SELECT search::text AS words FROM movies")
        assert f"'person{number}'" in row["words"]
        assert f"'title{number}'" in row["words"]
