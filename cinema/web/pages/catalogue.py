"""The films, and one film."""

from typing import Any

from aiohttp import web

from cinema.cart.queries import movies_in_cart
from cinema.catalogue.queries import get_movie, list_genres, list_movies
from cinema.catalogue.schemas import MovieMe, MovieOut, MovieQuery
from cinema.http.body import path_id, read_query
from cinema.http.identity import IDENTITY, current_identity
from cinema.http.ratelimit import COMMENT
from cinema.library.queries import Holding, holdings
from cinema.resources import RESOURCES
from cinema.social import queries as social
from cinema.social import service as social_service
from cinema.social.schemas import PostComment
from cinema.web.forms import Form, filled_in
from cinema.web.listing import pager
from cinema.web.page import action, page
from cinema.web.redirects import see_other

routes = web.RouteTableDef()

A_PAGE = 24
SORTS = (
    ("", "Most watched"),
    ("-imdb", "Best rated"),
    ("-year", "Newest"),
    ("year", "Oldest"),
    ("price", "Cheapest"),
    ("name", "A to Z"),
)
COMMENTS = 50
"""How many of a film's comments its page shows, the newest first."""


@routes.get("/")
@page("catalogue.html")
async def catalogue(request: web.Request) -> dict[str, Any]:
    """Show the films, searched, filtered and sorted by the address."""
    settings = request.app[RESOURCES].settings
    query = _query(request)
    movies, total = await list_movies(query, settings.currency)
    return {
        "movies": movies,
        "genres": await list_genres(),
        "filter": query,
        "filtered": any((query.q, query.genre, query.year_min, query.year_max)),
        "chosen_genre": query.genre[0] if query.genre else "",
        "sorts": SORTS,
        "chosen_sort": query.sort,
        "page": pager(request, query, total),
    }


def _query(request: web.Request) -> MovieQuery:
    filled = filled_in(request)
    url = filled.rel_url.update_query(per_page=str(A_PAGE))
    return read_query(filled.clone(rel_url=url), MovieQuery)


@routes.get("/movies/{movie_id:[0-9]{1,18}}")
@page("movie.html")
async def movie(request: web.Request) -> dict[str, Any]:
    """Show one film, what it costs, and what people say about it."""
    return await _movie_context(request)


async def _movie_context(request: web.Request) -> dict[str, Any]:
    settings = request.app[RESOURCES].settings
    film = await get_movie(request.match_info["movie_id"], settings.currency)
    comments, _ = await social.list_comments(film.id, None, COMMENTS, 0)
    return {"movie": film, "me": await _mine(request, film), "comments": comments}


async def _mine(request: web.Request, film: MovieOut) -> MovieMe:
    viewer = request.get(IDENTITY)
    if viewer is None:
        return MovieMe()
    held = (await holdings(viewer.user_id, [film.id])).get(film.id, Holding())
    return MovieMe(
        in_cart=film.id in await movies_in_cart(viewer.user_id),
        purchased=held.purchased,
        order_id=held.order_id,
    )


@routes.post("/movies/{movie_id:[0-9]{1,18}}/comments")
@action(form="movie.html", again=_movie_context, limit=COMMENT)
async def comment(request: web.Request, form: Form) -> web.Response:
    """Say something about a film."""
    movie_id = path_id(request, "movie_id")
    command = form.read(PostComment)
    await social_service.post_comment(current_identity(request).user_id, movie_id, command)
    return see_other(f"/movies/{movie_id}#talk")
