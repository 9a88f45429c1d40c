"""What happened while the visitor looked elsewhere."""

from aiohttp import web

from cinema.http.body import path_id, read_query
from cinema.http.identity import Access, current_identity
from cinema.notifications import preferences, queries, service
from cinema.notifications.schemas import ChangeSetting, ChangeSettings, NotificationQuery
from cinema.web.forms import Form
from cinema.web.listing import pager
from cinema.web.news import in_words
from cinema.web.page import Context, action, page, told
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
        "settings": (await preferences.get_settings(user_id)).items,
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


@routes.post("/notifications/settings")
@action()
async def change_settings(request: web.Request, form: Form) -> web.StreamResponse:
    """Choose what the bell rings for and what a mail comes for: what has no tick is off."""
    user_id = current_identity(request).user_id
    changes = [
        ChangeSetting(
            kind=setting.kind,
            in_app=None if setting.in_app_fixed else bool(form.text(f"{setting.kind}-bell")),
            email=None if setting.email_fixed else bool(form.text(f"{setting.kind}-mail")),
        )
        for setting in (await preferences.get_settings(user_id)).items
    ]
    await preferences.change_settings(user_id, ChangeSettings(settings=changes))
    return told(request, "/notifications", "good", "Saved.")
