"""What happened while the visitor looked elsewhere."""

from aiohttp import web

from cinema.http.body import path_id, read_query
from cinema.http.identity import Access, current_identity
from cinema.notifications import queries, service
from cinema.notifications.schemas import NotificationQuery
from cinema.web.forms import Form
from cinema.web.listing import pager
from cinema.web.news import in_words
from cinema.web.page import Context, action, page
from cinema.web.redirects import see_other

routes = web.RouteTableDef()


@routes.get("/notifications")
@page("notifications.html", Access.USER)
async def notifications(request: web.Request) -> Context:
    """Show what the bell has rung for."""
    query = read_query(request, NotificationQuery)
    user_id = current_identity(request).user_id
    items, total = await queries.list_notifications(user_id, query)
    return {
        "notifications": [in_words(item) for item in items],
        "page": pager(request, query, total),
    }


@routes.post("/notifications/{notification_id:[0-9]{1,18}}/read")
@action()
async def read(request: web.Request, form: Form) -> web.StreamResponse:
    """Mark a notification as read."""
    user_id = current_identity(request).user_id
    await service.mark_read(user_id, path_id(request, "notification_id"))
    return see_other("/notifications")


@routes.post("/notifications/read-all")
@action()
async def read_all(request: web.Request, form: Form) -> web.StreamResponse:
    """Mark every notification as read."""
    await service.mark_all_read(current_identity(request).user_id)
    return see_other("/notifications")
