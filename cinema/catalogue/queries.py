from collections.abc import Sequence
from uuid import UUID

from cinema.catalogue import listing
from cinema.catalogue.cards import Cards, card
from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.schemas import MovieOut, MovieQuery
from cinema.catalogue.statements import ListStatement, list_statement
from cinema.database import fetch
from cinema.http.body import PATH_ID
from cinema.http.cache import Versions
from cinema.tallies import Tallies


async def list_movies(
    query: MovieQuery,
    currency: str,
    *,
    tallies: Tallies | None = None,
    favorites_of: int | None = None,
) -> tuple[list[MovieOut], int]:
    """Return one page of the catalogue and how many movies match; see list_cards."""
    cards, total = await list_cards(query, currency, tallies=tallies, favorites_of=favorites_of)
    return cards.movies(), total


async def list_cards(
    query: MovieQuery,
    currency: str,
    *,
    tallies: Tallies | None = None,
    favorites_of: int | None = None,
) -> tuple[Cards, int]:
    """Return one page of the catalogue and how many movies match; two statements at most.

    `tallies`: where totals are kept, so that one statement is enough until a list changes.
    """
    asked = list_statement(query, currency, favorites_of)
    [row] = await fetch(asked.page, *asked.values)
    cards = Cards(row["ids"] or (), row["cards"] or "")
    if len(cards) < query.per_page and (cards or not query.offset):
        total = query.offset + len(cards)  # the last page counts those before it
    elif cards and "hits" in row:
        total = row["hits"]
    elif cards and asked.is_everything:
        total = row["movies"]
    else:
        # Who favours what is no matter of the catalogue's version.
        total = await _total(asked, row["listing"], tallies if favorites_of is None else None)
    return cards, total


async def _total(asked: ListStatement, seen: int | None, tallies: Tallies | None) -> int:
    known = tallies.find(asked.tally, seen) if tallies is not None and seen is not None else None
    if known is not None:
        return known
    [row] = await fetch(asked.count, *asked.counted)
    if tallies is not None:
        tallies.keep(asked.tally, row["listing"], row["n"])
    total: int = row["n"]
    return total


async def catalogue_versions() -> Versions:
    """Return a number that every commit that changes a movie or its names has moved, and one that
    has been moved by those that change what is on some list."""
    [row] = await fetch(
        "SELECT coalesce(sum(version), 0)::bigint AS catalogue,"
        " coalesce(sum(listing), 0)::bigint AS listing FROM catalogue_versions"
    )
    return Versions(**row)


async def list_cards_after(
    query: MovieQuery, currency: str, *, favorites_of: int | None = None
) -> tuple[Cards, str | None]:
    """Return the page behind the query's cursor and the cursor of the next one; one statement."""
    asked = list_statement(query, currency, favorites_of)
    rows = await fetch(asked.page, *asked.values)
    page = rows[: query.per_page]
    more = listing.next_cursor(page[-1], asked.orders) if len(rows) > len(page) else None
    return Cards.of(page), more


async def get_movie(key: str, currency: str) -> MovieOut:
    """Return the movie of an id or a uuid; raises MovieNotFound."""
    [movie] = (await get_card(key, currency)).movies()
    return movie


async def get_card(key: str, currency: str) -> Cards:
    """Return the card of an id or a uuid; raises MovieNotFound."""
    column, value = _key(key)
    cards = await _cards(f"{column} = $2", currency, value)
    if not cards:
        raise MovieNotFound
    return cards


async def movies_by_id(movie_ids: Sequence[int], currency: str) -> dict[int, MovieOut]:
    """Return those of the movies that are there, in one statement."""
    cards = await _cards("m.id = ANY($2::bigint[])", currency, list(movie_ids))
    return {movie.id: movie for movie in cards.movies()}


async def _cards(condition: str, currency: str, value: object) -> Cards:
    condition = f"{condition} AND m.deleted_at IS NULL"
    statement = f"SELECT m.id, {card('$1')} AS card FROM movies m WHERE {condition}"  # noqa: S608
    return Cards.of(await fetch(statement, currency, value))


def _key(key: str) -> tuple[str, int | UUID]:
    if PATH_ID.fullmatch(key):
        return "m.id", int(key)
    try:
        return "m.uuid", UUID(key)
    except ValueError:
        raise MovieNotFound from None
