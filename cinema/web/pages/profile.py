"""A visitor's own profile, devices and data."""

import json
from typing import Any

from aiohttp import web

from cinema.accounts import avatars, queries, service
from cinema.accounts.schemas import UpdateProfile
from cinema.http.body import path_id, validate
from cinema.http.identity import Access, current_identity
from cinema.http.ratelimit import AVATAR
from cinema.images import MAX_BYTES
from cinema.resources import RESOURCES
from cinema.web.forms import Form
from cinema.web.page import Context, action, page, told
from cinema.web.redirects import see_other
from cinema.web.session import drop_tokens
from cinema.web.upload import upload

routes = web.RouteTableDef()

EMPTIED = ("first_name", "last_name", "gender", "date_of_birth")
"""The fields that an empty box of the form empties."""


async def _profile_context(request: web.Request) -> dict[str, Any]:
    caller = current_identity(request)
    return {
        "profile": await avatars.get_profile(request.app[RESOURCES].storage, caller.user_id),
        "sessions": await queries.list_sessions(caller.user_id, caller.session_id),
    }


@routes.get("/profile")
@page("account/profile.html", Access.USER)
async def profile(request: web.Request) -> Context:
    """Show one's own profile and where one is logged in."""
    return await _profile_context(request)


@routes.post("/profile")
@action(form="account/profile.html", again=_profile_context)
async def update(request: web.Request, form: Form) -> web.StreamResponse:
    """Save the profile."""
    emptied = {name: form.text(name).strip() or None for name in EMPTIED}
    command = validate(UpdateProfile, {**emptied, "info": form.text("info")}, "body")
    await service.update_profile(current_identity(request).user_id, command)
    return told(request, "/profile", "good", "Saved.")


@routes.post("/profile/avatar")
@upload("avatar", MAX_BYTES, limit=AVATAR)
async def set_avatar(request: web.Request, data: bytes) -> web.StreamResponse:
    """Take a picture as one's own."""
    storage = request.app[RESOURCES].storage
    await avatars.replace_avatar(storage, current_identity(request).user_id, data)
    return told(request, "/profile", "good", "The picture is yours now.")


@routes.post("/profile/avatar/delete")
@action()
async def delete_avatar(request: web.Request, form: Form) -> web.StreamResponse:
    """Remove one's own picture."""
    await avatars.remove_avatar(current_identity(request).user_id)
    return see_other("/profile")


@routes.post("/profile/sessions/{session_id:[0-9]{1,18}}/end")
@action()
async def end_session(request: web.Request, form: Form) -> web.StreamResponse:
    """Log out one device."""
    caller = current_identity(request)
    await service.revoke_session(caller.user_id, path_id(request, "session_id"))
    return told(request, "/profile", "good", "That device is logged out.")


@routes.post("/profile/sessions/end-all")
@action()
async def end_all_sessions(request: web.Request, form: Form) -> web.StreamResponse:
    """Log out everywhere, here as well."""
    await service.revoke_all_sessions(current_identity(request).user_id)
    response = told(request, "/login", "good", "You are logged out everywhere.")
    drop_tokens(request, response)
    return response


@routes.get("/profile/export")
@page("problem.html", Access.USER)
async def export(request: web.Request) -> web.StreamResponse:
    """Download all personal data as JSON."""
    document = await service.export_me(current_identity(request).user_id)
    return web.Response(
        text=json.dumps(document, default=str, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="cinema-my-data.json"'},
    )


@routes.get("/profile/delete")
@page("account/delete.html", Access.USER)
async def delete_page(request: web.Request) -> Context:
    """Ask once more before the account is deleted."""
    return {}


@routes.post("/profile/delete")
@action(form="account/delete.html")
async def delete(request: web.Request, form: Form) -> web.StreamResponse:
    """Delete one's own account."""
    await service.delete_me(current_identity(request).user_id)
    response = told(request, "/", "good", "Your account is deleted. Goodbye.")
    drop_tokens(request, response)
    return response
