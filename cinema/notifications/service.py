"""The bell: what a user is told, once for each event, and what has been read of it."""

import json
from typing import Any

from cinema.database import atomic, fetch
from cinema.notifications.errors import NotificationNotFound
from cinema.notifications.events import NotificationCreated, NotificationRead
from cinema.notifications.queries import notification_out, unread_count
from cinema.notifications.schemas import NotificationOut
from cinema.outbox import emit

RETURNED = "id, kind, payload, read_at, created_at"


@atomic
async def notify(user_id: int, kind: str, payload: dict[str, Any], source: str) -> bool:
    """Tell a user something; whether it was new. `source` names the event that caused it."""
    await _lock_bell(user_id)
    rows = await fetch(
        "INSERT INTO notifications (user_id, kind, payload, source)"
        " SELECT id, $2, $3::jsonb, $4 FROM users WHERE id = $1 AND deleted_at IS NULL"
        " ON CONFLICT (user_id, source) DO NOTHING RETURNING id",
        user_id,
        kind,
        json.dumps(payload, default=str),
        source,
    )
    if not rows:
        return False
    await emit(
        NotificationCreated(
            user_id=user_id,
            notification_id=rows[0]["id"],
            kind=kind,
            payload=payload,
            unread=await unread_count(user_id),
        )
    )
    return True


@atomic
async def mark_read(user_id: int, notification_id: int) -> NotificationOut:
    """Mark one's own notification as read; again it changes nothing.

    Raises NotificationNotFound.
    """
    await _lock_bell(user_id)
    rows = await fetch(
        "UPDATE notifications SET read_at = now()"  # noqa: S608
        f" WHERE id = $1 AND user_id = $2 AND read_at IS NULL RETURNING {RETURNED}",
        notification_id,
        user_id,
    )
    if rows:
        await _tell_read(user_id, notification_id)
        return notification_out(rows[0])
    rows = await fetch(
        f"SELECT {RETURNED} FROM notifications WHERE id = $1 AND user_id = $2",  # noqa: S608
        notification_id,
        user_id,
    )
    if not rows:
        raise NotificationNotFound
    return notification_out(rows[0])


@atomic
async def mark_all_read(user_id: int) -> int:
    """Mark everything as read and return how many were unread."""
    await _lock_bell(user_id)
    rows = await fetch(
        "UPDATE notifications SET read_at = now() WHERE user_id = $1 AND read_at IS NULL"
        " RETURNING id",
        user_id,
    )
    if rows:
        await _tell_read(user_id, None)
    return len(rows)


async def _tell_read(user_id: int, notification_id: int | None) -> None:
    unread = await unread_count(user_id)
    await emit(NotificationRead(user_id=user_id, notification_id=notification_id, unread=unread))


async def _lock_bell(user_id: int) -> None:
    """Let one transaction at a time count a user's notifications: the last one told is right."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended('bell', $1::bigint))", user_id)
