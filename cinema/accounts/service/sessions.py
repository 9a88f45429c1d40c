"""Logins: one login is one session is one family of refresh tokens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cinema.accounts.errors import RefreshTokenInvalid, SessionNotFound
from cinema.accounts.events import SessionRevoked, SessionStolen
from cinema.accounts.models import RefreshToken
from cinema.accounts.schemas import TokenPair
from cinema.accounts.tokens import access_token, new_refresh_token, successor_of, token_hash
from cinema.audit import record
from cinema.database import atomic, fetch
from cinema.http.device import Device
from cinema.outbox import emit
from cinema.settings import Settings

GRACE = "10 seconds"
"""A double click or a lost answer, not a thief: the same successor is answered again."""
ABSOLUTE_LIFETIME = timedelta(days=90)
"""However often it is refreshed, a session ends then (ASVS 7.3.2)."""


OPEN = """
WITH opened AS (
     INSERT INTO sessions (user_id, user_agent, ip) VALUES ($1, $2, $3) RETURNING id)
INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
SELECT id, $4, now() + $5::interval FROM opened RETURNING session_id
"""


async def open_session(settings: Settings, user_id: int, device: Device) -> TokenPair:
    """Start a session and its family of refresh tokens; belongs into a transaction."""
    refresh = new_refresh_token()
    [row] = await fetch(
        OPEN,
        user_id,
        device.name,
        device.ip,
        token_hash(refresh),
        min(settings.refresh_token_lifetime, ABSOLUTE_LIFETIME),
    )
    return _pair(settings, user_id, row["session_id"], refresh)


def _pair(settings: Settings, user_id: int, session_id: int, refresh: str) -> TokenPair:
    return TokenPair(
        access=access_token(settings, user_id, session_id),
        refresh=refresh,
        expires_in=int(settings.access_token_lifetime.total_seconds()),
    )


async def _store(settings: Settings, session_id: int, token: str) -> int:
    [row] = await fetch(
        "INSERT INTO refresh_tokens (session_id, token_hash, expires_at)"
        " SELECT id, $2, LEAST(now() + $3::interval, created_at + $4::interval)"
        " FROM sessions WHERE id = $1 RETURNING id",
        session_id,
        token_hash(token),
        settings.refresh_token_lifetime,
        ABSOLUTE_LIFETIME,
    )
    token_id: int = row["id"]
    return token_id


@dataclass(frozen=True, slots=True)
class _Held:
    """A refresh token that was presented, with its session locked."""

    id: int
    session_id: int
    user_id: int
    user_agent: str
    is_alive: bool
    is_spent: bool
    in_grace: bool
    successor_is_fresh: bool


async def refresh(settings: Settings, token: str, device: Device) -> TokenPair:
    """Spend a refresh token and return its successor with a new access token.

    A spent token that comes back revokes its whole session: one of the two who had it is a
    thief. Within GRACE, from the same device, it answers the same successor instead.
    Raises RefreshTokenInvalid.
    """
    pair = await _rotate(settings, token, device)
    if pair is None:
        raise RefreshTokenInvalid
    return pair


@atomic
async def _rotate(settings: Settings, token: str, device: Device) -> TokenPair | None:
    held = await _lock_refresh_token(token)
    if held is None or not held.is_alive:
        return None
    successor = successor_of(settings, token)
    if not held.is_spent:
        await _spend(settings, held, successor, device)
    elif not (held.in_grace and held.successor_is_fresh and held.user_agent == device.name):
        await _revoke_stolen(held)
        return None
    return _pair(settings, held.user_id, held.session_id, successor)


async def _lock_refresh_token(token: str) -> _Held | None:
    # The session's row is the lock of its family: the state is read after it is held.
    locked = await fetch(
        "SELECT s.id FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id"
        " WHERE t.token_hash = $1 FOR UPDATE OF s",
        token_hash(token),
    )
    rows = await fetch(HELD, token_hash(token)) if locked else []
    return _Held(**rows[0]) if rows else None


HELD = f"""
SELECT t.id, t.session_id, s.user_id, s.user_agent,
       s.revoked_at IS NULL AND u.is_active AND u.deleted_at IS NULL
           AND t.expires_at > now() AS is_alive,
       t.spent_at IS NOT NULL AS is_spent,
       COALESCE(t.spent_at > clock_timestamp() - interval '{GRACE}', false) AS in_grace,
       COALESCE(n.spent_at IS NULL AND n.id IS NOT NULL, false) AS successor_is_fresh
  FROM refresh_tokens t
  JOIN sessions s ON s.id = t.session_id
  JOIN users u ON u.id = s.user_id
  LEFT JOIN refresh_tokens n ON n.id = t.successor_id
 WHERE t.token_hash = $1
"""  # noqa: S608 - no value of a caller's is in it


async def _spend(settings: Settings, held: _Held, successor: str, device: Device) -> None:
    successor_id = await _store(settings, held.session_id, successor)
    await RefreshToken.filter(id=held.id).update(successor_id=successor_id)
    await fetch("UPDATE refresh_tokens SET spent_at = clock_timestamp() WHERE id = $1", held.id)
    await fetch(
        "UPDATE sessions SET last_seen_at = now(), user_agent = $2, ip = $3 WHERE id = $1",
        held.session_id,
        device.name,
        device.ip,
    )


async def _revoke_stolen(held: _Held) -> None:
    await end_sessions(held.user_id, "stolen", only=held.session_id)
    await emit(SessionStolen(user_id=held.user_id, session_id=held.session_id))
    await record("session.stolen", f"user:{held.user_id}", after={"session_id": held.session_id})


async def end_sessions(
    user_id: int, reason: str, *, only: int | None = None, keep: int | None = None
) -> list[int]:
    """Revoke a user's open sessions (one of them, or all but one) and tell their sockets.

    Returns their ids; belongs into a transaction.
    """
    ended: list[dict[str, Any]] = await fetch(
        "WITH mine AS (SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL"
        " AND ($3::bigint IS NULL OR id = $3) AND ($4::bigint IS NULL OR id <> $4)"
        " ORDER BY id FOR UPDATE)"
        " UPDATE sessions SET revoked_at = now(), reason = $2"
        " FROM mine WHERE sessions.id = mine.id RETURNING sessions.id",
        user_id,
        reason,
        only,
        keep,
    )
    session_ids = sorted(row["id"] for row in ended)
    if session_ids:
        await emit(SessionRevoked(user_id=user_id, session_ids=session_ids))
    return session_ids


@atomic
async def logout(user_id: int, refresh: str) -> None:
    """End the session of one's own refresh token; raises SessionNotFound for any other."""
    await end_sessions(user_id, "logout", only=await _session_of(user_id, refresh))


@atomic
async def logout_all(user_id: int, refresh: str) -> None:
    """End every session of the owner of this refresh token; raises SessionNotFound."""
    await _session_of(user_id, refresh)
    await end_sessions(user_id, "logout_all")


async def _session_of(user_id: int, refresh: str) -> int:
    rows = await fetch(
        "SELECT s.id FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id"
        " WHERE t.token_hash = $1 AND s.user_id = $2",
        token_hash(refresh),
        user_id,
    )
    if not rows:
        raise SessionNotFound
    session_id: int = rows[0]["id"]
    return session_id


@atomic
async def revoke_session(user_id: int, session_id: int) -> None:
    """End one of one's own sessions; raises SessionNotFound when it is not open."""
    if not await end_sessions(user_id, "revoked", only=session_id):
        raise SessionNotFound


@atomic
async def revoke_all_sessions(user_id: int) -> None:
    """End every session of a user: "log out everywhere"."""
    await end_sessions(user_id, "logout_all")
