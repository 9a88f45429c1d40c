"""Movies whose moment has come."""

from cinema.catalogue.events import MovieReleased
from cinema.database import atomic, fetch
from cinema.outbox import emit

BATCH = 100

# A movie that is held back is announced when it is put on sale. Who is first takes the moment
# away, so nobody announces it again.
TAKE_DUE = """
UPDATE movies SET release_at = NULL WHERE id IN (
    SELECT id FROM movies
     WHERE release_at <= now() AND is_available AND deleted_at IS NULL
     ORDER BY release_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, name
"""


async def release_due() -> int:
    """Announce the movies whose `release_at` has passed, each once; return how many."""
    total = 0
    while released := await _release_batch():
        total += released
    return total


@atomic
async def _release_batch() -> int:
    rows = await fetch(TAKE_DUE, BATCH)
    for row in rows:
        await emit(MovieReleased(movie_id=row["id"], name=row["name"]))
    return len(rows)
