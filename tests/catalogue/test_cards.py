"""A movie's card says what the tables say, whoever has changed them and however."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.links import POSTER_WIDTHS
from cinema.catalogue.reindexing import search_faults
from cinema.catalogue.schemas import MovieOut
from cinema.database import atomic, fetch
from cinema.settings import Settings
from tests.catalogue.moderating import SOLARIS, add, make_moderator
from tests.conftest import Client
from tests.factories import movie_row
from tests.house import Buyer, make_buyer

HOSTILE = (
    'Say "Cheese" \\ and/or </script> {"a": [1]}',
    "tab\tnew\nline\rfeed\x0c bell\x07 record\x1e unit\x1f del\x7f",
    "Amélie 映画 \U0001f3ac \u2028 \u2029 \ufeff e\u0301",
    "}",
)
MOMENT = datetime(2031, 5, 4, 3, 2, 1, 120, timezone(timedelta(hours=5)))
TABLES = """
SELECT m.*, c.name AS certification,
       ARRAY(SELECT o.name FROM movies_genres r JOIN genres o ON o.id = r.genre_id
              WHERE r.movie_id = m.id ORDER BY o.name) AS genres,
       ARRAY(SELECT o.name FROM movies_directors r JOIN directors o ON o.id = r.director_id
              WHERE r.movie_id = m.id ORDER BY o.name) AS directors,
       ARRAY(SELECT o.name FROM movies_stars r JOIN stars o ON o.id = r.star_id
              WHERE r.movie_id = m.id ORDER BY o.name) AS stars
  FROM movies m JOIN certifications c ON c.id = m.certification_id
 WHERE m.deleted_at IS NULL ORDER BY m.id
"""


async def told_by_the_tables() -> list[dict[str, Any]]:
    """Return what the API has to say of each movie, gathered without its card."""
    return [_told(row) for row in await fetch(TABLES)]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    count = row["rating_count"]
    average = Decimal(row["rating_sum"] * 10) / count if count else None
    key = row["poster_key"]
    posters = {
        size: f"/{key}/{width}.webp" if key else f"/posters/{row['uuid']}.svg"
        for size, width in POSTER_WIDTHS.items()
    }
    whole = MovieOut.model_validate(
        row
        | {
            "currency": "usd",
            "rating": {
                # Halves go up.
                "average": None if average is None else int(average + Decimal("0.5")) / Decimal(10),
                "count": count,
            },
            "poster": posters["medium"],
            "posters": posters,
            "trailer": f"/api/v1/movies/{row['id']}/trailer" if row["trailer_key"] else None,
        },
        by_name=True,
    )
    return whole.model_dump(mode="json")


async def told_by_the_api(client: Client, ids: Iterable[int]) -> list[dict[str, Any]]:
    told = []
    for movie_id in ids:
        async with client.get(f"/api/v1/movies/{movie_id}") as response:
            assert response.status == 200
            told.append(await response.json())
    return told


async def agree(client: Client) -> list[dict[str, Any]]:
    """See that the movie, the list and the list by cursor all say what the tables say."""
    truth = await told_by_the_tables()
    assert await told_by_the_api(client, [movie["id"] for movie in truth]) == truth
    for address in ("/api/v1/movies?per_page=100", "/api/v1/movies?per_page=100&cursor="):
        async with client.get(address) as response:
            items = (await response.json())["items"]
        assert sorted(items, key=lambda movie: int(movie["id"])) == truth
    return truth


@pytest.fixture
async def films(client: Client) -> None:
    await import_offers(
        Offer(movie_row(name, year=1990 + number, description=name, genres=("Drama", "Noir")))
        for number, name in enumerate(HOSTILE)
    )
    await import_offers([Offer(movie_row("Full", meta_score=7, gross=Decimal("12.30")))])


async def test_every_text_and_every_number_arrives_as_it_is(films: None, client: Client) -> None:
    await fetch(
        "UPDATE movies SET poster_key = 'posters/x', trailer_key = 'trailers/y.mp4',"
        " release_at = $1, likes = 1, dislikes = 2, favorites = 3, comments = 4,"
        " rating_sum = 17, rating_count = 4 WHERE name = 'Full'",
        MOMENT,
    )
    told = {movie["name"]: movie for movie in await agree(client)}
    full = told.pop("Full")
    assert {name: movie["description"] for name, movie in told.items()} == {
        name: name for name in HOSTILE
    }
    assert (full["gross"], full["meta_score"], full["imdb"]) == ("12.30", 7, "7.5")
    assert full["rating"] == {"average": "4.3", "count": 4}
    assert full["release_at"] == "2031-05-03T22:02:01.000120Z"
    assert full["trailer"] == f"/api/v1/movies/{full['id']}/trailer"
    await fetch("UPDATE movies SET release_at = $1", datetime(2030, 1, 1, tzinfo=UTC))
    assert {movie["release_at"] for movie in await agree(client)} == {"2030-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE movies SET name = name || '!', year = 1950, time = 1, imdb = 0, votes = 0",
        "UPDATE movies SET gross = 5, meta_score = 1, description = '', price = 0.5",
        "UPDATE movies SET is_available = false, poster_key = 'p', trailer_key = 't'",
        "UPDATE movies SET likes = 9, rating_sum = 1, rating_count = 3",
        "UPDATE genres SET name = 'Poem' WHERE name = 'Noir'",
        "UPDATE stars SET name = name || ' II'",
        "UPDATE directors SET name = upper(name)",
        "UPDATE certifications SET name = name || '-X'",
        "UPDATE movies_genres SET genre_id = 901 WHERE movie_id % 2 = 0 AND genre_id = ("
        "SELECT id FROM genres WHERE name = 'Drama')",
        "UPDATE movies_stars SET movie_id = movie_id + 1 WHERE movie_id = ("
        "SELECT min(id) FROM movies) AND star_id = 901",
        "UPDATE movies SET certification_id = 901",
        "INSERT INTO movies_genres SELECT id, 901 FROM movies ON CONFLICT DO NOTHING",
        "DELETE FROM movies_directors",
        "DELETE FROM movies_genres WHERE movie_id % 2 = 1",
        "TRUNCATE movies_stars",
        "UPDATE movies SET labels = NULL",
    ],
)
async def test_no_change_by_sql_leaves_a_card_behind(
    films: None, client: Client, change: str
) -> None:
    await fetch("INSERT INTO genres (id, name) VALUES (901, 'Western')")
    await fetch("INSERT INTO certifications (id, name) VALUES (901, 'NC-17')")
    await fetch("INSERT INTO stars (id, name) VALUES (901, 'Anna Karina')")
    await fetch("INSERT INTO movies_stars SELECT min(id), 901 FROM movies")
    before = await agree(client)
    await fetch(change)
    after = await agree(client)
    assert (after == before) is ("labels" in change)


async def test_what_moderators_do_leaves_every_label_written(
    client: Client, settings: Settings
) -> None:
    """Nothing is left for the readers to put together."""
    moderator = await make_moderator(client, settings)
    first, second = await add(moderator), await add(moderator, name="Stalker", genres=["Drama"])
    for change in (
        {"genres": ["Poem", "Drama"]},
        {"stars": [], "directors": ["A", "B"]},
        {"certification": "X"},
        {"name": "Solyaris", "price": "3.00"},
    ):
        await done(moderator, "PATCH", f"/movies/{first['id']}", change)
    for table, name in (("genres", "Drama"), ("directors", "A"), ("certifications", "X")):
        [label] = await fetch(f"SELECT id FROM {table} WHERE name = $1", name)
        await done(moderator, "PATCH", f"/{table}/{label['id']}", {"name": f"{name} anew"})
    await done(moderator, "DELETE", f"/movies/{second['id']}")
    await import_offers([Offer(movie_row("Film", genres=("POEM", "drama ANEW", "poem")))])
    told = await agree(client)
    assert [movie["genres"] for movie in told] == [["Drama anew", "Poem"]] * 2
    assert (told[0]["certification"], told[0]["directors"]) == ("X anew", ["A anew", "B"])
    assert not await fetch("SELECT id FROM movies WHERE labels IS NULL")
    assert not await search_faults()


async def done(moderator: Buyer, method: str, path: str, body: Any = None) -> None:
    status, answer = await moderator.call(method, path, body)
    assert status in (200, 204), answer


async def test_a_refused_rename_leaves_the_labels_as_they_were(
    client: Client, settings: Settings
) -> None:
    moderator = await make_moderator(client, settings)
    await add(moderator)
    before = await fetch("SELECT labels, card FROM movies")
    [genre] = await fetch("SELECT id FROM genres WHERE name = 'Drama'")
    status, problem = await moderator.call(
        "PATCH", f"/genres/{genre['id']}", {"name": SOLARIS["genres"][0]}
    )
    assert (status, problem["code"]) == (409, "label_exists")
    assert await fetch("SELECT labels, card FROM movies") == before


async def test_a_transaction_that_writes_no_labels_takes_them_away_until_it_ends(
    films: None, client: Client
) -> None:
    @atomic
    async def undone() -> None:
        await fetch("UPDATE genres SET name = 'Poem' WHERE name = 'Noir'")
        assert await fetch("SELECT id FROM movies WHERE labels IS NULL")
        raise ZeroDivisionError

    before = await fetch("SELECT labels FROM movies ORDER BY id")
    with pytest.raises(ZeroDivisionError):
        await undone()
    assert await fetch("SELECT labels FROM movies ORDER BY id") == before


async def test_each_reader_gets_what_the_movies_are_to_itself(
    films: None, client: Client, settings: Settings
) -> None:
    buyer = await make_buyer(client, settings)
    ids = {movie["name"]: movie["id"] for movie in await told_by_the_tables()}
    cheese = ids[HOSTILE[0]]
    await buyer.add(cheese)
    for address in ("/movies?per_page=100", "/movies?cursor=", f"/movies?q={quote('cheese')}"):
        _, page = await buyer.call("GET", address)
        told = {movie["id"]: movie["me"]["in_cart"] for movie in page["items"]}
        assert told.pop(cheese)
        assert set(told.values()) <= {False}
        assert len(told) == (0 if "q=" in address else len(ids) - 1)
