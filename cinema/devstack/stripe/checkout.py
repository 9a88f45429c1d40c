"""The life of a checkout session: created, then completed (see charging) or expired."""

from typing import Any

from . import objects
from .currencies import MAX_AMOUNT, MINIMUM, THREE_DECIMAL, display
from .errors import ApiError, state_error
from .params import CreateSession
from .simulator import Simulator
from .store import Object

KIND = "checkout.session"
SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 60 * 60


def create_session(simulator: Simulator, params: CreateSession) -> Object:
    now = simulator.clock.now()
    _check_expiry(params.expires_at, now)
    _check_amounts(params)
    session = objects.session(params, now, simulator.config.public_url)
    simulator.store.save(session)
    return session


def expire_session(simulator: Simulator, session_id: str) -> Object:
    session = simulator.require(KIND, session_id, "session")
    if session["status"] != "open":
        raise state_error(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of `{session['status']}`."
        )
    return _expire(simulator, session)


def expire_overdue(simulator: Simulator) -> None:
    overdue = simulator.store.overdue_sessions(simulator.clock.now())
    if not overdue:
        return
    with simulator.transaction():
        for session in overdue:
            _expire(simulator, session)


def _expire(simulator: Simulator, session: Object) -> Object:
    session.update(status="expired", url=None)
    simulator.store.save(session)
    _cancel_intent(simulator, session["payment_intent"])
    simulator.emit("checkout.session.expired", session)
    return session


def _cancel_intent(simulator: Simulator, intent_id: str | None) -> None:
    if intent_id is None:
        return
    intent = simulator.require("payment_intent", intent_id, "intent")
    intent.update(
        status="canceled",
        canceled_at=simulator.clock.now(),
        cancellation_reason="automatic",
        next_action=None,
    )
    simulator.store.save(intent)
    simulator.emit("payment_intent.canceled", intent)


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is None:
        return
    message = None
    if expires_at < now + SHORTEST_SECONDS:
        message = "must be at least 30 minutes from Checkout Session creation."
    elif expires_at > now + LONGEST_SECONDS:
        message = "must be less than 24 hours from Checkout Session creation."
    if message is not None:
        raise ApiError(f"The `expires_at` timestamp {message}", param="expires_at")


def _check_amounts(params: CreateSession) -> None:
    currencies = {item.price_data.currency for item in params.line_items}
    if params.currency is not None:
        currencies.add(params.currency.lower())
    if len(currencies) > 1:
        raise ApiError(
            "All line items and the session must have the same currency.",
            param="line_items",
        )
    currency = currencies.pop()
    total = 0
    for index, item in enumerate(params.line_items):
        amount = item.price_data.unit_amount
        if currency in THREE_DECIMAL and amount % 10:
            raise ApiError(
                f"Invalid amount: {amount} {currency} must be a multiple of 10.",
                param=f"line_items[{index}][price_data][unit_amount]",
            )
        total += amount * item.quantity
    _check_total(total, currency)


def _check_total(total: int, currency: str) -> None:
    least = MINIMUM.get(currency, 1)
    bounds: dict[str, tuple[bool, str, int]] = {
        "amount_too_small": (total < least, "at least", least),
        "amount_too_large": (total > MAX_AMOUNT, "no more than", MAX_AMOUNT),
    }
    for code, (broken, bound, amount) in bounds.items():
        if broken:
            raise ApiError(
                "The Checkout Session's total amount due must add up to"
                f" {bound} {display(amount, currency)} {currency}",
                code=code,
            )


def line_items(session: Object) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = session["_line_items"]
    return [{k: v for k, v in item.items() if not k.startswith("_")} for item in items]
