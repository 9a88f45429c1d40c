"""The comments that somebody wants the moderators to look at."""

from aiohttp import web

from cinema.http.body import path_id, read_query
from cinema.http.identity import Access, current_identity
from cinema.social import queries, service
from cinema.social.schemas import ReportsQuery, ResolveReport
from cinema.web.forms import Form, filled_in
from cinema.web.listing import pager
from cinema.web.page import Context, action, page, told

routes = web.RouteTableDef()

SAID = {"kept": "The comment stays.", "removed": "The comment is removed."}


@routes.get("/staff/reports")
@page("staff/reports.html", Access.MODERATOR)
async def reports(request: web.Request) -> Context:
    """Show what waits for a moderator, the oldest first, or what is done with."""
    query = read_query(filled_in(request), ReportsQuery)
    items, total = await queries.list_reports(query.per_page, query.offset, waiting=query.open)
    return {"reports": items, "waiting": query.open, "page": pager(request, query, total)}


@routes.post("/staff/reports/{report_id:[0-9]{1,18}}/resolve")
@action(Access.MODERATOR)
async def resolve(request: web.Request, form: Form) -> web.Response:
    """Keep a reported comment or remove it."""
    resolution = form.read(ResolveReport).resolution
    user_id = current_identity(request).user_id
    await service.resolve_report(user_id, path_id(request, "report_id"), resolution)
    return told(request, "/staff/reports", "good", SAID[resolution])
