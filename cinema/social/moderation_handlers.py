from http import HTTPStatus

from aiohttp import web

from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import CursorPage, Page, cursor_id, page_by_id, page_of
from cinema.social import queries, service
from cinema.social.errors import ReportNotFound, ReportResolved
from cinema.social.schemas import ReportOut, ReportsQuery, ResolveReport

routes = web.RouteTableDef()


@routes.get("/api/v1/moderation/reports")
@endpoint(query=ReportsQuery, access=Access.MODERATOR)
async def list_reports(
    request: web.Request, query: ReportsQuery
) -> Page[ReportOut] | CursorPage[ReportOut]:
    """List the comments that were reported: what waits, oldest first, or what is done with."""
    if query.cursor is None:
        items, total = await queries.list_reports(query.per_page, query.offset, waiting=query.open)
        return page_of(request, query, items, total)
    rows = await queries.list_reports_from(
        cursor_id(query.cursor), query.per_page + 1, waiting=query.open
    )
    return page_by_id(query, rows)


@routes.post("/api/v1/moderation/reports/{report_id:[0-9]{1,18}}/resolve")
@endpoint(
    ResolveReport,
    access=Access.MODERATOR,
    status=HTTPStatus.NO_CONTENT,
    errors=(ReportNotFound, ReportResolved),
)
async def resolve_report(request: web.Request, body: ResolveReport) -> None:
    """Keep the reported comment or remove it; all its reports are closed with this one."""
    user_id = current_identity(request).user_id
    await service.resolve_report(user_id, path_id(request, "report_id"), body.resolution)
