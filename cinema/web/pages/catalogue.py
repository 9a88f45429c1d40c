"""The films."""

from typing import Any

from aiohttp import web

from cinema.catalogue.queries import list_genres, list_movies
from cinema.catalogue.schemas import MovieQuery
from cinema.http.body import read_query
from cinema.resources import RESOURCES
from cinema.web.forms import filled_in
from cinema.web.listing import pager
from cinema.web.page import page

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
