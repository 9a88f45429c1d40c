"""The player."""

from aiohttp import web

from cinema.http.body import path_id
from cinema.http.identity import Access, current_identity
from cinema.library.playback import open_playback, resume_point
from cinema.library.queries import get_purchase
from cinema.resources import RESOURCES
from cinema.web.page import Context, page

routes = web.RouteTableDef()


@routes.get("/watch/{movie_id:[0-9]{1,18}}")
@page("watch.html", Access.USER)
async def watch(request: web.Request) -> Context:
    """Play a film of one's own, from where one stopped."""
    user_id, movie_id = current_identity(request).user_id, path_id(request, "movie_id")
    purchase = await get_purchase(user_id, movie_id)
    playback = None
    if purchase.has_video:
        playback = await open_playback(request.app[RESOURCES].storage, user_id, movie_id)
    return {
        "purchase": purchase,
        "playback": playback,
        "start": resume_point(purchase.progress),
    }
