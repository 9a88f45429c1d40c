"""What goes on behind the pages: Stripe's webhooks, and the background jobs."""

from aiohttp import web

from cinema.admin import operations
from cinema.admin.operations_schemas import JobQuery, JobState, WebhookQuery, WebhookState
from cinema.http.body import path_id, read_query
from cinema.http.identity import Access
from cinema.payments import inbox
from cinema.web.forms import Form, filled_in
from cinema.web.listing import pager
from cinema.web.page import Context, action, page, told

routes = web.RouteTableDef()


@routes.get("/admin/webhooks")
@page("admin/webhooks.html", Access.ADMIN)
async def webhooks(request: web.Request) -> Context:
    """Show what Stripe told us."""
    query = read_query(filled_in(request), WebhookQuery)
    items, total = await operations.list_webhook_events(query)
    return {
        "events": items,
        "filter": query,
        "states": list(WebhookState),
        "page": pager(request, query, total),
    }


@routes.post("/admin/webhooks/{event_id:[0-9]{1,18}}/retry")
@action(Access.ADMIN)
async def retry(request: web.Request, form: Form) -> web.StreamResponse:
    """Have an event worked on at once."""
    await inbox.retry(path_id(request, "event_id"))
    return told(request, "/admin/webhooks", "good", "The event is being worked on.")


@routes.get("/admin/jobs")
@page("admin/jobs.html", Access.ADMIN)
async def jobs(request: web.Request) -> Context:
    """Show the background jobs of the last days."""
    query = read_query(filled_in(request), JobQuery)
    items, total = await operations.list_jobs(query)
    return {
        "jobs": items,
        "filter": query,
        "states": list(JobState),
        "page": pager(request, query, total),
    }
