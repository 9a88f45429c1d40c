"""The films that a visitor owns."""

from aiohttp import web

from cinema.http.body import read_query
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import PageQuery
from cinema.library.queries import list_purchases, list_resumable
from cinema.web.listing import pager
from cinema.web.page import Context, page

routes = web.RouteTableDef()


@routes.get("/library")
@page("library.html", Access.USER)
async def library(request: web.Request) -> Context:
    """Show the visitor's library, and the films to go on with above it."""
    query = read_query(request, PageQuery)
    user_id = current_identity(request).user_id
    items, total = await list_purchases(user_id, query.per_page, query.offset)
    resumed = await list_resumable(user_id) if query.page == 1 else []
    return {"purchases": items, "resumed": resumed, "page": pager(request, query, total)}
