import json
from collections.abc import Sequence
from typing import Any

from cinema.database import fetch
from cinema.errors import InvalidRequest
from cinema.http.pagination import decode_cursor, encode_cursor
from cinema.notifications.kinds import KINDS
from cinema.notifications.schemas import NotificationOut, NotificationQuery
from cinema.social.queries.comments import AUTHOR

# Who did it is kept as a number alone: a name follows its owner, and goes when its owner goes.
SELECT = f"""
SELECT n.id, n.user_id, n.kind, n.read_at, n.created_at,
       n.payload - 'folded' || CASE WHEN u.id IS NULL THEN '{{}}'::jsonb
                                    ELSE jsonb_build_object('actor', {AUTHOR}) END AS payload
  FROM notifications n LEFT JOIN users u ON u.id = (n.payload->>'actor_id')::bigint
       LEFT JOIN user_profiles p ON p.user_id = u.id
"""  # noqa: S608 - composed of constants
READERS = """
SELECT u.id FROM users u LEFT JOIN notification_settings s ON s.user_id = u.id AND s.kind = $2
 WHERE u.id = ANY($1::bigint[]) AND u.is_active AND u.deleted_at IS NULL
   AND coalesce(s.email, $3::boolean) ORDER BY u.id
"""
MATCHING = "n.user_id = $1 AND ($2::boolean IS NULL OR (n.read_at IS NULL) = $2)"
# A walk shows each where it stood when the walk began ($3 was on top): what was told anew since is
# not lost, though it stands above by now. What came since is no part of it.
WALK = f"""
WITH walk AS (
    (SELECT n.id, n.place AS at FROM notifications n
      WHERE {MATCHING} AND n.place < $4 ORDER BY n.place DESC LIMIT $5)
    UNION ALL
    SELECT n.id, stood.at
      FROM notifications n, LATERAL (SELECT max(place) AS at FROM unnest(n.places) AS place
                                      WHERE place <= $3) AS stood
     WHERE {MATCHING} AND n.place > $3 AND stood.at < $4
)
SELECT n.*, walk.at FROM walk JOIN ({SELECT}) AS n ON n.id = walk.id ORDER BY walk.at DESC LIMIT $5
"""  # noqa: S608 - composed of constants
TOP = 2**62


async def unread_count(user_id: int) -> int:
    return (await unread_counts([user_id]))[user_id]


async def unread_counts(user_ids: Sequence[int]) -> dict[int, int]:
    rows = await fetch(
        "SELECT user_id, count(*) AS n FROM notifications"
        " WHERE user_id = ANY($1::bigint[]) AND read_at IS NULL GROUP BY user_id",
        list(user_ids),
    )
    return dict.fromkeys(user_ids, 0) | {row["user_id"]: row["n"] for row in rows}


async def get_notifications(ids: Sequence[int]) -> list[tuple[int, NotificationOut]]:
    """Return those of the notifications that there are, each beside the id of its owner."""
    if not ids:
        return []
    rows = await fetch(f"{SELECT} WHERE n.id = ANY($1::bigint[]) ORDER BY n.id", list(ids))
    return [(row["user_id"], _notification_out(row)) for row in rows]


async def list_notifications(
    user_id: int, query: NotificationQuery
) -> tuple[list[NotificationOut], int]:
    """Return one page of a user's notifications, the last told first, and how many there are."""
    [row] = await fetch(
        f"SELECT count(*) AS n FROM notifications n WHERE {MATCHING}",  # noqa: S608
        user_id,
        query.unread,
    )
    rows = await fetch(
        f"{SELECT} WHERE {MATCHING} ORDER BY n.place DESC LIMIT $3 OFFSET $4",
        user_id,
        query.unread,
        query.per_page,
        query.offset,
    )
    return [_notification_out(row) for row in rows], int(row["n"])


async def walk_notifications(
    user_id: int, query: NotificationQuery
) -> tuple[list[NotificationOut], str | None]:
    """Return the page behind the query's cursor, and the cursor behind that page."""
    began, last = _read_cursor(query.cursor) if query.cursor else (TOP, TOP)
    rows = await fetch(WALK, user_id, query.unread, began, last, query.per_page + 1)
    page = rows[: query.per_page]
    more = None
    if len(rows) > len(page):
        began = page[0]["at"] if began == TOP else began
        more = encode_cursor([began, page[-1]["at"]])
    return [_notification_out(row) for row in page], more


def _read_cursor(cursor: str) -> tuple[int, int]:
    """Read the place that was on top when the walk began, and that of the last one shown."""
    began, last = decode_cursor(cursor, 2)
    if not (isinstance(began, int) and isinstance(last, int) and 0 <= last <= began < TOP):
        raise InvalidRequest.at("query", "cursor", msg="Not a cursor of this list.")
    return began, last


def _notification_out(row: dict[str, Any]) -> NotificationOut:
    payload = row["payload"]
    parsed = json.loads(payload) if isinstance(payload, str) else payload
    return NotificationOut(
        id=row["id"],
        kind=row["kind"],
        payload=parsed,
        read_at=row["read_at"],
        created_at=row["created_at"],
    )


async def chosen_settings(user_id: int) -> dict[str, tuple[bool, bool]]:
    """Return (bell, mail) of the kinds for which the user wants it otherwise than by default."""
    rows = await fetch(
        "SELECT kind, in_app, email FROM notification_settings WHERE user_id = $1", user_id
    )
    return {row["kind"]: (row["in_app"], row["email"]) for row in rows}


async def readers(user_ids: Sequence[int], kind: str) -> list[int]:
    """Return those of the users who are there and want a mail of this kind."""
    rows = await fetch(READERS, list(user_ids), kind, KINDS[kind].mail.is_on)
    return [row["id"] for row in rows]
