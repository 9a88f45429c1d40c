"""The bell rings: once for each event, and while it is unread once for more of the same.

What is told anew stands on top of the list again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cinema.database import atomic, fetch
from cinema.notifications.events import NotificationCreated
from cinema.notifications.queries import get_notifications, unread_counts
from cinema.outbox import emit

BELLS = 200
"""How many bells one transaction holds: each is a lock, and a reader waits for its own."""
MEMORY = 200
"""How many actors and events a fold remembers, so that none of them counts twice; and how many
places, so that a walk through the list finds it where it stood."""

# All that rings holds the bell, so what is not there now is not there when it is inserted. Of
# news that replace each other (`last`) an older event that comes late changes nothing. The look
# back is no NOT EXISTS: as a join it would read every user's news where it has to read a few.
RING = """
INSERT INTO notifications AS n (user_id, kind, payload, source, fold)
SELECT u.id, $2::varchar, $3::jsonb, $4::varchar, $5::varchar
  FROM users u LEFT JOIN notification_settings s ON s.user_id = u.id AND s.kind = $2::varchar
 WHERE u.id = ANY($1::bigint[]) AND u.deleted_at IS NULL AND coalesce(s.in_app, true)
   AND coalesce((
       SELECT false FROM notifications o WHERE o.user_id = u.id AND (o.source = $4::varchar
        OR (o.fold = $5::varchar
          AND (o.payload->'folded'->>'last')::bigint >= ($3::jsonb->'folded'->>'last')::bigint))
        LIMIT 1), true)
 ORDER BY u.id
ON CONFLICT (user_id, fold) WHERE read_at IS NULL AND fold IS NOT NULL DO UPDATE
   SET payload = EXCLUDED.payload
       || jsonb_strip_nulls(jsonb_build_object('old_price', n.payload->'old_price')),
       created_at = EXCLUDED.created_at, place = EXCLUDED.place,
       places = (n.places || n.place)[greatest(1, cardinality(n.places) + 2 - $6::int):]
RETURNING n.id
"""
FOLDED = """
SELECT read_at IS NULL AS unread, payload->>'count' AS count,
       payload->'folded'->>'actors' AS actors, payload->'folded'->>'sources' AS sources
  FROM notifications WHERE user_id = $1 AND fold = $2 ORDER BY id
"""
LOCK = """
SELECT count(pg_advisory_xact_lock(hashtextextended('bell', id)))
  FROM (SELECT id FROM unnest($1::bigint[]) AS bell (id) ORDER BY id OFFSET 0) AS bells
"""


@dataclass(frozen=True, slots=True)
class News:
    """What a bell rings for. `source` names the event, `fold` what it is about."""

    kind: str
    payload: dict[str, Any]
    source: str
    fold: str | None = None


async def notify(user_id: int, kind: str, payload: dict[str, Any], source: str) -> bool:
    """Tell a user something; whether it was new. `source` names the event that caused it."""
    return bool(await ring([user_id], News(kind, payload, source)))


@atomic
async def ring(user_ids: Sequence[int], news: News) -> int:
    """Ring the bells of at most BELLS users who want to hear it, and return how many rang."""
    await lock_bells(user_ids)
    rows = await fetch(
        RING,
        list(user_ids),
        news.kind,
        json.dumps(news.payload, default=str),
        news.source,
        news.fold,
        MEMORY,
    )
    unread = await unread_counts(user_ids) if rows else {}
    for user_id, rung in await get_notifications([row["id"] for row in rows]):
        await emit(
            NotificationCreated(
                user_id=user_id,
                notification_id=rung.id,
                kind=rung.kind,
                payload=rung.payload,
                unread=unread[user_id],
            )
        )
    return len(rows)


async def ring_everywhere(user_ids: Sequence[int], news: News) -> int:
    """Ring any number of bells, BELLS in each transaction; what was rung before stays silent."""
    batches = (user_ids[at : at + BELLS] for at in range(0, len(user_ids), BELLS))
    return sum([await ring(batch, news) for batch in batches])


@atomic
async def ring_for_act(user_id: int, actor_id: int, news: News) -> bool:
    """Tell a user what `actor_id` did, in one notification with what others did before.

    Somebody who does it again, also after it was read, is not counted again.
    """
    await lock_bells([user_id])
    count, actors, sources = 0, [actor_id], [news.source]
    for row in await fetch(FOLDED, user_id, news.fold):
        known, told = json.loads(row["actors"]), json.loads(row["sources"])
        if actor_id in known or news.source in told:
            return False
        if row["unread"]:
            count, actors, sources = int(row["count"]), [*known, *actors], [*told, *sources]
    folded = {"actors": actors[-MEMORY:], "sources": sources[-MEMORY:]}
    payload = {**news.payload, "actor_id": actor_id, "count": count + 1, "folded": folded}
    return bool(await ring([user_id], News(news.kind, payload, news.source, news.fold)))


async def lock_bells(user_ids: Sequence[int]) -> None:
    """Let one transaction at a time count a user's notifications: the last one told is right."""
    await fetch(LOCK, list(user_ids))
