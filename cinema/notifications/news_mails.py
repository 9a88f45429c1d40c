"""The mails that a reader may be without: what others say, and what becomes of favourites."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from cinema.catalogue.events import MovieChanged, MovieReleased
from cinema.database import fetch
from cinema.jobs import GiveUp, RunContext, lasting
from cinema.money import written
from cinema.notifications.admirers import admirers, offered_name
from cinema.notifications.community_jobs import MANY, ring_comment_liked
from cinema.notifications.favorite_jobs import dropped
from cinema.notifications.mails import send
from cinema.notifications.queries import readers
from cinema.resources import Resources
from cinema.social.events import CommentCreated, CommentLiked
from cinema.social.queries.comments import AUTHOR

AT_ONCE = 8
"""Mails of one event that are on their way at the same time."""
QUOTED = 500
"""Characters of a comment that a mail quotes."""

SAID = f"""
SELECT {AUTHOR} AS actor, m.name AS movie, c.text FROM comments c
  JOIN movies m ON m.id = c.movie_id, users u LEFT JOIN user_profiles p ON p.user_id = u.id
 WHERE c.id = $1 AND c.deleted_at IS NULL AND u.id = $2
"""  # noqa: S608 - composed of constants
FIRST = "SELECT FROM notifications WHERE user_id = $1 AND kind = 'comment_liked' AND source = $2"

log = structlog.get_logger()


async def mail_comment_replied(
    resources: Resources, event: CommentCreated, run: RunContext
) -> None:
    reader = event.parent_user_id
    if reader is None or reader == event.user_id:
        return
    if await readers([reader], "comment_replied"):
        await _quote(resources, run, "comment_replied", reader, event.comment_id, event.user_id)


async def mail_comment_liked(resources: Resources, event: CommentLiked, run: RunContext) -> None:
    """Tell by mail what the bell rings for anew, and nothing that it only counts along."""
    reader = event.author_id
    if not await readers([reader], "comment_liked"):
        return
    # The bell may have rung or not, the two jobs have no order; ringing twice is ringing once.
    await ring_comment_liked(resources, event, run)
    if await fetch(FIRST, reader, str(run.outbox_id)):
        await _quote(resources, run, "comment_liked", reader, event.comment_id, event.user_id)


@lasting(MANY)
async def mail_price_dropped(resources: Resources, event: MovieChanged, run: RunContext) -> None:
    if not dropped(event):
        return
    currency = resources.settings.currency
    prices = {
        "price": written(event.price, currency),
        "old_price": written(event.old_price, currency),
    }
    async for user_ids in admirers(event.movie_id):
        name = await offered_name(event.movie_id, event.price)
        if name is None:
            return
        values = {"movie": name, "movie_id": event.movie_id, **prices}
        await _send_to_all(resources, run, "price_dropped", user_ids, values)


@lasting(MANY)
async def mail_movie_released(resources: Resources, event: MovieReleased, run: RunContext) -> None:
    async for user_ids in admirers(event.movie_id):
        name = await offered_name(event.movie_id)
        if name is None:
            return
        values = {"movie": name, "movie_id": event.movie_id}
        await _send_to_all(resources, run, "movie_released", user_ids, values)


async def _quote(
    resources: Resources, run: RunContext, kind: str, reader: int, comment_id: int, actor_id: int
) -> None:
    for said in await fetch(SAID, comment_id, actor_id):
        text = said["text"]
        quote = text if len(text) <= QUOTED else f"{text[:QUOTED].rstrip()}…"
        values = {"actor": said["actor"], "movie": said["movie"], "quote": quote}
        path = f"/comments/{comment_id}"
        await send(resources, run, kind, user_id=reader, path=path, values=values)


async def _send_to_all(
    resources: Resources,
    run: RunContext,
    kind: str,
    user_ids: Sequence[int],
    values: Mapping[str, Any],
) -> None:
    """Send each of the users who want it a mail; who has it already gets no second one.

    Raises what kept the first of them from leaving, after those beside it have been tried.
    """
    wanting = await readers(user_ids, kind)

    async def send_one(user_id: int) -> None:
        path = f"/movies/{values['movie_id']}"
        try:
            await send(resources, run, kind, user_id=user_id, path=path, values=values)
        except GiveUp as refused:
            # An address that is gone must not keep the mail from everybody else's.
            log.warning("mail_refused", kind=kind, user_id=user_id, reason=str(refused))

    for at in range(0, len(wanting), AT_ONCE):
        sent = await asyncio.gather(
            *map(send_one, wanting[at : at + AT_ONCE]), return_exceptions=True
        )
        for outcome in sent:
            if outcome is not None:
                raise outcome
