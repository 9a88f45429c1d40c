from aiohttp import web

from cinema.http.endpoint import endpoint
from cinema.http.identity import current_identity
from cinema.http.pagination import Page, PageQuery, page_of
from cinema.library import queries
from cinema.library.queries import PurchaseOut

routes = web.RouteTableDef()


@routes.get("/api/v1/library")
@endpoint(query=PageQuery)
async def list_library(request: web.Request, query: PageQuery) -> Page[PurchaseOut]:
    """List the movies that the caller has bought, newest first."""
    user_id = current_identity(request).user_id
    items, total = await queries.list_purchases(user_id, query.per_page, query.offset)
    return page_of(request, query, items, total)
