"""The front door of the staff's pages."""

from aiohttp import web

from cinema.catalogue.overview import count_catalogue
from cinema.catalogue.queries import list_movies
from cinema.catalogue.schemas import MovieQuery
from cinema.http.identity import Access
from cinema.resources import RESOURCES
from cinema.web.page import Context, page

routes = web.RouteTableDef()

SHOWN = 5
"""Films of each list on the front page of the staff."""


@routes.get("/staff")
@page("staff/index.html", Access.MODERATOR)
async def staff(request: web.Request) -> Context:
    """Show how the catalogue stands, what comes next, and what is held back."""
    currency = request.app[RESOURCES].settings.currency
    coming, _ = await list_movies(MovieQuery(sort="release_at", per_page=SHOWN), currency)
    held_back, _ = await list_movies(
        MovieQuery(available=False, sort="-created_at", per_page=SHOWN), currency
    )
    return {
        "counts": await count_catalogue(),
        "coming": [movie for movie in coming if movie.release_at],
        "held_back": held_back,
    }
