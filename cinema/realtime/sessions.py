"""Which logins still stand: asked for a ticket, and once a minute for every socket at once."""

from collections.abc import Iterable

from cinema.database import fetch
from cinema.roles import Role

STANDING = """
SELECT s.id, g.name AS role FROM sessions s
  JOIN users u ON u.id = s.user_id JOIN user_groups g ON g.id = u.group_id
 WHERE s.id = ANY($1) AND s.revoked_at IS NULL AND u.is_active AND u.deleted_at IS NULL
"""


async def standing_sessions(session_ids: Iterable[int]) -> dict[int, Role]:
    """Return those of the sessions that are not over, each with its user's role of today."""
    rows = await fetch(STANDING, list(session_ids))
    return {row["id"]: Role(row["role"]) for row in rows}
