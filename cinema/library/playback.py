"""Playing a movie that somebody owns: a signed address, made anew for each asking."""

from datetime import UTC, datetime, timedelta

from cinema.catalogue.mediatypes import content_type_of
from cinema.library.queries import NEARLY_OVER, find_video, get_purchase
from cinema.library.schemas import PlaybackOut, ProgressOut
from cinema.storage import Storage

LINK_LIFETIME = 300
"""Seconds that a link plays; a player asks for another one when it has run out."""


async def open_playback(storage: Storage, user_id: int, movie_id: int) -> PlaybackOut:
    """Raises NotInLibrary, also once the purchase is revoked, and VideoMissing."""
    key = await find_video(user_id, movie_id)
    purchase = await get_purchase(user_id, movie_id)
    return PlaybackOut(
        url=await storage.presigned_get(key, LINK_LIFETIME),
        content_type=content_type_of(key),
        expires_at=datetime.now(UTC) + timedelta(seconds=LINK_LIFETIME),
        progress=purchase.progress,
    )


def resume_point(progress: ProgressOut | None) -> int:
    """Return the second to go on at: the beginning, once a movie is nearly over."""
    if progress is None or 0 < progress.duration * NEARLY_OVER <= progress.position:
        return 0
    return progress.position
