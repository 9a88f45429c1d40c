"""A password that is forgotten, or is to be another."""

from typing import Any

from aiohttp import web

from cinema.accounts import service
from cinema.accounts.schemas import ChangePassword, EmailOnly, ResetPassword
from cinema.http.identity import Access, current_identity
from cinema.http.ratelimit import FORGOT, PASSWORD, RESET
from cinema.resources import RESOURCES
from cinema.web.forms import Form
from cinema.web.page import Context, action, page, render, told

routes = web.RouteTableDef()


@routes.get("/password/forgot")
@page("account/forgot.html")
async def forgot_page(request: web.Request) -> Context:
    """Show the form that asks for a reset link."""
    return {}


@routes.post("/password/forgot")
@action(Access.PUBLIC, form="account/forgot.html", limit=FORGOT)
async def forgot(request: web.Request, form: Form) -> web.StreamResponse:
    """Send a reset link, if the address has an active account."""
    command = form.read(EmailOnly)
    await service.forgot_password(request.app[RESOURCES].settings, command.email)
    context = {
        "heading": "Look into your mail",
        "text": f"If {command.email} has an account, a link to a new password is on its way there.",
        "link": None,
        "mail": True,
    }
    return await render(request, "account/message.html", context)


@routes.get("/password/reset")
@page("account/reset.html")
async def reset_page(request: web.Request) -> Context:
    """Show the form for the new password."""
    return {"token": request.query.get("token", "")}


async def _token_of_form(request: web.Request) -> dict[str, Any]:
    return {"token": str((await request.post()).get("token", ""))}


@routes.post("/password/reset")
@action(Access.PUBLIC, form="account/reset.html", again=_token_of_form, limit=RESET)
async def reset(request: web.Request, form: Form) -> web.StreamResponse:
    """Set the new password; every session ends."""
    await service.reset_password(form.read(ResetPassword))
    return told(request, "/login", "good", "The new password is set. Log in with it.")


@routes.get("/password/change")
@page("account/change.html", Access.USER)
async def change_page(request: web.Request) -> Context:
    """Show the form that changes the password."""
    return {}


@routes.post("/password/change")
@action(form="account/change.html", limit=PASSWORD)
async def change(request: web.Request, form: Form) -> web.StreamResponse:
    """Change the password; every other session ends."""
    caller = current_identity(request)
    command = form.read(ChangePassword, without=("username",))
    await service.change_password(caller.user_id, caller.session_id, command)
    return told(request, "/profile", "good", "The password is changed.")
