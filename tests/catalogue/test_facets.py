"""The choices of the filters, and how many films each of them would show."""

from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import Client
from tests.factories import make_movie


@pytest.fixture
async def shelf(client: Client) -> Client:
    await make_movie("Solaris", year=1972, price=Decimal("0.00"), certification="PG",
                     genres=("Drama", "Sci-Fi"))  # fmt: skip
    await make_movie("Alien", year=1979, price=Decimal("4.99"), certification="R",
                     genres=("Horror", "Sci-Fi"))  # fmt: skip
    await make_movie("Blade", year=1980, price=Decimal("15.00"), certification="R",
                     genres=("Horror",))  # fmt: skip
    return client


async def facets(client: Client, query: str = "") -> Any:
    async with client.get(f"/api/v1/movies/facets?{query}") as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_every_facet_counts_the_whole_catalogue(shelf: Client) -> None:
    assert await facets(shelf) == {
        "genres": [
            {"value": "Horror", "movies": 2},
            {"value": "Sci-Fi", "movies": 2},
            {"value": "Drama", "movies": 1},
        ],
        "certifications": [{"value": "R", "movies": 2}, {"value": "PG", "movies": 1}],
        "decades": [
            {"year_min": 1980, "year_max": 1989, "movies": 1},
            {"year_min": 1970, "year_max": 1979, "movies": 2},
        ],
        "prices": [
            {"price_min": "0.00", "price_max": "0.00", "movies": 1},
            {"price_min": "0.01", "price_max": "4.99", "movies": 1},
            {"price_min": "15.00", "price_max": None, "movies": 1},
        ],
    }


async def test_a_facet_leaves_out_its_own_filter_and_keeps_the_others(shelf: Client) -> None:
    found = await facets(shelf, "genre=Drama&q=-nothing&page=9&sort=year")
    assert [choice["value"] for choice in found["genres"]] == ["Horror", "Sci-Fi", "Drama"]
    assert found["certifications"] == [{"value": "PG", "movies": 1}]
    assert found["decades"] == [{"year_min": 1970, "year_max": 1979, "movies": 1}]
    found = await facets(shelf, "price_min=15&year_max=1979")
    assert found["genres"] == []
    assert found["prices"] == [
        {"price_min": "0.00", "price_max": "0.00", "movies": 1},
        {"price_min": "0.01", "price_max": "4.99", "movies": 1},
    ]
    assert found["decades"] == [{"year_min": 1980, "year_max": 1989, "movies": 1}]


async def test_a_filter_that_makes_no_sense_is_refused_with_its_place(shelf: Client) -> None:
    for query, place in (
        ("gender=x", ["query", "gender"]),
        ("sort=title", ["query", "sort"]),
        ("year_min=x", ["query", "year_min"]),
        ("genre=a&genre=", ["query", "genre", "1"]),
        ("available=perhaps", ["query", "available"]),
        ("price_max=-1", ["query", "price_max"]),
    ):
        for path in ("/api/v1/movies", "/api/v1/movies/facets"):
            async with shelf.get(f"{path}?{query}") as response:
                assert response.status == 422
                [error] = (await response.json())["errors"]
                assert list(map(str, error["loc"])) == place


async def test_repeated_names_are_alternatives_and_filters_conditions(shelf: Client) -> None:
    for query, names in (
        ("genre=Drama&genre=Horror&certification=R", {"Alien", "Blade"}),
        ("director=Agn%C3%A8s%20Varda&director=Nobody&year_max=1979", {"Solaris", "Alien"}),
        ("star=nobody&star=CORINNE%20MARCHAND&price_max=4.99", {"Solaris", "Alien"}),
        ("star=Corinne%20Marchand&director=Nobody", set()),
    ):
        async with shelf.get(f"/api/v1/movies?{query}") as response:
            assert {movie["name"] for movie in (await response.json())["items"]} == names
        found = await facets(shelf, query)
        assert sum(choice["movies"] for choice in found["prices"]) >= len(names)
