"""What the bell rings for to those who keep a film as a favourite.

They may be many: their bells ring in small transactions. A job that was interrupted begins anew,
and those whose bell rang for its event stay undisturbed.
"""

from cinema.catalogue.events import MovieChanged, MovieReleased
from cinema.jobs import RunContext, lasting
from cinema.notifications.admirers import admirers, offered_name
from cinema.notifications.community_jobs import MANY
from cinema.notifications.ringing import News, ring_everywhere
from cinema.resources import Resources


@lasting(MANY)
async def ring_price_dropped(resources: Resources, event: MovieChanged, run: RunContext) -> None:
    """Tell a lower price as long as it is the price; a later one takes its place while unread."""
    if not dropped(event):
        return
    async for user_ids in admirers(event.movie_id):
        name = await offered_name(event.movie_id, event.price)
        if name is None:
            return
        payload = {
            "movie_id": event.movie_id,
            "movie": name,
            "old_price": str(event.old_price),
            "price": str(event.price),
            "currency": resources.settings.currency,
            "folded": {"last": run.outbox_id},
        }
        fold = f"price:{event.movie_id}"
        news = News("price_dropped", payload, str(run.outbox_id), fold)
        await ring_everywhere(user_ids, news)


@lasting(MANY)
async def ring_movie_released(resources: Resources, event: MovieReleased, run: RunContext) -> None:
    payload = {"movie_id": event.movie_id, "movie": event.name}
    news = News("movie_released", payload, str(run.outbox_id))
    async for user_ids in admirers(event.movie_id):
        if await offered_name(event.movie_id) is None:
            return
        await ring_everywhere(user_ids, news)


def dropped(event: MovieChanged) -> bool:
    return "price" in event.changed and event.price < event.old_price
