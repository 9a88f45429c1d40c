"""The films that somebody wants to remember."""

from aiohttp import web

from cinema.catalogue.queries import list_movies
from cinema.catalogue.schemas import MovieQuery
from cinema.http.body import read_query
from cinema.http.identity import Access, current_identity
from cinema.resources import RESOURCES
from cinema.web.forms import filled_in
from cinema.web.listing import pager
from cinema.web.page import Context, page

routes = web.RouteTableDef()

A_PAGE = 24
SORTS = (
    ("", "Most watched"),
    ("-imdb", "Best rated"),
    ("-year", "Newest"),
    ("price", "Cheapest"),
    ("name", "A to Z"),
)


@routes.get("/favorites")
@page("favorites.html", Access.USER)
async def favorites(request: web.Request) -> Context:
    """Show one's favourites, searched and sorted by the address."""
    currency = request.app[RESOURCES].settings.currency
    query = _query(request)
    user_id = current_identity(request).user_id
    movies, total = await list_movies(query, currency, favorites_of=user_id)
    return {
        "movies": movies,
        "filter": query,
        "filtered": bool(query.q),
        "sorts": SORTS,
        "page": pager(request, query, total),
        "here": str(request.rel_url),
    }


def _query(request: web.Request) -> MovieQuery:
    filled = filled_in(request)
    url = filled.rel_url.update_query(per_page=str(A_PAGE))
    return read_query(filled.clone(rel_url=url), MovieQuery)
