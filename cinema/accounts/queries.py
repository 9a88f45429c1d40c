"""What is asked about accounts."""

from cinema.accounts.errors import UserNotFound
from cinema.accounts.schemas import SessionOut, UserOut
from cinema.accounts.tokens import read_access_token
from cinema.database import fetch
from cinema.errors import Unauthenticated
from cinema.http.identity import Identity
from cinema.roles import Role
from cinema.settings import Settings

CALLER = """
SELECT u.id AS user_id, u.email, g.name::text AS role, s.id AS session_id
  FROM sessions s
  JOIN users u ON u.id = s.user_id
  JOIN user_groups g ON g.id = u.group_id
 WHERE s.id = $1 AND u.id = $2 AND s.revoked_at IS NULL AND u.is_active AND u.deleted_at IS NULL
"""
USER = """
SELECT u.id, u.email, g.name::text AS "group", u.is_active, u.created_at
  FROM users u JOIN user_groups g ON g.id = u.group_id
"""


async def authenticate(settings: Settings, token: str) -> Identity:
    """Say who holds an access token, as the database knows it now: one statement.

    Raises Unauthenticated for a bad token, a session that was ended, a user who is gone.
    """
    user_id, session_id = read_access_token(settings, token)
    rows = await fetch(CALLER, session_id, user_id)
    if not rows:
        raise Unauthenticated("The session has ended.")
    [row] = rows
    return Identity(row["user_id"], row["email"], Role(row["role"]), row["session_id"])


async def get_user(user_id: int) -> UserOut:
    """Raises UserNotFound, also for a deleted user."""
    rows = await fetch(f"{USER} WHERE u.id = $1 AND u.deleted_at IS NULL", user_id)
    if not rows:
        raise UserNotFound
    return UserOut(**rows[0])


async def list_sessions(user_id: int, current_id: int) -> list[SessionOut]:
    """Return the open sessions of a user, the last used first."""
    rows = await fetch(
        "SELECT id, user_agent AS device, ip, created_at, last_seen_at, id = $2 AS current"
        " FROM sessions WHERE user_id = $1 AND revoked_at IS NULL"
        " ORDER BY last_seen_at DESC, id DESC",
        user_id,
        current_id,
    )
    return [SessionOut(**row) for row in rows]
