"""The front door of the staff's pages."""

from aiohttp import web

from cinema.catalogue.overview import count_catalogue
from cinema.http.identity import Access
from cinema.web.page import Context, page

routes = web.RouteTableDef()


@routes.get("/staff")
@page("staff/index.html", Access.MODERATOR)
async def staff(request: web.Request) -> Context:
    """Show how the catalogue stands."""
    return {"counts": await count_catalogue()}
