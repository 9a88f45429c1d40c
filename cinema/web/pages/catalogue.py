"""The films."""

from typing import Any

from aiohttp import web

from cinema.catalogue.facets import count_facets
from cinema.catalogue.queries import list_movies
from cinema.catalogue.schemas import Facets, MovieQuery
from cinema.catalogue.vocabulary import did_you_mean
from cinema.http.body import read_query
from cinema.http.cache import CACHE
from cinema.http.endpoint import Shared
from cinema.http.kept import Kept
from cinema.resources import RESOURCES
from cinema.web.choices import Address, chosen, groups
from cinema.web.forms import filled_in
from cinema.web.listing import pager
from cinema.web.page import page

routes = web.RouteTableDef()

A_PAGE = 24
SORTS = (
    ("", "Most watched"),
    ("-imdb", "Best rated"),
    ("-rating", "Best liked here"),
    ("-year", "Newest"),
    ("year", "Oldest"),
    ("price", "Cheapest"),
    ("name", "A to Z"),
)
SORTS_OF_A_SEARCH = (("", "Best match"), ("-votes", "Most watched"), *SORTS[1:])


@routes.get("/")
@page("catalogue.html")
async def catalogue(request: web.Request) -> dict[str, Any]:
    """Show the films, searched, filtered and sorted by the address."""
    resources = request.app[RESOURCES]
    currency = resources.settings.currency
    query = _query(request)
    movies, total = await list_movies(query, currency, tallies=resources.tallies)
    address = Address(request.rel_url)
    return {
        "movies": movies,
        "filter": query,
        "chosen": chosen(address, query, currency),
        "meant": await did_you_mean(query, total),
        "groups": groups(address, query, await _facets(request, query), currency),
        "address": address,
        "sorts": SORTS_OF_A_SEARCH if query.q else SORTS,
        "page": pager(request, query, total),
    }


async def _facets(request: web.Request, query: MovieQuery) -> Facets:
    """Count the choices, or take what was counted since a list last changed."""
    cache = request.app[CACHE]
    shelf = cache.shelf(Shared.LISTING)
    filters = query.model_dump_json(exclude={"page", "per_page", "cursor", "sort"})
    key = f"facets {filters}"
    versions = await cache.versions.now()
    kept = None if versions is None else shelf.find(versions.listing, key)
    if kept is not None:
        return Facets.model_validate_json(kept.body)
    facets = await count_facets(query)
    if versions is not None:
        shelf.keep(versions.listing, key, Kept(facets.model_dump_json().encode()))
    return facets


def _query(request: web.Request) -> MovieQuery:
    filled = filled_in(request)
    url = filled.rel_url.update_query(per_page=str(A_PAGE))
    return read_query(filled.clone(rel_url=url), MovieQuery)
