from aiohttp import web

from cinema.accounts import queries as accounts_queries
from cinema.accounts import service as accounts
from cinema.accounts.errors import LastAdmin, OwnAccount, UserNotFound
from cinema.accounts.schemas import UserOut
from cinema.admin import queries
from cinema.admin.schemas import AuditOut, AuditQuery, ChangeGroup, UserQuery
from cinema.cart.queries import get_cart
from cinema.cart.schemas import CartOut
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import CursorPage, Page, page_of
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


@routes.get("/api/v1/admin/users")
@endpoint(query=UserQuery, access=Access.ADMIN)
async def list_users(request: web.Request, query: UserQuery) -> Page[UserOut]:
    """List the accounts, the newest first, by address, group and state."""
    items, total = await queries.list_users(query)
    return page_of(request, query, items, total)


@routes.get("/api/v1/admin/users/{id}")
@endpoint(access=Access.ADMIN, errors=(UserNotFound,))
async def get_user(request: web.Request) -> UserOut:
    """Show an account."""
    return await accounts_queries.get_user(path_id(request, "id"))


@routes.post("/api/v1/admin/users/{id}/activate")
@endpoint(access=Access.ADMIN, errors=(UserNotFound,))
async def activate_user(request: web.Request) -> UserOut:
    """Activate an account without its mail."""
    user_id = path_id(request, "id")
    await accounts.activate_user(user_id)
    return await accounts_queries.get_user(user_id)


@routes.post("/api/v1/admin/users/{id}/deactivate")
@endpoint(access=Access.ADMIN, errors=(UserNotFound, OwnAccount, LastAdmin))
async def deactivate_user(request: web.Request) -> UserOut:
    """Deactivate an account and end its sessions at once. Not one's own, not the last ADMIN."""
    user_id = path_id(request, "id")
    await accounts.deactivate_user(current_identity(request).user_id, user_id)
    return await accounts_queries.get_user(user_id)


@routes.put("/api/v1/admin/users/{id}/group")
@endpoint(ChangeGroup, access=Access.ADMIN, errors=(UserNotFound, OwnAccount, LastAdmin))
async def change_group(request: web.Request, body: ChangeGroup) -> UserOut:
    """Move an account to another group. Not one's own, not the last ADMIN."""
    user_id = path_id(request, "id")
    await accounts.change_group(current_identity(request).user_id, user_id, body.group)
    return await accounts_queries.get_user(user_id)


@routes.get("/api/v1/admin/users/{id}/cart")
@endpoint(access=Access.ADMIN, errors=(UserNotFound,))
async def get_users_cart(request: web.Request) -> CartOut:
    """Show the cart of a user."""
    user = await accounts_queries.get_user(path_id(request, "id"))
    return await get_cart(user.id, request.app[RESOURCES].settings.currency)


@routes.get("/api/v1/admin/audit-log")
@endpoint(query=AuditQuery, access=Access.ADMIN)
async def list_audit(
    request: web.Request, query: AuditQuery
) -> Page[AuditOut] | CursorPage[AuditOut]:
    """List who did what to what, when and from where, the newest first."""
    if query.cursor is None:
        items, total = await queries.list_audit(query)
        return page_of(request, query, items, total)
    lines, next_cursor = await queries.scroll_audit(query)
    return CursorPage(items=lines, per_page=query.per_page, next_cursor=next_cursor)
