"""What the bell rings for in the community and in the catalogue, never for an act of one's own."""

from typing import Any

from cinema.catalogue.events import MovieDeleteBlocked, MovieTakenFromCarts
from cinema.database import fetch
from cinema.jobs import RunContext, lasting
from cinema.notifications.jobs import ring_staff
from cinema.notifications.ringing import News, notify, ring_everywhere, ring_for_act
from cinema.resources import Resources
from cinema.social.events import CommentCreated, CommentLiked, ReportsResolved

MANY = 3600.0
"""Seconds for the bells of all who are concerned: a bound, not a target."""

COMMENT = """
SELECT m.id AS movie_id, m.name AS movie FROM comments c JOIN movies m ON m.id = c.movie_id
 WHERE c.id = $1
"""
STANDS = f"{COMMENT} AND c.deleted_at IS NULL"
LIKED = f"""{STANDS}
   AND EXISTS (SELECT FROM comment_likes l WHERE l.comment_id = c.id AND l.user_id = $2)
"""


async def ring_comment_replied(
    resources: Resources, event: CommentCreated, run: RunContext
) -> None:
    author_id = event.parent_user_id
    if author_id is None or author_id == event.user_id:
        return
    for place in await fetch(STANDS, event.comment_id):
        payload = {"comment_id": event.comment_id, "actor_id": event.user_id, **place}
        await notify(author_id, "comment_replied", payload, str(run.outbox_id))


async def ring_comment_liked(resources: Resources, event: CommentLiked, run: RunContext) -> None:
    """Ring for a like that still is there; all of one comment are one notification."""
    if event.author_id == event.user_id:
        return
    for place in await fetch(LIKED, event.comment_id, event.user_id):
        payload: dict[str, Any] = {"comment_id": event.comment_id, **place}
        fold = f"like:{event.comment_id}"
        news = News("comment_liked", payload, str(run.outbox_id), fold)
        await ring_for_act(event.author_id, event.user_id, news)


async def ring_comment_removed(
    resources: Resources, event: ReportsResolved, run: RunContext
) -> None:
    """Tell an author that the moderators took a comment away."""
    if event.resolution != "removed" or event.author_id == event.user_id:
        return
    for place in await fetch(COMMENT, event.comment_id):
        await notify(event.author_id, "comment_removed", place, str(run.outbox_id))


@lasting(MANY)
async def ring_taken_from_carts(
    resources: Resources, event: MovieTakenFromCarts, run: RunContext
) -> None:
    payload = {"movie": event.name}
    news = News("movie_taken_from_carts", payload, str(run.outbox_id))
    await ring_everywhere(event.user_ids, news)


async def alert_delete_blocked(
    resources: Resources, event: MovieDeleteBlocked, run: RunContext
) -> None:
    payload = {"movie_id": event.movie_id, "movie": event.name, "carts": event.carts}
    await ring_staff(run, "movie_delete_blocked", payload, but=event.user_id)
