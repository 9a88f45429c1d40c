"""The administration of users, and who did what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from cinema.accounts import queries as accounts_queries
from cinema.accounts import service as accounts
from cinema.admin.queries import list_audit, list_users
from cinema.admin.schemas import AuditOut, AuditQuery, ChangeGroup, UserQuery
from cinema.cart.queries import get_cart
from cinema.http.body import path_id, read_query
from cinema.http.identity import Access, current_identity
from cinema.resources import RESOURCES
from cinema.roles import Role
from cinema.web.forms import Form, filled_in
from cinema.web.listing import pager
from cinema.web.page import Context, action, page, told

routes = web.RouteTableDef()

USER = "/admin/users/{user_id:[0-9]{1,18}}"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry of the audit log in words."""

    at: datetime
    who: str
    what: str
    to: str
    ip: str


@routes.get("/admin")
@page("admin/users.html", Access.ADMIN)
async def users(request: web.Request) -> Context:
    """Show the users, filtered by the address of the page."""
    query = read_query(filled_in(request), UserQuery)
    items, total = await list_users(query)
    return {
        "users": items,
        "filter": query,
        "roles": list(Role),
        "page": pager(request, query, total),
    }


@routes.get(USER)
@page("admin/user.html", Access.ADMIN)
async def user(request: web.Request) -> Context:
    """Show one user and what to do about it."""
    shown = await accounts_queries.get_user(path_id(request, "user_id"))
    currency = request.app[RESOURCES].settings.currency
    return {"user": shown, "cart": await get_cart(shown.id, currency), "roles": list(Role)}


def _told(request: web.Request, text: str) -> web.Response:
    return told(request, f"/admin/users/{path_id(request, 'user_id')}", "good", text)


@routes.post(USER + "/activate")
@action(Access.ADMIN)
async def activate(request: web.Request, form: Form) -> web.StreamResponse:
    """Activate a user without the mail."""
    await accounts.activate_user(path_id(request, "user_id"))
    return _told(request, "The account is active.")


@routes.post(USER + "/deactivate")
@action(Access.ADMIN)
async def deactivate(request: web.Request, form: Form) -> web.StreamResponse:
    """Deactivate a user and end every session."""
    await accounts.deactivate_user(current_identity(request).user_id, path_id(request, "user_id"))
    return _told(request, "The account is deactivated, and logged out everywhere.")


@routes.post(USER + "/group")
@action(Access.ADMIN)
async def change_group(request: web.Request, form: Form) -> web.StreamResponse:
    """Move a user to another group."""
    group = form.read(ChangeGroup).group
    caller = current_identity(request)
    await accounts.change_group(caller.user_id, path_id(request, "user_id"), group)
    return _told(request, f"The group is {group} now.")


@routes.get("/admin/audit")
@page("admin/audit.html", Access.ADMIN)
async def audit(request: web.Request) -> Context:
    """Show who did what to what, when and from where."""
    query = read_query(filled_in(request), AuditQuery)
    items, total = await list_audit(query)
    return {"entries": [_line(item) for item in items], "page": pager(request, query, total)}


def _line(entry: AuditOut) -> AuditLine:
    nobody = "a stranger" if entry.ip else "the house"
    who = f"user:{entry.actor_id}" if entry.actor_id else nobody
    changes = ", ".join(
        f"{name}: {_value(entry.before, name)} → {value}"
        for name, value in (entry.after or {}).items()
    )
    what = entry.action.replace(".", " ").replace("_", " ")
    return AuditLine(
        entry.at, who, f"{what} ({changes})" if changes else what, entry.subject, entry.ip
    )


def _value(values: dict[str, Any] | None, name: str) -> str:
    return str((values or {}).get(name, "–"))
