"""The life of a movie in the hands of the moderators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from tortoise.exceptions import IntegrityError

from cinema.audit import record
from cinema.catalogue.errors import MovieExists, MovieNotFound
from cinema.catalogue.events import MovieChanged, MovieCreated, MovieDeleted
from cinema.catalogue.indexing import index_movies
from cinema.catalogue.labels import CERTIFICATIONS, LINKED, Kind
from cinema.catalogue.pricing import require_payable
from cinema.catalogue.service.labels import choose
from cinema.catalogue.write_schemas import CreateMovie, UpdateMovie
from cinema.database import atomic, constraint, fetch
from cinema.errors import InvalidRequest
from cinema.outbox import emit

COLUMNS = (
    "name", "year", "time", "imdb", "votes", "meta_score", "gross", "description", "price",
    "is_available", "release_at",
)  # fmt: skip
INDEXED = {"name", "description", "certification", "genres", "directors", "stars"}
UNIQUE = "movies_name_year_time"

INSERT = f"""
INSERT INTO movies (certification_id, {", ".join(COLUMNS)})
VALUES ($1, {", ".join(f"${n}" for n in range(2, len(COLUMNS) + 2))}) RETURNING id
"""  # noqa: S608 - composed of constants

LOCK = "SELECT id FROM movies WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE"

# The files that no movie names any more go with the next sweep of the storage.
BURY = """
UPDATE movies SET deleted_at = now(), poster_key = NULL, trailer_key = NULL, video_key = NULL
 WHERE id = $1
"""

NAMES = """ARRAY(SELECT o.name FROM {kind.links} r JOIN {kind.table} o ON o.id = r.{kind.column}
        WHERE r.movie_id = m.id ORDER BY o.name) AS {kind.field}"""
PORTRAIT = f"""
SELECT {", ".join(f"m.{column}" for column in COLUMNS)}, c.name AS certification,
       {", ".join(NAMES.format(kind=kind) for kind in LINKED)}
  FROM movies m JOIN certifications c ON c.id = m.certification_id WHERE m.id = $1
"""  # noqa: S608 - composed of constants

Portrait = dict[str, Any]
"""Everything of a movie that a moderator can change, names in the place of ids."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ids of the labels that a command names."""

    certification: int | None
    linked: Mapping[Kind, list[int]]


async def create_movie(command: CreateMovie, currency: str) -> int:
    """Add a movie; returns its id.

    Raises MovieExists, also for the loser of a race, and InvalidRequest for ids that are unknown,
    a release that is not ahead and a price that cannot be paid in the currency.
    """
    require_payable(command.price, currency)
    try:
        return await _create(command)
    except IntegrityError as error:
        raise _explained(error) from None


@atomic
async def _create(command: CreateMovie) -> int:
    await _refuse_past_release(command, None)
    chosen = await _choose(command, set(CreateMovie.model_fields))
    values = [getattr(command, column) for column in COLUMNS]
    [row] = await fetch(INSERT, chosen.certification, *values)
    movie_id: int = row["id"]
    await _link(movie_id, chosen)
    await index_movies([movie_id])
    await emit(MovieCreated(movie_id=movie_id, name=command.name))
    await _record("created", movie_id, None, await _portrait(movie_id))
    return movie_id


async def update_movie(movie_id: int, command: UpdateMovie, currency: str) -> None:
    """Change what the command holds.

    Raises MovieNotFound, MovieExists, and InvalidRequest for ids that are unknown, a release that
    is not ahead and a price that cannot be paid in the currency.
    """
    if "price" in command.model_fields_set:
        require_payable(command.price, currency)
    try:
        await _update(movie_id, command)
    except IntegrityError as error:
        raise _explained(error) from None


@atomic
async def _update(movie_id: int, command: UpdateMovie) -> None:
    given = command.model_fields_set
    chosen = await _choose(command, given)
    before = await lock_movie(movie_id)
    await _refuse_past_release(command, before)
    await _set_columns(movie_id, _columns_of(command, chosen))
    await _link(movie_id, chosen)
    after = await _portrait(movie_id)
    changed = {name for name, value in after.items() if value != before[name]}
    if not changed:
        return
    if changed & INDEXED:
        await index_movies([movie_id])
    await emit(
        MovieChanged(
            movie_id=movie_id,
            changed=tuple(sorted(changed)),
            old_price=before["price"],
            price=after["price"],
            is_available=after["is_available"],
        )
    )
    await _record("changed", movie_id, before, after, changed)


async def lock_movie(movie_id: int) -> Portrait:
    """Lock a movie until the caller's transaction ends; raises MovieNotFound.

    The lock keeps out whoever buys it or puts it into a cart, but nobody who merely refers to it.
    """
    if not await fetch(LOCK, movie_id):
        raise MovieNotFound
    return await _portrait(movie_id)


async def bury_movie(movie_id: int, portrait: Portrait) -> None:
    """Delete a locked movie softly: its name is free again, and no label counts it any more.

    A step of the caller's transaction.
    """
    await fetch(BURY, movie_id)
    for kind in LINKED:
        await fetch(f"DELETE FROM {kind.links} WHERE movie_id = $1", movie_id)  # noqa: S608
    await index_movies([movie_id])
    await emit(MovieDeleted(movie_id=movie_id, name=portrait["name"]))
    await _record("deleted", movie_id, portrait, None)


async def _portrait(movie_id: int) -> Portrait:
    [row] = await fetch(PORTRAIT, movie_id)
    return row


async def _choose(command: BaseModel, given: set[str]) -> Chosen:
    """Find or make the labels; raises InvalidRequest with the place of every unknown id."""
    certification: int | None = None
    linked: dict[Kind, list[int]] = {}
    unknown: list[tuple[str, ...]] = []
    for kind in (CERTIFICATIONS, *LINKED):
        if kind.field not in given:
            continue
        wanted = getattr(command, kind.field)
        if kind is CERTIFICATIONS:
            ids, missing = await choose(kind, [wanted])
            certification = ids[0] if ids else None
            unknown += [(kind.field,) for _ in missing]
        else:
            linked[kind], missing = await choose(kind, wanted)
            unknown += [(kind.field, str(place)) for place in missing]
    if unknown:
        message = "There is none of this id."
        errors = [{"loc": ["body", *at], "msg": message, "type": "unknown_id"} for at in unknown]
        raise InvalidRequest("Some ids are unknown.", errors=errors)
    return Chosen(certification, linked)


async def _refuse_past_release(command: CreateMovie | UpdateMovie, before: Portrait | None) -> None:
    moment = command.release_at
    if moment is None or (before is not None and moment == before["release_at"]):
        return
    [row] = await fetch("SELECT $1::timestamptz > now() AS is_ahead", moment)
    if not row["is_ahead"]:
        raise InvalidRequest.at("body", "release_at", msg="The moment has to lie ahead.")


def _columns_of(command: UpdateMovie, chosen: Chosen) -> dict[str, Any]:
    given = command.model_fields_set
    columns = {column: getattr(command, column) for column in COLUMNS if column in given}
    if chosen.certification is not None:
        columns["certification_id"] = chosen.certification
    return columns


async def _set_columns(movie_id: int, columns: Mapping[str, Any]) -> None:
    if not columns:
        return
    setting = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, 2))
    update = f"UPDATE movies SET {setting} WHERE id = $1"  # noqa: S608 - columns are constants
    await fetch(update, movie_id, *columns.values())


async def _link(movie_id: int, chosen: Chosen) -> None:
    """Give the movie exactly these labels."""
    for kind, ids in chosen.linked.items():
        await fetch(
            f"DELETE FROM {kind.links} WHERE movie_id = $1 AND {kind.column} <> ALL($2::bigint[])",  # noqa: S608
            movie_id,
            ids,
        )
        await fetch(
            f"INSERT INTO {kind.links} (movie_id, {kind.column})"
            " SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING",
            movie_id,
            ids,
        )


async def _record(
    what: str,
    movie_id: int,
    before: Portrait | None,
    after: Portrait | None,
    fields: set[str] | None = None,
) -> None:
    def told(portrait: Portrait | None) -> dict[str, Any] | None:
        if portrait is None:
            return None
        chosen = {k: v for k, v in portrait.items() if fields is None or k in fields}
        return dict(to_jsonable_python(chosen))

    await record(f"movie.{what}", f"movie:{movie_id}", before=told(before), after=told(after))


def _explained(error: IntegrityError) -> Exception:
    return MovieExists() if constraint(error) == UNIQUE else error
