"""What has been read of what the bell rang for."""

from cinema.database import atomic, fetch
from cinema.notifications.errors import NotificationNotFound
from cinema.notifications.events import NotificationRead
from cinema.notifications.queries import get_notifications, unread_count
from cinema.notifications.ringing import lock_bells, notify
from cinema.notifications.schemas import NotificationOut
from cinema.outbox import emit

__all__ = ["mark_all_read", "mark_read", "notify"]


@atomic
async def mark_read(user_id: int, notification_id: int) -> NotificationOut:
    """Mark one's own notification as read; again it changes nothing.

    Raises NotificationNotFound.
    """
    await lock_bells([user_id])
    rows = await fetch(
        "UPDATE notifications SET read_at = now()"
        " WHERE id = $1 AND user_id = $2 AND read_at IS NULL RETURNING id",
        notification_id,
        user_id,
    )
    if rows:
        await _tell_read(user_id, notification_id)
    for owner_id, notification in await get_notifications([notification_id]):
        if owner_id == user_id:
            return notification
    raise NotificationNotFound


@atomic
async def mark_all_read(user_id: int) -> int:
    """Mark everything as read and return how many were unread."""
    await lock_bells([user_id])
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
