"""The total of a filter is counted once, and again when the filter may find other movies."""

import asyncio

import pytest

from cinema.catalogue import queries
from cinema.catalogue.schemas import MovieQuery
from cinema.database import dedicated_connection, fetch
from cinema.settings import Settings
from cinema.tallies import Tallies
from tests.catalogue.statements import statements
from tests.conftest import Client
from tests.factories import make_movie
from tests.rounds import rounds

ROUNDS = rounds(200)
FILMS = 6
NOIR = MovieQuery(genre=("Noir",), per_page=2)


@pytest.fixture
async def films(client: Client) -> list[int]:
    """Six films of 1950 at 5.00, all of them noir."""
    made = [await make_movie(f"Film {number}", year=1950) for number in range(FILMS)]
    await fetch("UPDATE movies SET price = 5, imdb = 5")
    await fetch("INSERT INTO genres (id, name) VALUES (901, 'Noir'), (902, 'Western')")
    await fetch("DELETE FROM movies_genres")
    await fetch("INSERT INTO movies_genres (movie_id, genre_id) SELECT id, 901 FROM movies")
    return [movie.id for movie in made]


async def total(query: MovieQuery, tallies: Tallies) -> tuple[int, int]:
    """Return the total of a page and how many statements it took."""
    async with statements() as seen:
        _, number = await queries.list_movies(query, "usd", tallies=tallies)
    return number, len(seen)


async def test_a_total_is_counted_once_for_all_the_pages_of_a_filter(films: list[int]) -> None:
    tallies = Tallies()
    assert await total(NOIR, tallies) == (FILMS, 2)
    for page in (1, 2, 1):
        assert await total(NOIR.model_copy(update={"page": page}), tallies) == (FILMS, 1)
    assert await total(MovieQuery(year=1950, per_page=2), tallies) == (FILMS, 2)


async def test_the_whole_list_and_a_search_are_counted_on_the_way(films: list[int]) -> None:
    assert await total(MovieQuery(per_page=2), Tallies()) == (FILMS, 1)
    await fetch("UPDATE movies SET search = to_tsvector('simple', 'film')")
    assert await total(MovieQuery(q="film", per_page=2), Tallies()) == (FILMS, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE movies SET likes = likes + 1",
        "UPDATE movies SET comments = 7, favorites = 2, dislikes = 3 WHERE id = $1",
        "UPDATE movies SET rating_sum = 9, rating_count = 1 WHERE id = $1",
        "UPDATE movies SET description = 'Another one', poster_key = 'posters/x' WHERE id = $1",
        "UPDATE movies SET price = price, year = year",
    ],
)
async def test_what_moves_no_film_into_a_filter_or_out_leaves_the_total(
    films: list[int], change: str
) -> None:
    tallies = Tallies()
    await total(NOIR, tallies)
    await fetch(change, *films[: change.count("$")])
    assert await total(NOIR, tallies) == (FILMS, 1)


@pytest.mark.parametrize(
    ("query", "change", "left"),
    [
        ({"year": 1950}, "UPDATE movies SET year = 1951 WHERE id = $1", FILMS - 1),
        ({"imdb_max": 5}, "UPDATE movies SET imdb = 6 WHERE id = $1", FILMS - 1),
        ({"price_max": 5}, "UPDATE movies SET price = 6 WHERE id = $1", FILMS - 1),
        ({"available": True}, "UPDATE movies SET is_available = false WHERE id = $1", FILMS - 1),
        ({"year": 1950}, "UPDATE movies SET deleted_at = now() WHERE id = $1", FILMS - 1),
        ({"year": 1950}, "DELETE FROM movies WHERE id = $1", FILMS - 1),
        ({"genre": ("Noir",)}, "DELETE FROM movies_genres WHERE movie_id = $1", FILMS - 1),
        (
            {"genre": ("Noir",)},
            "UPDATE movies_genres SET genre_id = 902 WHERE movie_id = $1 AND genre_id = 901",
            FILMS - 1,
        ),
        ({"genre": ("Noir",)}, "UPDATE genres SET name = 'Gris' WHERE id = 901", 0),
        (
            {"q": "film", "sort": "name"},
            "UPDATE movies SET search = to_tsvector('simple', 'flim') WHERE id = $1",
            FILMS - 1,
        ),
    ],
)
async def test_what_moves_a_film_in_or_out_is_counted_anew(
    films: list[int], query: dict[str, object], change: str, left: int
) -> None:
    await fetch("UPDATE movies SET search = to_tsvector('simple', 'film')")
    wanted, tallies = MovieQuery.model_validate(query | {"per_page": 2}), Tallies()
    assert await total(wanted, tallies) == (FILMS, 2)
    assert await total(wanted, tallies) == (FILMS, 1)
    if change.startswith("DELETE FROM movies "):
        await fetch("DELETE FROM movies_genres WHERE movie_id = $1", films[0])
    await fetch(change, *films[: change.count("$")])
    assert (await total(wanted, tallies))[0] == left


async def test_a_new_film_is_counted(films: list[int]) -> None:
    wanted, tallies = MovieQuery(year=1950, per_page=2), Tallies()
    await total(wanted, tallies)
    await make_movie("Another", year=1950)
    assert await total(wanted, tallies) == (FILMS + 1, 2)


async def test_no_reader_is_told_a_total_of_before_an_acknowledged_commit(
    films: list[int], settings: Settings
) -> None:
    """The writer shares nothing with the readers, who never stop and share their tallies."""
    tallies, done = Tallies(), asyncio.Event()

    async def keep_reading() -> None:
        while not done.is_set():
            await queries.list_movies(NOIR, "usd", tallies=tallies)

    crowd = [asyncio.create_task(keep_reading()) for _ in range(3)]
    async with dedicated_connection(settings) as writer:
        for number in range(ROUNDS):
            gone = number % 2 == 0
            await writer.execute(
                "UPDATE movies SET deleted_at = CASE WHEN $1 THEN now() END WHERE id = $2",
                gone,
                films[number % FILMS - number % 2],
            )
            _, seen = await queries.list_movies(NOIR, "usd", tallies=tallies)
            assert seen == FILMS - gone
    done.set()
    await asyncio.gather(*crowd)
