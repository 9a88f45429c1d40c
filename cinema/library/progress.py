"""Where somebody is in a movie: kept once, for all devices, the highest version last."""

from cinema.database import atomic, fetch
from cinema.library.errors import NotInLibrary
from cinema.library.events import ProgressChanged
from cinema.library.schemas import ProgressOut, SaveProgress
from cinema.outbox import emit

# The highest version wins; of two that are equal the first. `furthest` never goes back.
SAVE = """
INSERT INTO watch_progress AS w (user_id, movie_id, position, duration, furthest, version)
SELECT p.user_id, p.movie_id, $3, $4, $3, $5 FROM purchases p
 WHERE p.user_id = $1 AND p.movie_id = $2 AND p.revoked_at IS NULL
ON CONFLICT (user_id, movie_id) DO UPDATE
   SET position = excluded.position, version = excluded.version, updated_at = now(),
       furthest = greatest(w.furthest, excluded.position),
       duration = CASE WHEN excluded.duration > 0 THEN excluded.duration ELSE w.duration END
 WHERE w.version < excluded.version
RETURNING position, duration, version, updated_at
"""
STORED = """
SELECT w.position, w.duration, w.version, w.updated_at
  FROM watch_progress w JOIN purchases p USING (user_id, movie_id)
 WHERE w.user_id = $1 AND w.movie_id = $2 AND p.revoked_at IS NULL
"""


@atomic
async def save_progress(user_id: int, movie_id: int, command: SaveProgress) -> ProgressOut:
    """Keep where a player is, and return what is kept.

    That is what another device has said, where the version is no higher than its: the player
    takes it over. Raises NotInLibrary.
    """
    rows = await fetch(
        SAVE, user_id, movie_id, command.position, command.duration or 0, command.version
    )
    if not rows:
        return await get_progress(user_id, movie_id)
    saved = ProgressOut(**rows[0])
    await emit(
        ProgressChanged(
            user_id=user_id,
            movie_id=movie_id,
            position=saved.position,
            duration=saved.duration,
            version=saved.version,
        )
    )
    return saved


async def get_progress(user_id: int, movie_id: int) -> ProgressOut:
    """Raises NotInLibrary, also where nothing was ever kept."""
    rows = await fetch(STORED, user_id, movie_id)
    if not rows:
        raise NotInLibrary
    return ProgressOut(**rows[0])
