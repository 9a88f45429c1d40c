import json
from typing import Any

from cinema.database import fetch
from cinema.http.pagination import cursor_id, encode_cursor
from cinema.notifications.schemas import NotificationOut, NotificationQuery

SELECT = "SELECT id, kind, payload, read_at, created_at FROM notifications"
MATCHING = "user_id = $1 AND ($2::boolean IS NULL OR (read_at IS NULL) = $2)"


async def unread_count(user_id: int) -> int:
    [row] = await fetch(
        "SELECT count(*) AS n FROM notifications WHERE user_id = $1 AND read_at IS NULL", user_id
    )
    return int(row["n"])


async def list_notifications(
    user_id: int, query: NotificationQuery
) -> tuple[list[NotificationOut], int]:
    """Return one page of a user's notifications, newest first, and how many there are."""
    [row] = await fetch(
        f"SELECT count(*) AS n FROM notifications WHERE {MATCHING}",  # noqa: S608
        user_id,
        query.unread,
    )
    rows = await fetch(
        f"{SELECT} WHERE {MATCHING} ORDER BY id DESC LIMIT $3 OFFSET $4",
        user_id,
        query.unread,
        query.per_page,
        query.offset,
    )
    return [notification_out(row) for row in rows], int(row["n"])


async def list_notifications_before(
    user_id: int, query: NotificationQuery
) -> tuple[list[NotificationOut], str | None]:
    """Return the page behind the query's cursor and the cursor of the next one."""
    rows = await fetch(
        f"{SELECT} WHERE {MATCHING} AND id < $3 ORDER BY id DESC LIMIT $4",
        user_id,
        query.unread,
        cursor_id(query.cursor or "") or 2**62,
        query.per_page + 1,
    )
    page = [notification_out(row) for row in rows[: query.per_page]]
    more = encode_cursor([str(page[-1].id)]) if len(rows) > len(page) else None
    return page, more


def notification_out(row: dict[str, Any]) -> NotificationOut:
    payload = row["payload"]
    parsed = json.loads(payload) if isinstance(payload, str) else payload
    return NotificationOut(**{**row, "payload": parsed})
