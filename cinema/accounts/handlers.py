from http import HTTPStatus

from aiohttp import web

from cinema.accounts import queries, service
from cinema.accounts.errors import (
    AccountInactive,
    CredentialsInvalid,
    EmailTaken,
    HashingBusy,
    LastAdmin,
    OneTimeTokenInvalid,
    RefreshTokenInvalid,
    SamePassword,
    SessionNotFound,
    WrongPassword,
)
from cinema.accounts.schemas import (
    Activate,
    ChangePassword,
    EmailOnly,
    Export,
    Login,
    Message,
    Refresh,
    Register,
    ResetPassword,
    SessionList,
    TokenPair,
    UserOut,
)
from cinema.http.body import path_id
from cinema.http.device import device_of
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.ratelimit import (
    ACTIVATE,
    FORGOT,
    LOGIN,
    PASSWORD,
    REFRESH,
    REGISTER,
    RESEND,
    RESET,
)
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


@routes.post("/api/v1/accounts/register")
@endpoint(
    Register,
    access=Access.PUBLIC,
    status=HTTPStatus.CREATED,
    errors=(EmailTaken, HashingBusy),
    limit=REGISTER,
)
async def register(request: web.Request, body: Register) -> Message:
    """Register an account.

    The account is inactive until the link of the activation mail, good for 24 hours, is used.
    """
    await service.register(request.app[RESOURCES].settings, body)
    return Message(message="Registration successful. Check email for activation.")


@routes.post("/api/v1/accounts/activate")
@endpoint(Activate, access=Access.PUBLIC, errors=(OneTimeTokenInvalid,), limit=ACTIVATE)
async def activate(request: web.Request, body: Activate) -> Message:
    """Activate an account with the token of its activation mail."""
    await service.activate(body)
    return Message(message="Account activated.")


@routes.post("/api/v1/accounts/resend-activation")
@endpoint(EmailOnly, access=Access.PUBLIC, limit=RESEND)
async def resend_activation(request: web.Request, body: EmailOnly) -> Message:
    """Ask for another activation mail.

    The answer and its time tell nothing about the address. The older link dies.
    """
    await service.resend_activation(request.app[RESOURCES].settings, body.email)
    return Message(message="If the email exists, a new activation token was sent.")


@routes.post("/api/v1/accounts/login")
@endpoint(
    Login,
    access=Access.PUBLIC,
    errors=(CredentialsInvalid, AccountInactive, HashingBusy),
    limit=LOGIN,
)
async def login(request: web.Request, body: Login) -> TokenPair:
    """Log in, and open a session for this device."""
    return await service.login(request.app[RESOURCES].settings, body, device_of(request))


@routes.post("/api/v1/accounts/refresh")
@endpoint(Refresh, access=Access.PUBLIC, errors=(RefreshTokenInvalid,), limit=REFRESH)
async def refresh(request: web.Request, body: Refresh) -> TokenPair:
    """Exchange a refresh token for new tokens.

    Each refresh token is good for one use. One that is used again ends its session; within
    10 seconds, from the same device, it is answered with the same successor instead.
    """
    settings = request.app[RESOURCES].settings
    return await service.refresh(settings, body.refresh, device_of(request))


@routes.post("/api/v1/accounts/logout")
@endpoint(Refresh, errors=(SessionNotFound,))
async def logout(request: web.Request, body: Refresh) -> Message:
    """Log out: end the session of this refresh token at once."""
    await service.logout(current_identity(request).user_id, body.refresh)
    return Message(message="Logged out.")


@routes.post("/api/v1/accounts/logout-all")
@endpoint(Refresh, errors=(SessionNotFound,))
async def logout_all(request: web.Request, body: Refresh) -> Message:
    """Log out everywhere: end every session of the account at once."""
    await service.logout_all(current_identity(request).user_id, body.refresh)
    return Message(message="Logged out.")


@routes.get("/api/v1/accounts/sessions")
@endpoint()
async def list_sessions(request: web.Request) -> SessionList:
    """List the open sessions of one's account, the last used first."""
    caller = current_identity(request)
    return SessionList(items=await queries.list_sessions(caller.user_id, caller.session_id))


@routes.delete("/api/v1/accounts/sessions/{id}")
@endpoint(status=HTTPStatus.NO_CONTENT, errors=(SessionNotFound,))
async def revoke_session(request: web.Request) -> None:
    """End one of one's own sessions."""
    await service.revoke_session(current_identity(request).user_id, path_id(request, "id"))


@routes.get("/api/v1/accounts/me")
@endpoint()
async def get_me(request: web.Request) -> UserOut:
    """Show one's own account."""
    return await queries.get_user(current_identity(request).user_id)


@routes.delete("/api/v1/accounts/me")
@endpoint(status=HTTPStatus.NO_CONTENT, errors=(LastAdmin,))
async def delete_me(request: web.Request) -> None:
    """Delete one's own account, for good.

    Personal data are erased; orders and payments stay without a name.
    """
    await service.delete_me(current_identity(request).user_id)


@routes.get("/api/v1/accounts/me/export")
@endpoint()
async def export_me(request: web.Request) -> Export:
    """Export all personal data as one JSON document."""
    return Export(await service.export_me(current_identity(request).user_id))


@routes.post("/api/v1/accounts/password/change")
@endpoint(ChangePassword, errors=(WrongPassword, SamePassword, HashingBusy), limit=PASSWORD)
async def change_password(request: web.Request, body: ChangePassword) -> Message:
    """Change the password; every other session of the account ends."""
    caller = current_identity(request)
    await service.change_password(caller.user_id, caller.session_id, body)
    return Message(message="Password changed.")


@routes.post("/api/v1/accounts/password/forgot")
@endpoint(EmailOnly, access=Access.PUBLIC, limit=FORGOT)
async def forgot_password(request: web.Request, body: EmailOnly) -> Message:
    """Ask for a mail with a link to set a new password, good for an hour.

    The answer and its time tell nothing about the address.
    """
    await service.forgot_password(request.app[RESOURCES].settings, body.email)
    return Message(message="If the email exists, a link to reset the password was sent.")


@routes.post("/api/v1/accounts/password/reset")
@endpoint(
    ResetPassword, access=Access.PUBLIC, errors=(OneTimeTokenInvalid, HashingBusy), limit=RESET
)
async def reset_password(request: web.Request, body: ResetPassword) -> Message:
    """Set a new password with the token of a mail; every session of the account ends."""
    await service.reset_password(body)
    return Message(message="Password changed.")
