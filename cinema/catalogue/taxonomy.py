"""Genres, people and certifications as everybody sees them, with their movies counted."""

from typing import Any

from cinema.catalogue.errors import LabelNotFound
from cinema.catalogue.labels import CERTIFICATIONS, Kind
from cinema.catalogue.schemas import GenreOut, LabelQuery, MovieQuery, NamedOut
from cinema.database import fetch
from cinema.errors import InvalidRequest
from cinema.http.pagination import PageQuery, decode_cursor, encode_cursor


async def list_labels(kind: Kind, query: LabelQuery) -> tuple[list[GenreOut], int]:
    """Return a page of the names in alphabetical order and how many there are."""
    where, values = _conditions(query)
    [counted] = await fetch(f"SELECT count(*) AS n FROM {kind.table} o WHERE {where}", *values)  # noqa: S608
    rows = await _rows(kind, where, values, query.per_page, query.offset)
    return [GenreOut(**row) for row in rows], counted["n"]


async def list_labels_after(kind: Kind, query: LabelQuery) -> tuple[list[GenreOut], str | None]:
    """Return the names behind the query's cursor and the cursor of the next page."""
    where, values = _conditions(query)
    if query.cursor:
        [last] = decode_cursor(query.cursor, 1)
        if not isinstance(last, str):
            raise InvalidRequest.at("query", "cursor", msg="Not a cursor of this list.")
        values.append(last)
        where += f" AND lower(o.name) > lower(${len(values)})"
    rows = await _rows(kind, where, values, query.per_page + 1, 0)
    page = rows[: query.per_page]
    more = encode_cursor([page[-1]["name"]]) if len(rows) > len(page) else None
    return [GenreOut(**row) for row in page], more


def _conditions(query: LabelQuery) -> tuple[str, list[Any]]:
    """Find what begins with the words, at the name's own beginning or at that of a later word."""
    if not query.q.strip():
        return "true", []
    escaped = query.q.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return "(lower(o.name) LIKE lower($1) || '%' OR lower(o.name) LIKE '% ' || lower($1) || '%')", [
        escaped
    ]


async def _rows(
    kind: Kind, where: str, values: list[Any], limit: int, offset: int
) -> list[dict[str, Any]]:
    return await fetch(
        f"SELECT o.id, o.name, {_movies(kind)} AS movies FROM {kind.table} o WHERE {where}"  # noqa: S608
        f" ORDER BY lower(o.name) LIMIT ${len(values) + 1} OFFSET ${len(values) + 2}",
        *values,
        limit,
        offset,
    )


def _movies(kind: Kind) -> str:
    if kind is CERTIFICATIONS:
        return (
            "(SELECT count(*) FROM movies m"
            " WHERE m.certification_id = o.id AND m.deleted_at IS NULL)"
        )
    # A deleted movie has none of the others any more, so that nobody has to look at the movies.
    return f"(SELECT count(*) FROM {kind.links} r WHERE r.{kind.column} = o.id)"  # noqa: S608


async def get_label(kind: Kind, label_id: int) -> NamedOut:
    """Raises LabelNotFound."""
    rows = await fetch(f"SELECT id, name FROM {kind.table} WHERE id = $1", label_id)  # noqa: S608
    if not rows:
        raise LabelNotFound
    return NamedOut(**rows[0])


def movies_of(kind: Kind, label: NamedOut, page: PageQuery) -> MovieQuery:
    """Ask the catalogue's list for the movies that have the label, the most watched first."""
    return MovieQuery(
        page=page.page, per_page=page.per_page, cursor=page.cursor, **{kind.word: (label.name,)}
    )
