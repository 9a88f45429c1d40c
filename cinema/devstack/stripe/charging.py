"""What happens when a card is presented on the hosted page."""

from dataclasses import dataclass

from . import objects
from .cards import (
    AUTHENTICATION_FAILURE,
    DISPUTED,
    NEEDS_CONFIRMATION,
    Card,
    Decline,
    decline_of,
)
from .disputes import open_dispute
from .params import PaymentIntentData
from .simulator import Simulator
from .store import Object


class SessionClosed(Exception):
    """The session is no longer open: complete or expired."""


@dataclass(frozen=True)
class Paid:
    session: Object


@dataclass(frozen=True)
class Declined:
    message: str


@dataclass(frozen=True)
class NeedsConfirmation:
    session: Object


Outcome = Paid | Declined | NeedsConfirmation


def attempt(simulator: Simulator, session: Object, card: Card, email: str | None) -> Outcome:
    """Try to charge the card for an open session, within a transaction."""
    if session["status"] != "open":
        raise SessionClosed
    intent = _intent_of(simulator, session)
    # Another card ends a confirmation that the one before it asked for.
    intent.pop("_presented", None)
    intent["next_action"] = None
    email = session["customer_email"] or email
    if card.number == NEEDS_CONFIRMATION:
        return _ask(simulator, intent, session, (card, email))
    decline = decline_of(card)
    if decline is not None:
        return _decline(
            simulator,
            intent,
            objects.charge(intent, card, email, _now(simulator)),
            decline,
        )
    return _pay(simulator, session, intent, (card, email))


def answer_confirmation(simulator: Simulator, session: Object, *, confirmed: bool) -> Outcome:
    """Complete or fail the confirmation that the session's card asked for."""
    intent_id = session["payment_intent"]
    intent = simulator.store.find(intent_id, "payment_intent") if intent_id else None
    if session["status"] != "open" or intent is None or intent["status"] != "requires_action":
        raise SessionClosed
    presented = intent.pop("_presented")
    intent["next_action"] = None
    if not confirmed:
        return _decline(simulator, intent, None, AUTHENTICATION_FAILURE)
    return _pay(simulator, session, intent, (Card(**presented["card"]), presented["email"]))


def _now(simulator: Simulator) -> int:
    return simulator.clock.now()


def _intent_of(simulator: Simulator, session: Object) -> Object:
    """The session's intent; Stripe makes it when a card is first presented, not before."""
    if session["payment_intent"] is not None:
        return simulator.require("payment_intent", session["payment_intent"], "intent")
    data = PaymentIntentData.model_validate(session["_intent"])
    intent = objects.payment_intent(session, data, _now(simulator))
    session["payment_intent"] = intent["id"]
    simulator.store.save(session)
    simulator.store.save(intent)
    simulator.emit("payment_intent.created", intent)
    return intent


def _ask(
    simulator: Simulator,
    intent: Object,
    session: Object,
    presented: tuple[Card, str | None],
) -> NeedsConfirmation:
    card, email = presented
    intent.update(
        status="requires_action",
        next_action={
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect"},
        },
        _presented={"card": vars(card), "email": email},
    )
    simulator.store.save(intent)
    simulator.emit("payment_intent.requires_action", intent)
    return NeedsConfirmation(session)


def _decline(
    simulator: Simulator, intent: Object, charge: Object | None, decline: Decline
) -> Declined:
    """Fail the intent; without a `charge` the bank was never asked."""
    intent.update(
        status="requires_payment_method",
        last_payment_error=objects.payment_error(decline, charge),
    )
    if charge is not None:
        charge.update(
            status="failed",
            failure_code=decline.code,
            failure_message=decline.message,
            outcome=_outcome("issuer_declined", "declined_by_network", decline),
        )
        intent["latest_charge"] = charge["id"]
        simulator.store.save(charge)
        simulator.emit("charge.failed", charge)
    simulator.store.save(intent)
    simulator.emit("payment_intent.payment_failed", intent)
    return Declined(decline.message)


def _pay(
    simulator: Simulator,
    session: Object,
    intent: Object,
    presented: tuple[Card, str | None],
) -> Paid:
    card, email = presented
    charge = objects.charge(intent, card, email, _now(simulator))
    charge.update(
        status="succeeded",
        paid=True,
        captured=True,
        amount_captured=charge["amount"],
        outcome=_outcome("authorized", "approved_by_network", None),
    )
    intent.update(
        status="succeeded",
        amount_received=charge["amount"],
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
        last_payment_error=None,
    )
    session.update(status="complete", payment_status="paid", url=None)
    if email is not None:
        session["customer_details"] = objects.customer_details(email)
    for item in (charge, intent, session):
        simulator.store.save(item)
    simulator.emit("charge.succeeded", charge)
    simulator.emit("payment_intent.succeeded", intent)
    simulator.emit("checkout.session.completed", session)
    if card.number == DISPUTED:
        open_dispute(simulator, charge)
    return Paid(session)


def _outcome(kind: str, network: str, decline: Decline | None) -> Object:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": None if decline is None else decline.decline_code or decline.code,
        "risk_level": "normal",
        "seller_message": "Payment complete." if decline is None else decline.message,
        "type": kind,
    }
