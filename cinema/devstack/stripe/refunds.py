from . import objects
from .cards import REFUND_FAILS_LATER, REFUND_SUCCEEDS_LATER
from .currencies import display
from .errors import ApiError, resource_missing, state_error
from .params import CreateRefund
from .simulator import Simulator
from .store import Object

KIND = "refund"
SUCCEED, FAIL = "refund_succeeds", "refund_fails"


def create_refund(simulator: Simulator, params: CreateRefund) -> Object:
    charge = _charge_to_refund(simulator, params)
    amount = _amount(charge, params.amount)
    refund = objects.refund(charge, amount, params.reason, simulator.clock.now())
    refund["metadata"] = params.metadata
    if charge["_card"] == REFUND_SUCCEEDS_LATER:
        refund.update(status="pending", pending_reason="processing")
    _count(simulator, charge, amount)
    simulator.store.save(refund)
    simulator.emit("refund.created", refund)
    simulator.emit("charge.refunded", charge)
    _schedule(simulator, refund, charge["_card"])
    return refund


def succeed_refund(simulator: Simulator, refund: Object) -> None:
    if refund["status"] != "pending":
        return
    refund.pop("pending_reason", None)
    refund["status"] = "succeeded"
    _announce(simulator, refund)


def fail_refund(simulator: Simulator, refund: Object) -> None:
    """Take a refund back, as a bank does that no longer knows the card."""
    if refund["status"] not in ("pending", "succeeded"):
        return
    refund.pop("pending_reason", None)
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    charge = simulator.require("charge", refund["charge"], "charge")
    _count(simulator, charge, -refund["amount"])
    _announce(simulator, refund)
    simulator.emit("refund.failed", refund)


def _announce(simulator: Simulator, refund: Object) -> None:
    simulator.store.save(refund)
    simulator.emit("refund.updated", refund)
    simulator.emit("charge.refund.updated", refund)


def _schedule(simulator: Simulator, refund: Object, card: str) -> None:
    action = {REFUND_SUCCEEDS_LATER: SUCCEED, REFUND_FAILS_LATER: FAIL}.get(card)
    if action is None:
        return
    due = simulator.clock.now() + simulator.config.async_refund_seconds
    simulator.store.set_timer(due, action, refund["id"])


def _count(simulator: Simulator, charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    simulator.store.save(charge)


def _charge_to_refund(simulator: Simulator, params: CreateRefund) -> Object:
    charge_id = params.charge
    if params.payment_intent is not None:
        intent = simulator.store.find(params.payment_intent, "payment_intent")
        if intent is None:
            raise resource_missing("payment_intent", params.payment_intent, "payment_intent")
        if intent["status"] != "succeeded" or charge_id not in (
            None,
            intent["latest_charge"],
        ):
            raise state_error(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
        charge_id = intent["latest_charge"]
    if charge_id is None:
        raise ApiError(
            "One of the following params should be provided for this request:"
            " payment_intent or charge."
        )
    charge = simulator.require("charge", charge_id, "charge")
    _check_refundable(charge)
    return charge


def _check_refundable(charge: Object) -> None:
    named = f"Charge {charge['id']}"
    if charge["status"] != "succeeded":
        raise state_error(f"{named} was not successful, and cannot be refunded.")
    if charge["disputed"] and not charge.get("_dispute_won"):
        raise state_error(
            f"{named} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if charge["refunded"]:
        raise state_error(f"{named} has already been refunded.", code="charge_already_refunded")


def _amount(charge: Object, asked: int | None) -> int:
    remaining: int = charge["amount"] - charge["amount_refunded"]
    if asked is None:
        return remaining
    if asked > remaining:
        currency = charge["currency"]
        raise state_error(
            f"Refund amount ({display(asked, currency)}) is greater than unrefunded amount on"
            f" charge ({display(remaining, currency)})",
            param="amount",
        )
    return asked
