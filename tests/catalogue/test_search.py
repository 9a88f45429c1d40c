"""The search box: prefixes, accents, phrases, exclusions, and anything that anybody types."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.search import fold, tsquery, words
from cinema.database import fetch, open_database
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import movie_row

FILMS: dict[str, dict[str, Any]] = {
    "Ôkami kodomo no Ame to Yuki": {"directors": ("Mamoru Hosoda",), "votes": 38_803},
    "The Dark Knight": {"stars": ("Christian Bale", "Heath Ledger"), "votes": 2_303_232},
    "The Dark Knight Rises": {"stars": ("Christian Bale", "Tom Hardy"), "votes": 1_516_346},
    "Knight of Cups": {"stars": ("Christian Bale",), "votes": 28_000},
    "L.A. Confidential": {"directors": ("Curtis Hanson",), "votes": 531_967},
    "WALL·E": {"description": "A robot tidies up.", "votes": 999_790},
    "Léon": {"directors": ("Luc Besson",), "votes": 1_035_236},
    "Spider-Man: Into the Spider-Verse": {"votes": 375_110},
    "Se7en": {"description": "Two detectives and the seven deadly sins.", "votes": 1_445_096},
    "M": {"directors": ("Fritz Lang",), "votes": 143_434},
    "Møllers Straße": {"votes": 7},
    "snake_case_film": {"votes": 5},
    "七人の侍": {"description": "Samurai.", "votes": 315_744},
}


@pytest.fixture
async def films(client: Client) -> Client:
    await import_offers(Offer(movie_row(name, **facts)) for name, facts in FILMS.items())
    return client


async def found(client: Client, q: str, more: str = "") -> list[str]:
    async with client.get(f"/api/v1/movies?q={quote(q)}{more}") as response:
        body = await response.json()
        assert response.status == 200, body
        return [movie["name"] for movie in body["items"]]


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("okami", {"Ôkami kodomo no Ame to Yuki"}),
        ("ÔKAMI ame", {"Ôkami kodomo no Ame to Yuki"}),
        ("hosoda", {"Ôkami kodomo no Ame to Yuki"}),
        ("hos", {"Ôkami kodomo no Ame to Yuki"}),
        ("leon", {"Léon"}),
        ("Léon besson", {"Léon"}),
        ("wall", {"WALL·E"}),
        ("wall e", {"WALL·E"}),
        ("WALL·E", {"WALL·E"}),
        ("wall-e", {"WALL·E"}),
        ("l.a. conf", {"L.A. Confidential"}),
        ("spider man", {"Spider-Man: Into the Spider-Verse"}),
        ("spiderverse", set()),
        ("se7", {"Se7en"}),
        ("detectives", {"Se7en"}),
        ("mollers strasse", {"Møllers Straße"}),
        ("MØLLERS STRAßE", {"Møllers Straße"}),
        ("snake case", {"snake_case_film"}),
        ("snake_case", {"snake_case_film"}),
        ("七人", {"七人の侍"}),
        ("dark knight", {"The Dark Knight", "The Dark Knight Rises"}),
        ('"dark knight"', {"The Dark Knight", "The Dark Knight Rises"}),
        ('"knight dark"', set()),
        ('"dark knight" -rises', {"The Dark Knight"}),
        ('knight -"dark knight"', {"Knight of Cups"}),
        ("bale -knight", set()),
        ("bale hardy", {"The Dark Knight Rises"}),
        ("nothing like it", set()),
        ("-", set()),
        ("!!! ???", set()),
    ],
)
async def test_a_search_finds(films: Client, q: str, names: set[str]) -> None:
    assert set(await found(films, q)) == names


async def test_an_empty_box_finds_everything(films: Client) -> None:
    assert len(await found(films, "   ")) == len(FILMS)


async def test_a_name_ranks_above_a_person_and_a_person_above_a_description(client: Client) -> None:
    facts: dict[str, dict[str, Any]] = {
        "Plain": {"description": "About a harbour.", "votes": 3_000},
        "By somebody": {"directors": ("Anna Harbour",), "votes": 2_000},
        "Harbour": {"votes": 1},
    }
    await import_offers(Offer(movie_row(name, **given)) for name, given in facts.items())
    assert await found(client, "harbour") == ["Harbour", "By somebody", "Plain"]
    assert await found(client, "harbour", "&sort=-votes") == ["Plain", "By somebody", "Harbour"]


async def test_equal_matches_stand_by_popularity(films: Client) -> None:
    names = await found(films, "christian bale")
    assert names == ["The Dark Knight", "The Dark Knight Rises", "Knight of Cups"]


@pytest.mark.parametrize(
    "q",
    ["a & b | !c", "':*", "<->", "!", "\\", "'", '"', '""', '"-', "--", "-\"", "a:*b", "(", "((a)",
     "a <2> b", "x" * 100, "%", "_", "$1", "{0}", "'; DROP TABLE movies; --", "\u2028", "\ufeff",
     "𝔘𝔫𝔦", "²", "a\tb\nc", "🎬", "ﷺ" * 30],
)  # fmt: skip
async def test_an_operator_in_the_text_is_harmless(films: Client, q: str) -> None:
    await found(films, q)
    await found(films, q, "&cursor=&sort=relevance")


@pytest.mark.parametrize("q", ["nul%00", "half%ED%A0%80pair"])
async def test_what_is_no_text_is_malformed_or_found_nowhere(films: Client, q: str) -> None:
    assert (await films.get(f"/api/v1/movies?q={q}")).status in {200, 400}


@given(st.text(max_size=100))
def test_folding_is_the_same_the_second_time_for_what_is_stored(text: str) -> None:
    assert words(words(text)).split() == words(text).split()


async def test_postgresql_reads_whatever_is_typed(settings: Settings, clean: None) -> None:
    """One statement for many texts: what is made of them is a tsquery or nothing."""
    typed: list[str] = []

    @given(
        st.one_of(st.text(max_size=100), st.text(alphabet="ab\"'-!&|<>:*()\\ \t_²ß", max_size=40))
    )
    def collect(text: str) -> None:
        assert fold(text) == fold(text).lower()
        typed.append(text)

    collect()
    queries = [query for query in map(tsquery, typed) if query is not None]
    async with open_database(settings, "test"):
        rows = await fetch("SELECT q::tsquery::text AS q FROM unnest($1::text[]) q", queries)
    assert len(rows) == len(queries) > 20
