"""The index of a copy that an older release has left, or that lost its count."""

from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.reindexing import SearchFaults, repair_search, search_faults
from cinema.database import fetch
from tests.conftest import Client
from tests.factories import movie_row


async def state() -> tuple[object, object]:
    movies = await fetch("SELECT id, search::text AS words, labels FROM movies ORDER BY id")
    words = await fetch("SELECT * FROM search_words WHERE movies > 0 ORDER BY word")
    return movies, words


async def test_what_the_search_has_lost_is_found_and_set_right(client: Client) -> None:
    await import_offers(
        Offer(movie_row(f"Film {number}", stars=("Anna Karina",))) for number in range(5)
    )
    assert not await search_faults()
    before = await state()
    await fetch("UPDATE movies SET search = to_tsvector('simple', 'film') WHERE name = 'Film 0'")
    await fetch("UPDATE movies SET search = NULL WHERE name = 'Film 1'")
    await fetch("UPDATE movies SET labels = NULL WHERE name = 'Film 2'")
    await fetch("UPDATE movies SET labels = '\"genres\":[]' WHERE name = 'Film 3'")
    await fetch("UPDATE search_words SET movies = 7 WHERE word = 'karina'")
    await fetch("DELETE FROM search_words WHERE word = 'anna'")
    await fetch("INSERT INTO search_words VALUES ('gone', '{gon}', 2)")
    assert await search_faults() == SearchFaults(movies=4, words=8)
    repaired = await repair_search()
    assert (repaired.movies, bool(await search_faults())) == (4, False)
    assert await state() == before
    assert not await repair_search()


async def test_a_deleted_film_is_no_fault(client: Client) -> None:
    await import_offers([Offer(movie_row("Film"))])
    await fetch("UPDATE movies SET deleted_at = now(), search = NULL")
    await fetch("UPDATE search_words SET movies = 0")
    assert not await search_faults()
