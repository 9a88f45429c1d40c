"""The words that the catalogue knows, and the one that a visitor may have meant."""

from typing import Any
from urllib.parse import quote

import pytest

from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.vocabulary import distance
from cinema.database import fetch
from cinema.settings import Settings
from tests.catalogue.moderating import add, make_moderator
from tests.catalogue.statements import statements
from tests.conftest import Client
from tests.factories import movie_row
from tests.house import Buyer

FILMS: dict[str, dict[str, Any]] = {
    "The Godfather": {"directors": ("Francis Ford Coppola",), "stars": ("Marlon Brando",)},
    "The Godfather: Part II": {"directors": ("Francis Ford Coppola",), "stars": ("Al Pacino",)},
    "Amélie": {"directors": ("Jean-Pierre Jeunet",), "stars": ("Audrey Tautou",)},
    "Spirited Away": {"directors": ("Hayao Miyazaki",), "stars": ("Daveigh Chase",),
                      "description": "A girl among spirits in a bathhouse."},
    "The Matrix": {"directors": ("Lana Wachowski",), "stars": ("Keanu Reeves",)},
}  # fmt: skip


@pytest.fixture
async def moderator(client: Client, settings: Settings) -> Buyer:
    return await make_moderator(client, settings)


@pytest.fixture
async def films(client: Client) -> Client:
    await import_offers(Offer(movie_row(name, **facts)) for name, facts in FILMS.items())
    return client


async def search(client: Client, q: str, more: str = "") -> Any:
    async with client.get(f"/api/v1/movies?q={quote(q)}{more}") as response:
        assert response.status == 200
        return await response.json()


async def known() -> dict[str, int]:
    """Return the words that movies hold; they must be what the movies' own searches say."""
    counted = {
        row["word"]: row["movies"]
        for row in await fetch("SELECT word, movies FROM search_words WHERE movies > 0")
    }
    held = await fetch(
        "SELECT word, count(*) AS n FROM movies m,"
        " unnest(tsvector_to_array(ts_filter(m.search, '{a,b}'))) word"
        " WHERE word ~ '^[[:alnum:]]+$' GROUP BY word"
    )
    assert counted == {row["word"]: row["n"] for row in held}
    return counted


MEANT = {
    "godfathr": "godfather",
    "GODFATHR": "godfather",
    "teh godfater": "the godfather",
    "miazaki": "miyazaki",
    "Amelei": "amelie",
    '"marlon brndo" -matrx': '"marlon brando" -matrx',
    "wachovski keanu": "wachowski keanu",
    "jean-piere": "jean-pierre",
    "godfa": None,
    "godfather keanu": None,
    "xyzzyplugh": None,
    "bathhous": None,
    "xx": None,
    "-godfathr": None,
    "": None,
    "'; DROP TABLE movies; --": None,
}


async def test_a_slip_is_answered_with_the_word_that_was_meant(films: Client) -> None:
    found = {q: await search(films, q) for q in MEANT}
    assert {q: body["did_you_mean"] for q, body in found.items()} == MEANT
    for meant in MEANT.values():
        if meant and "-" not in meant:
            assert (await search(films, meant))["total_items"] > 0


async def test_of_two_near_words_the_one_is_meant_that_stands_beside_the_others(
    client: Client,
) -> None:
    facts: dict[str, dict[str, Any]] = {
        "Seven Samurai": {"directors": ("Akira Kurosawa",), "stars": ("Toshiro Mifune",)},
        "Milk": {"directors": ("Gus Van Sant",), "stars": ("Sean Penn",)},
        "Dr. No": {"directors": ("Terence Young",), "stars": ("Sean Connery",)},
    }
    await import_offers(Offer(movie_row(name, **fact)) for name, fact in facts.items())
    assert (await search(client, "sevn"))["did_you_mean"] == "sean"
    assert (await search(client, "sevn samurai"))["did_you_mean"] == "seven samurai"
    assert (await search(client, "sevn samurau"))["did_you_mean"] == "sean samurai"


async def test_who_finds_enough_is_asked_nothing(films: Client) -> None:
    # Two films have a Godfather in their names: to who found as many, it is no better word.
    for number, meant in enumerate(["godfather", None, None]):
        await import_offers([Offer(movie_row(f"Film {number}", description="Ye godfathr."))])
        found = await search(films, "godfathr")
        assert (found["total_items"], found["did_you_mean"]) == (number + 1, meant)
    assert "did_you_mean" not in await search(films, "godfathr", "&cursor=")


async def test_a_correction_costs_one_statement_for_any_number_of_words(films: Client) -> None:
    for q in ("godfathr", "teh godfathr miazaki wachovski brndo"):
        async with statements() as seen:
            await search(films, q)
        # The version that proves kept answers, the page, and the words.
        assert len(seen) == 3, seen


async def test_words_are_counted_with_every_change_of_a_film(moderator: Buyer) -> None:
    made = await add(moderator, name="Solaris Rising", directors=["Andrei Tarkovsky"])
    await import_offers([Offer(movie_row("Solaris", directors=("Steven Soderbergh",)))])
    assert (await known())["solaris"] == 2
    path = f"/movies/{made['id']}"
    assert (await moderator.call("PATCH", path, {"name": "Zerkalo"}))[0] == 200
    words = await known()
    assert (words["solaris"], words["zerkalo"], words["tarkovsky"]) == (1, 1, 1)
    assert "rising" not in words
    [director] = await fetch("SELECT id FROM directors WHERE name = 'Andrei Tarkovsky'")
    renamed = {"name": "Andrei Konchalovsky"}
    assert (await moderator.call("PATCH", f"/directors/{director['id']}", renamed))[0] == 200
    words = await known()
    assert words["konchalovsky"] == 1
    assert "tarkovsky" not in words
    assert (await moderator.call("DELETE", path))[0] == 204
    assert not {"zerkalo", "konchalovsky"} & set(await known())
    assert (await search(moderator.client, "zerkal0"))["did_you_mean"] is None


async def test_a_refused_change_counts_nothing(moderator: Buyer) -> None:
    await add(moderator, name="Solaris")
    before = await known()
    made = await add(moderator, name="Zerkalo")
    between = await known()
    assert between != before
    status, _ = await moderator.call("PATCH", f"/movies/{made['id']}", {"name": "Solaris"})
    assert status == 409
    assert await known() == between


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("same", "same", 0), ("", "abc", 3), ("teh", "the", 1), ("kitten", "sitting", 3),
     ("godfathr", "godfather", 1), ("abcd", "badc", 2), ("amelei", "amelie", 1)],
)  # fmt: skip
def test_slips_are_counted_as_they_are_made(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips
