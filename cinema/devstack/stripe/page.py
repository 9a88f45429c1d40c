"""The hosted payment page: ordinary HTML forms that need no script."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from . import charging
from .cards import CardFormError, read_card, today_of
from .checkout import KIND, expire_overdue
from .currencies import display
from .simulator import Simulator
from .store import Object

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["money"] = display


def add_page(app: web.Application, simulator: Simulator) -> None:
    page = Page(simulator)
    app.router.add_get("/pay/{id}", page.show)
    app.router.add_post("/pay/{id}", page.pay)
    app.router.add_get("/pay/{id}/confirm", page.show_confirmation)
    app.router.add_post("/pay/{id}/confirm", page.confirm)


class Page:
    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    async def show(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session["status"] != "open":
            return self._closed(session)
        return self._form(session, {}, self._last_error(session))

    async def pay(self, request: web.Request) -> web.Response:
        filled = {name: str(value) for name, value in (await request.post()).items()}
        session = self._session(request)
        number, exp, cvc = (filled.get(name, "") for name in ("number", "exp", "cvc"))
        try:
            card = read_card(number, exp, cvc, today_of(self.simulator.clock.now()))
        except CardFormError as error:
            if session["status"] != "open":
                return self._closed(session)
            return self._form(session, filled, error.message, field=error.field, status=422)
        email = filled.get("email", "").strip()[:254] or None
        try:
            with self.simulator.transaction():
                outcome = charging.attempt(self.simulator, session, card, email)
        except charging.SessionClosed:
            return self._closed(session)
        return self._after(session, outcome, filled)

    async def show_confirmation(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session["status"] != "open":
            return self._closed(session)
        if not self._awaits_confirmation(session):
            raise web.HTTPSeeOther(f"/pay/{session['id']}")
        return self._render("confirm.html", session)

    async def confirm(self, request: web.Request) -> web.Response:
        outcome_asked = (await request.post()).get("outcome")
        if outcome_asked not in ("complete", "fail"):
            raise web.HTTPBadRequest(text="outcome must be complete or fail")
        session = self._session(request)
        confirmed = outcome_asked == "complete"
        try:
            with self.simulator.transaction():
                outcome = charging.answer_confirmation(self.simulator, session, confirmed=confirmed)
        except charging.SessionClosed:
            if session["status"] == "open":
                raise web.HTTPSeeOther(f"/pay/{session['id']}") from None
            return self._closed(session)
        return self._after(session, outcome, {})

    def _session(self, request: web.Request) -> Object:
        expire_overdue(self.simulator)
        session = self.simulator.store.find(request.match_info["id"], KIND)
        if session is None:
            raise web.HTTPNotFound(text="There is no such payment page.")
        return session

    def _after(
        self, session: Object, outcome: charging.Outcome, filled: dict[str, str]
    ) -> web.Response:
        if isinstance(outcome, charging.Paid):
            raise web.HTTPSeeOther(success_url(outcome.session))
        if isinstance(outcome, charging.NeedsConfirmation):
            raise web.HTTPSeeOther(f"/pay/{session['id']}/confirm")
        return self._form(session, filled, outcome.message, field="number", status=402)

    def _intent(self, session: Object) -> Object | None:
        intent_id = session["payment_intent"]
        return self.simulator.store.find(intent_id, "payment_intent") if intent_id else None

    def _awaits_confirmation(self, session: Object) -> bool:
        intent = self._intent(session)
        return intent is not None and intent["status"] == "requires_action"

    def _last_error(self, session: Object) -> str | None:
        intent = self._intent(session)
        error = None if intent is None else intent["last_payment_error"]
        return None if error is None else str(error["message"])

    def _form(
        self,
        session: Object,
        filled: dict[str, str],
        error: str | None,
        *,
        field: str | None = None,
        status: int = 200,
    ) -> web.Response:
        context = {"error": error, "field": field, "filled": filled}
        return self._render("pay.html", session, context, status)

    def _closed(self, session: Object) -> web.Response:
        paid = session["status"] == "complete"
        back = success_url(session) if paid else session["cancel_url"]
        context = {"paid": paid, "back": back}
        return self._render("closed.html", session, context, 200 if paid else 410)

    def _render(
        self,
        template: str,
        session: Object,
        context: dict[str, Any] | None = None,
        status: int = 200,
    ) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        text = _TEMPLATES.get_template(template).render(
            session=session,
            items=session["_line_items"],
            merchant=self.simulator.config.merchant,
            nonce=nonce,
            **(context or {}),
        )
        headers = _headers(session, nonce)
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def success_url(session: Object) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _headers(session: Object, nonce: str) -> dict[str, str]:
    # Browsers apply form-action to the redirect that answers the form as well, so it names
    # the shop to which the buyer is sent after paying.
    shop = urlsplit(session["success_url"])
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self' {shop.scheme}://{shop.netloc}"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
