"""Genres, people and certifications: found or made for a movie, and kept in order by moderators.

Whoever names labels locks them before it locks movies: that is the order here and everywhere.
"""

from collections.abc import Sequence
from typing import Any

from tortoise.exceptions import IntegrityError

from cinema.audit import record
from cinema.catalogue.cards import LABELS_ARE_WRITTEN
from cinema.catalogue.errors import LabelExists, LabelInUse, LabelNotFound
from cinema.catalogue.indexing import index_movies
from cinema.catalogue.labels import CERTIFICATIONS, Kind
from cinema.catalogue.schemas import NamedOut
from cinema.database import atomic, current_transaction, fetch
from cinema.outbox import emit

INDEXED = 1000
"""Movies that are written in one go when a name of theirs changes."""

# The update that changes nothing locks a name that is there, so that nobody renames or deletes
# it before the movie has it; PostgreSQL alone decides which letters are the same.
GET_OR_CREATE = """
INSERT INTO {table} AS o (name)
SELECT DISTINCT ON (lower(name)) name
  FROM unnest($1::text[]) WITH ORDINALITY AS given (name, place) ORDER BY lower(name), place
ON CONFLICT (lower(name)) DO UPDATE SET name = o.name
RETURNING id
"""


async def choose(kind: Kind, wanted: Sequence[int | str]) -> tuple[list[int], list[int]]:
    """Return the ids of the labels and the places in `wanted` of ids that do not exist.

    A name is found whatever its case, or made; a step of the caller's transaction.
    """
    current_transaction()
    names = [one for one in wanted if isinstance(one, str)]
    given = [one for one in wanted if isinstance(one, int)]
    chosen = await fetch(GET_OR_CREATE.format(table=kind.table), names) if names else []
    there = await _share(kind, given)
    missing = [
        place for place, one in enumerate(wanted) if isinstance(one, int) and one not in there
    ]
    return sorted({row["id"] for row in chosen} | there), missing


async def _share(kind: Kind, ids: list[int]) -> set[int]:
    if not ids:
        return set()
    sql = f"SELECT id FROM {kind.table} WHERE id = ANY($1::bigint[]) ORDER BY id FOR SHARE"  # noqa: S608
    return {row["id"] for row in await fetch(sql, ids)}


async def create_label(kind: Kind, name: str) -> NamedOut:
    """Add a name; raises LabelExists, also for the loser of a race."""
    return await _create(kind, name)


@atomic
async def _create(kind: Kind, name: str) -> NamedOut:
    rows = await fetch(
        f"INSERT INTO {kind.table} (name) VALUES ($1)"  # noqa: S608
        " ON CONFLICT (lower(name)) DO NOTHING RETURNING id",
        name,
    )
    if not rows:
        raise LabelExists
    label = NamedOut(id=rows[0]["id"], name=name)
    await _tell(kind, label, "created", before=None, after={"name": name})
    return label


async def rename_label(kind: Kind, label_id: int, name: str) -> NamedOut:
    """Give a label another name, in the index of its movies as well.

    Raises LabelNotFound, LabelExists.
    """
    try:
        return await _rename(kind, label_id, name)
    except IntegrityError:
        raise LabelExists from None


@atomic
async def _rename(kind: Kind, label_id: int, name: str) -> NamedOut:
    before = await _lock(kind, label_id)
    label = NamedOut(id=label_id, name=name)
    if name == before:
        return label
    await fetch(f"SET LOCAL {LABELS_ARE_WRITTEN}")
    await fetch(f"UPDATE {kind.table} SET name = $2 WHERE id = $1", label_id, name)  # noqa: S608
    await _index_movies_of(kind, label_id)
    await _tell(kind, label, "renamed", before={"name": before}, after={"name": name})
    return label


async def _index_movies_of(kind: Kind, label_id: int) -> None:
    rows = await fetch(
        f"SELECT id FROM movies WHERE id IN ({kind.holders}) AND deleted_at IS NULL"  # noqa: S608
        " ORDER BY id FOR NO KEY UPDATE",
        label_id,
    )
    ids = [row["id"] for row in rows]
    for start in range(0, len(ids), INDEXED):
        await index_movies(ids[start : start + INDEXED])


@atomic
async def delete_label(kind: Kind, label_id: int) -> None:
    """Delete a name that no movie has; raises LabelNotFound, LabelInUse."""
    name = await _lock(kind, label_id)
    # Only a certification stays with a deleted movie, which cannot be without one.
    [held] = await fetch(f"SELECT count(*) AS movies FROM ({kind.holders}) held", label_id)  # noqa: S608
    if held["movies"]:
        deleted = ", deleted ones included" if kind is CERTIFICATIONS else ""
        raise LabelInUse(f"{held['movies']} movies have it{deleted}.", movies=held["movies"])
    await fetch(f"DELETE FROM {kind.table} WHERE id = $1", label_id)  # noqa: S608
    label = NamedOut(id=label_id, name=name)
    await _tell(kind, label, "deleted", before={"name": name}, after=None)


async def _lock(kind: Kind, label_id: int) -> str:
    rows = await fetch(f"SELECT name FROM {kind.table} WHERE id = $1 FOR UPDATE", label_id)  # noqa: S608
    if not rows:
        raise LabelNotFound
    return str(rows[0]["name"])


async def _tell(
    kind: Kind, label: NamedOut, change: Any, *, before: Any, after: dict[str, Any] | None
) -> None:
    await emit(kind.event(id=label.id, name=label.name, change=change))
    await record(f"{kind.word}.{change}", f"{kind.word}:{label.id}", before=before, after=after)
