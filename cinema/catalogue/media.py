"""Posters, trailers and films: objects in the storage and their keys at the movie.

The storage has no transactions, so the order is: store the new object, commit its key, and let a
job delete the old one after the commit. Whatever fails, no key names a missing object.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from uuid import uuid4

from cinema.audit import record
from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.events import MovieChanged
from cinema.catalogue.links import POSTER_WIDTHS
from cinema.catalogue.media_errors import VideoTooLarge
from cinema.catalogue.media_events import MediaReplaced
from cinema.catalogue.mediatypes import content_type_of, sniff
from cinema.database import atomic, current_transaction, fetch
from cinema.errors import TooLarge, Unavailable
from cinema.images import CONTENT_TYPE, redraw
from cinema.outbox import emit
from cinema.storage import Storage

POSTER_SIZES = tuple((width, width * 3 // 2) for width in sorted(POSTER_WIDTHS.values())[::-1])
LINK_LIFETIME = 300
"""Seconds that the link to a trailer is good for."""
ORPHAN_AGE = timedelta(hours=1)
STALE_UPLOAD = timedelta(days=1)
NAMED = """
SELECT key FROM unnest($1::text[]) AS given (key)
 WHERE EXISTS (SELECT FROM movies WHERE poster_key = given.key)
    OR EXISTS (SELECT FROM movies WHERE trailer_key = given.key)
    OR EXISTS (SELECT FROM movies WHERE video_key = given.key)
"""


class Medium(StrEnum):
    POSTER = "poster"
    TRAILER = "trailer"
    VIDEO = "video"

    @property
    def folder(self) -> str:
        return f"{self}s"


async def replace_poster(storage: Storage, movie_id: int, data: bytes) -> None:
    """Make a movie's poster of a picture, cut to two by three.

    Raises MovieNotFound, ImageRefused, ImagesBusy, StorageUnavailable; then nothing is left.
    """
    await _find(movie_id)
    pictures = await redraw(data, POSTER_SIZES)
    key = f"{Medium.POSTER.folder}/{uuid4().hex}"
    try:
        for width, picture in pictures.items():
            await storage.put(f"{key}/{width}.webp", picture, CONTENT_TYPE)
        await set_medium(movie_id, Medium.POSTER, key)
    except BaseException:
        await _withdraw(storage, key)
        raise


async def replace_video(
    storage: Storage, movie_id: int, medium: Medium, chunks: AsyncIterator[bytes], limit: int
) -> None:
    """Store an MP4 or WebM of at most `limit` bytes while it arrives.

    Raises MovieNotFound, VideoRefused, VideoTooLarge, VideoDamaged, StorageUnavailable, and
    whatever the chunks raise; then nothing is left.
    """
    await _find(movie_id)
    suffix, checked = await sniff(chunks)
    key = f"{medium.folder}/{uuid4().hex}.{suffix}"
    try:
        await storage.put_stream(key, checked, content_type_of(key), limit=limit)
        await set_medium(movie_id, medium, key)
    except TooLarge:
        raise VideoTooLarge(f"A video may have {limit:,} bytes.") from None
    except BaseException:
        await _withdraw(storage, key)
        raise


@atomic
async def set_medium(movie_id: int, medium: Medium, key: str | None) -> None:
    """Give a movie another object, or none; the old one is deleted after the commit."""
    movie = await _lock_movie(movie_id)
    column = f"{medium}_key"
    old = movie[column]
    if old == key:
        return
    await fetch(f"UPDATE movies SET {column} = $2 WHERE id = $1", movie_id, key)  # noqa: S608
    await record(
        f"movie.{medium}_{'removed' if key is None else 'replaced'}",
        f"movie:{movie_id}",
        before={column: old},
        after={column: key},
    )
    await emit(
        MovieChanged(
            movie_id=movie_id,
            changed=(str(medium),),
            old_price=movie["price"],
            price=movie["price"],
            is_available=movie["is_available"],
        )
    )
    if old is not None:
        await emit(MediaReplaced(movie_id=movie_id, old_key=old))


async def _lock_movie(movie_id: int) -> dict[str, object]:
    current_transaction()
    rows = await fetch(
        "SELECT price, is_available, poster_key, trailer_key, video_key FROM movies"
        " WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
        movie_id,
    )
    if not rows:
        raise MovieNotFound
    return rows[0]


async def _find(movie_id: int) -> None:
    """Refuse a movie that is not there before anything is read for it."""
    if not await fetch("SELECT FROM movies WHERE id = $1 AND deleted_at IS NULL", movie_id):
        raise MovieNotFound


async def trailer_address(storage: Storage, movie_id: int) -> str | None:
    """Return a short-lived link to a movie's trailer; None where it has none.

    Raises MovieNotFound.
    """
    rows = await fetch(
        "SELECT trailer_key FROM movies WHERE id = $1 AND deleted_at IS NULL", movie_id
    )
    if not rows:
        raise MovieNotFound
    key = rows[0]["trailer_key"]
    return None if key is None else await storage.presigned_get(key, LINK_LIFETIME)


async def media_of(movie_id: int) -> dict[Medium, bool]:
    """Tell which files a movie has; raises MovieNotFound."""
    rows = await fetch(
        "SELECT poster_key, trailer_key, video_key FROM movies"
        " WHERE id = $1 AND deleted_at IS NULL",
        movie_id,
    )
    if not rows:
        raise MovieNotFound
    return {medium: rows[0][f"{medium}_key"] is not None for medium in Medium}


async def delete_medium(storage: Storage, key: str) -> None:
    """Delete the objects of a key, unless a movie names it still: several may share one film."""
    if not await fetch(NAMED, [key]):
        await storage.delete(*_objects(key))


async def _withdraw(storage: Storage, key: str) -> None:
    with suppress(Unavailable):
        await storage.delete(*_objects(key))


def _objects(key: str) -> list[str]:
    if key.startswith(f"{Medium.POSTER.folder}/"):
        return [f"{key}/{width}.webp" for width in POSTER_WIDTHS.values()]
    return [key]


async def sweep_media(storage: Storage, age: timedelta = ORPHAN_AGE) -> int:
    """Delete the objects that no movie names, as a killed process leaves them; returns how many.

    What is younger than `age` may belong to an upload that has not committed yet.
    """
    total = 0
    for medium in Medium:
        async for objects in storage.old_keys(f"{medium.folder}/", age):
            key_of = {name: _key(medium, name) for name in objects}
            named = await fetch(NAMED, list(set(key_of.values())))
            kept = {row["key"] for row in named}
            orphans = [name for name in objects if key_of[name] not in kept]
            await storage.delete(*orphans)
            total += len(orphans)
    return total + await storage.abort_stale_uploads(STALE_UPLOAD)


def _key(medium: Medium, name: str) -> str:
    return name.rpartition("/")[0] if medium is Medium.POSTER else name
