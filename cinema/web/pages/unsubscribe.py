"""Ending a kind of mail from the mail itself. Opening the link changes nothing: scanners do it."""

from typing import Any

from aiohttp import web

from cinema.http.body import read_query
from cinema.http.identity import Access
from cinema.notifications.schemas import UnsubscribeQuery
from cinema.notifications.unsubscribing import label_of, unsubscribe
from cinema.resources import RESOURCES
from cinema.web.forms import Form
from cinema.web.page import Context, action, page, render

routes = web.RouteTableDef()


@routes.get("/unsubscribe")
@page("notifications/unsubscribe.html")
async def unsubscribe_page(request: web.Request) -> Context:
    """Ask whether mails of a kind shall end."""
    token = read_query(request, UnsubscribeQuery).token
    return {"token": token, "label": label_of(request.app[RESOURCES].settings, token)}


async def _nothing(request: web.Request) -> dict[str, Any]:
    return {"token": "", "label": ""}


@routes.post("/unsubscribe")
@action(Access.PUBLIC, form="notifications/unsubscribe.html", again=_nothing)
async def end_mails(request: web.Request, form: Form) -> web.StreamResponse:
    """End mails of a kind."""
    settings = request.app[RESOURCES].settings
    token = form.read(UnsubscribeQuery).token
    label = label_of(settings, token)
    await unsubscribe(settings, token)
    context = {
        "heading": "No more of these mails",
        "text": f"We no longer write to you about this: “{label}”.",
        "link": None,
        "mail": False,
    }
    return await render(request, "account/message.html", context)
