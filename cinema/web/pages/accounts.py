"""From a stranger to somebody who is logged in, and back."""

from contextlib import suppress
from typing import Any

from aiohttp import web

from cinema.accounts import service
from cinema.accounts.errors import AccountInactive, OneTimeTokenInvalid, SessionNotFound
from cinema.accounts.schemas import Activate, EmailOnly, Login, Register, TokenPair
from cinema.cart import service as cart
from cinema.http.device import device_of
from cinema.http.identity import AUTHENTICATE, IDENTITY, Access, current_identity
from cinema.http.ratelimit import ACTIVATE, LOGIN, REGISTER, RESEND
from cinema.resources import RESOURCES
from cinema.web.forms import Form
from cinema.web.guest import forget_guest_cart, guest_cart, said_of
from cinema.web.page import Context, action, page, render, told
from cinema.web.redirects import safe_next, see_other
from cinema.web.sayings import say
from cinema.web.session import drop_tokens, keep_tokens

routes = web.RouteTableDef()


@routes.get("/register")
@page("account/register.html")
async def register_page(request: web.Request) -> Context | web.StreamResponse:
    """Show the form for a new account."""
    return see_other("/") if IDENTITY in request else {}


@routes.post("/register")
@action(Access.PUBLIC, form="account/register.html", limit=REGISTER)
async def register(request: web.Request, form: Form) -> web.StreamResponse:
    """Make an account and send the link that opens it."""
    command = form.read(Register)
    await service.register(request.app[RESOURCES].settings, command)
    return await _look_into_mail(
        request, f"We have sent a link to {command.email}. It opens your account within 24 hours."
    )


async def _look_into_mail(request: web.Request, text: str) -> web.StreamResponse:
    context = {"heading": "Look into your mail", "text": text, "link": None, "mail": True}
    return await render(request, "account/message.html", context)


async def _login_context(request: web.Request) -> dict[str, Any]:
    given = request.query.get("next", "")
    if request.method == "POST":
        given = str((await request.post()).get("next", ""))
    return {"next": safe_next(given)}


@routes.get("/login")
@page("account/login.html")
async def login_page(request: web.Request) -> Context | web.StreamResponse:
    """Show the login."""
    context = await _login_context(request)
    return see_other(context["next"]) if IDENTITY in request else context


@routes.post("/login")
@action(Access.PUBLIC, form="account/login.html", again=_login_context, limit=LOGIN)
async def login(request: web.Request, form: Form) -> web.StreamResponse:
    """Open a session in this browser."""
    try:
        pair = await service.login(
            request.app[RESOURCES].settings, form.read(Login), device_of(request)
        )
    except AccountInactive:
        raise AccountInactive(
            "The account is not activated yet: press the button behind the link in our mail."
        ) from None
    response = await _with_guest_cart(request, pair, safe_next(form.text("next")))
    keep_tokens(request, response, pair)
    return response


async def _with_guest_cart(request: web.Request, pair: TokenPair, location: str) -> web.Response:
    """Take over what the visitor put into the cart before the login, and say what was not."""
    movie_ids = guest_cart(request)
    if not movie_ids:
        return see_other(location)
    caller = await request.app[AUTHENTICATE](pair.access)
    left_out = await cart.merge(caller.user_id, movie_ids)
    response = see_other(location)
    if left_out:
        say(request, response, "warn", said_of(left_out))
    forget_guest_cart(request, response)
    return response


@routes.post("/logout")
@action(Access.PUBLIC)
async def logout(request: web.Request, form: Form) -> web.StreamResponse:
    """End the session of this browser."""
    if IDENTITY in request:
        caller = current_identity(request)
        with suppress(SessionNotFound):
            await service.revoke_session(caller.user_id, caller.session_id)
    response = told(request, "/", "good", "You are logged out.")
    drop_tokens(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@routes.get("/activate")
@page("account/activate.html")
async def activate_page(request: web.Request) -> Context:
    """Show the button that activates: the visit of a mail scanner activates nobody."""
    return {"token": request.query.get("token", "")}


async def _activate_context(request: web.Request) -> dict[str, Any]:
    return {"token": ""}


@routes.post("/activate")
@action(Access.PUBLIC, form="account/activate.html", again=_activate_context, limit=ACTIVATE)
async def activate(request: web.Request, form: Form) -> web.StreamResponse:
    """Activate the account of the link."""
    if not form.text("token"):
        raise OneTimeTokenInvalid
    await service.activate(form.read(Activate))
    return told(request, "/login", "good", "The account is active. Log in, and enjoy.")


@routes.get("/activate/resend")
@page("account/resend.html")
async def resend_page(request: web.Request) -> Context:
    """Show the form that asks for another activation mail."""
    return {}


@routes.post("/activate/resend")
@action(Access.PUBLIC, form="account/resend.html", limit=RESEND)
async def resend(request: web.Request, form: Form) -> web.StreamResponse:
    """Send the activation link again, if the address waits for one."""
    command = form.read(EmailOnly)
    await service.resend_activation(request.app[RESOURCES].settings, command.email)
    return await _look_into_mail(
        request, f"If an account waits for {command.email}, a new link is on its way there."
    )
