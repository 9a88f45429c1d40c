from . import objects
from .errors import state_error
from .params import UpdateDispute
from .simulator import Simulator
from .store import Object

KIND = "dispute"
# What evidence in test mode decides: https://docs.stripe.com/testing#disputes
WINNING, LOSING = "winning_evidence", "losing_evidence"
_OPEN = ("needs_response", "under_review")


def open_dispute(simulator: Simulator, charge: Object) -> Object:
    if charge["disputed"] or charge["status"] != "succeeded":
        raise state_error(f"Charge {charge['id']} cannot be disputed.")
    dispute = objects.dispute(charge, simulator.clock.now())
    charge["disputed"] = True
    simulator.store.save(charge)
    simulator.store.save(dispute)
    simulator.emit("charge.dispute.created", dispute)
    simulator.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(simulator: Simulator, dispute_id: str) -> Object:
    """Accept the dispute: it is lost."""
    dispute = simulator.require(KIND, dispute_id, "dispute")
    _require_open(dispute)
    return _end(simulator, dispute, won=False)


def update_dispute(simulator: Simulator, dispute_id: str, params: UpdateDispute) -> Object:
    """Add evidence; submitting it sends the dispute under review, or decides it by its text."""
    dispute = simulator.require(KIND, dispute_id, "dispute")
    dispute["metadata"] |= params.metadata
    given = params.evidence.model_dump(exclude_defaults=True)
    if given:
        _require_open(dispute)
        dispute["evidence"] |= given
        dispute["evidence_details"]["has_evidence"] = True
    if given and params.submit:
        dispute["evidence_details"]["submission_count"] += 1
        text = params.evidence.uncategorized_text
        if text in (WINNING, LOSING):
            return _end(simulator, dispute, won=text == WINNING)
        dispute["status"] = "under_review"
    simulator.store.save(dispute)
    simulator.emit("charge.dispute.updated", dispute)
    return dispute


def _require_open(dispute: Object) -> None:
    if dispute["status"] not in _OPEN:
        raise state_error(
            f"This dispute is already closed with status {dispute['status']}.",
            code="dispute_already_closed",
        )


def _end(simulator: Simulator, dispute: Object, *, won: bool) -> Object:
    dispute.update(status="won" if won else "lost", is_charge_refundable=won)
    charge = simulator.require("charge", dispute["charge"], "charge")
    charge["_dispute_won"] = won
    simulator.store.save(charge)
    simulator.store.save(dispute)
    if won:
        simulator.emit("charge.dispute.funds_reinstated", dispute)
    simulator.emit("charge.dispute.closed", dispute)
    return dispute
