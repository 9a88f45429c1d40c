"""What goes with a movie, and why: the reasons are told and the cost is bounded."""

import json
from typing import Any

from cinema.cart import service as cart
from cinema.catalogue.similar import CANDIDATES
from cinema.database import fetch, transaction
from cinema.orders.schemas import PlaceOrder
from cinema.orders.service import place_order
from tests.accounts_factory import make_user
from tests.cart.test_cart import make_bought
from tests.catalogue.statements import statements
from tests.conftest import Client
from tests.factories import make_movie


async def similar(client: Client, movie_id: int) -> list[tuple[str, list[str]]]:
    response = await client.get(f"/api/v1/movies/{movie_id}/similar")
    body: Any = await response.json()
    assert response.status == 200, body
    return [(item["movie"]["name"], item["reasons"]) for item in body["items"]]


async def buy(user_id: int, *movie_ids: int) -> None:
    for movie_id in movie_ids:
        await cart.add_movie(user_id, movie_id)
    placed = await place_order(user_id, PlaceOrder(), currency="usd", lifetime_minutes=30)
    await make_bought(user_id, placed.order.id)
    await cart.clear(user_id)


async def test_movies_are_offered_with_the_reasons_and_the_nearest_first(client: Client) -> None:
    of_varda: Any = {"directors": ("Agnès Varda",), "genres": ("Drama", "Romance")}
    cleo = await make_movie("Cléo", stars=("Corinne Marchand", "A"), **of_varda)
    await make_movie("Happiness", stars=("B",), **of_varda)
    await make_movie("Both stars", directors=("C",), stars=("A", "Corinne Marchand"), genres=())
    await make_movie("A drama", directors=("D",), stars=("E",), genres=("Drama", "War"))
    await make_movie("Apart", directors=("F",), stars=("G",), genres=("Horror",))

    assert await similar(client, cleo.id) == [
        ("Happiness", ["same director: Agnès Varda", "same genres: Drama, Romance"]),
        ("Both stars", ["same stars: A, Corinne Marchand"]),
        ("A drama", ["same genre: Drama"]),
    ]


async def test_what_buyers_have_bought_as_well_is_counted_and_one_buyer_is_not_told(
    client: Client,
) -> None:
    apart: Any = {"stars": (), "directors": ()}
    movie = await make_movie("Movie", genres=("One",), **apart)
    together = await make_movie("Together", genres=("Two",), **apart)
    once = await make_movie("Once", genres=("Three",), **apart)
    for number in range(3):
        user = await make_user()
        await buy(user.id, movie.id, together.id, *([once.id] if number == 0 else []))
    assert await similar(client, movie.id) == [("Together", ["bought together by 3 people"])]
    await fetch(
        "UPDATE purchases SET revoked_at = now() WHERE user_id = $1 AND movie_id = $2",
        user.id, together.id,
    )  # fmt: skip
    assert await similar(client, movie.id) == [("Together", ["bought together by 2 people"])]


async def test_what_cannot_be_bought_is_not_offered(client: Client) -> None:
    movie = await make_movie("Movie")
    gone = await make_movie("Gone")
    await make_movie("Withdrawn", is_available=False)
    await fetch("UPDATE movies SET deleted_at = now() WHERE id = $1", gone.id)
    assert await similar(client, movie.id) == []
    for missing in (gone.id, 999):
        response = await client.get(f"/api/v1/movies/{missing}/similar")
        assert (response.status, (await response.json())["code"]) == (404, "movie_not_found")


async def test_it_costs_three_statements_and_shows_twelve(client: Client) -> None:
    movie = await make_movie("Movie")
    for size in (3, 20):
        for _ in range(size):
            await make_movie()
        async with statements() as seen:
            assert len(await similar(client, movie.id)) == min(size, 12)
        assert len(seen) == 3


# No foreign key is checked meanwhile: the planner does not look at what a purchase refers to.
MANY = """
SET LOCAL session_replication_role = replica;
INSERT INTO certifications (name) VALUES ('PG');
INSERT INTO genres (name) SELECT 'Genre ' || n FROM generate_series(1, 20) n;
INSERT INTO directors (name) SELECT 'Director ' || n FROM generate_series(1, 3000) n;
INSERT INTO stars (name) SELECT 'Star ' || n FROM generate_series(1, 3000) n;
INSERT INTO movies (name, year, time, imdb, votes, description, price, certification_id)
SELECT 'Film ' || n, 1990, 100, 7, n, '', 5, 1 FROM generate_series(1, 30000) n;
INSERT INTO movies_genres SELECT m.id, g FROM movies m, generate_series(1, 20) g
 WHERE (m.id + g) % 7 = 0;
INSERT INTO movies_directors SELECT id, id % 3000 + 1 FROM movies;
INSERT INTO movies_stars SELECT id, (id * s) % 3000 + 1 FROM movies, generate_series(2, 4) s
ON CONFLICT DO NOTHING;
INSERT INTO purchases (user_id, movie_id, order_item_id)
SELECT n / 5, n * 7 % 30000 + 1, n FROM generate_series(1, 15000) n;
ANALYZE
"""
LARGE = {"movies", "movies_genres", "movies_directors", "movies_stars", "purchases"}


def read_whole(plan: Any) -> set[str]:
    """Name the tables that the plan reads from end to end."""
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(read_whole(part) for part in plan.get("Plans", ())))


async def test_no_large_table_is_read_whole(database: None) -> None:
    async with transaction():
        for statement in MANY.split(";"):
            await fetch(statement)
    [row] = await fetch("EXPLAIN (FORMAT JSON) " + CANDIDATES.replace("$1", "20"))
    [plan] = json.loads(row["QUERY PLAN"])
    assert read_whole(plan["Plan"]) & LARGE == set(), json.dumps(plan, indent=1)
