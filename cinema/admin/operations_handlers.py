from aiohttp import web

from cinema.admin import operations
from cinema.admin.operations_schemas import JobOut, JobQuery, WebhookEventOut, WebhookQuery
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access
from cinema.http.pagination import CursorPage, Page, page_by_id, page_of
from cinema.payments import inbox
from cinema.payments.errors import WebhookEventHandled, WebhookEventNotFound

routes = web.RouteTableDef()


@routes.get("/api/v1/admin/webhook-events")
@endpoint(query=WebhookQuery, access=Access.ADMIN)
async def list_webhook_events(
    request: web.Request, query: WebhookQuery
) -> Page[WebhookEventOut] | CursorPage[WebhookEventOut]:
    """List what Stripe told us, the newest first."""
    if query.cursor is not None:
        return page_by_id(query, await operations.list_webhook_events_before(query))
    return page_of(request, query, *await operations.list_webhook_events(query))


@routes.post("/api/v1/admin/webhook-events/{event_id:[0-9]{1,18}}/retry")
@endpoint(access=Access.ADMIN, errors=(WebhookEventNotFound, WebhookEventHandled))
async def retry_webhook_event(request: web.Request) -> None:
    """Have an event worked on at once, and not when its next attempt is due."""
    await inbox.retry(path_id(request, "event_id"))


@routes.get("/api/v1/admin/jobs")
@endpoint(query=JobQuery, access=Access.ADMIN)
async def list_jobs(request: web.Request, query: JobQuery) -> Page[JobOut] | CursorPage[JobOut]:
    """List the background jobs of the last days, the newest first."""
    if query.cursor is not None:
        return page_by_id(query, await operations.list_jobs_before(query))
    return page_of(request, query, *await operations.list_jobs(query))
