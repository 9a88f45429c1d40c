"""The inbox of Stripe's webhooks: stored once, answered at once, worked on by a job.

An event only says where to look. What is entered is the object as it stands at Stripe when the
job runs, so the order and the repetition of events do not matter.
"""

import json
from typing import Any

from cinema.audit import record
from cinema.database import atomic, fetch
from cinema.outbox import emit
from cinema.payments import checkout, disputes, refunds, service
from cinema.payments.errors import WebhookEventHandled, WebhookEventNotFound
from cinema.payments.events import StripeEventReceived
from cinema.payments.models import WebhookEvent
from cinema.payments.stripe import StripeGateway, StripeUnknown, VerifiedEvent

LONGEST_TYPE = 64
"""Characters of an event's type that are kept; the types we know are shorter."""


@atomic
async def receive(event: VerifiedEvent) -> None:
    """Keep a verified event, once, however often Stripe delivers it."""
    kept = await fetch(
        "INSERT INTO webhook_events (stripe_event_id, type, payload) VALUES ($1, $2, $3::jsonb)"
        " ON CONFLICT (stripe_event_id) DO NOTHING RETURNING id",
        event.id,
        event.type[:LONGEST_TYPE],
        json.dumps(event.payload),
    )
    if kept:
        await emit(StripeEventReceived(stripe_event_id=event.id))


@atomic
async def retry(event_id: int) -> None:
    """Have a kept event worked on at once, and not when its next attempt is due.

    Raises WebhookEventNotFound, WebhookEventHandled.
    """
    rows = await fetch(
        "SELECT stripe_event_id, handled_at FROM webhook_events WHERE id = $1 FOR UPDATE", event_id
    )
    if not rows:
        raise WebhookEventNotFound
    if rows[0]["handled_at"] is not None:
        raise WebhookEventHandled
    await emit(StripeEventReceived(stripe_event_id=rows[0]["stripe_event_id"]))
    await record("webhook_event.retried", f"webhook_event:{event_id}")


async def handle(gateway: StripeGateway, stripe_event_id: str, *, livemode: bool) -> None:
    """Work on a kept event; again it changes nothing. Raises what makes it worth another try."""
    event = await WebhookEvent.get(stripe_event_id=stripe_event_id)
    if event.handled_at is not None:
        return
    await fetch("UPDATE webhook_events SET attempts = attempts + 1 WHERE id = $1", event.id)
    said = ""
    try:
        if bool(event.payload.get("livemode")) == livemode:
            await _apply(gateway, event.type, event.payload["data"]["object"])
    except StripeUnknown as error:
        # What it is about is not at Stripe, and will not be there the next time either.
        said = type(error).__name__
    except Exception as error:
        await fetch(
            "UPDATE webhook_events SET error = $2 WHERE id = $1", event.id, type(error).__name__
        )
        raise
    await fetch(
        "UPDATE webhook_events SET handled_at = now(), error = $2 WHERE id = $1", event.id, said
    )


async def _apply(gateway: StripeGateway, kind: str, about: dict[str, Any]) -> None:
    """Look at what the event is about; an event of an unknown type changes nothing."""
    if kind.startswith("checkout.session."):
        await checkout.refresh_session(gateway, about["id"])
    elif kind.startswith("payment_intent."):
        await service.settle(await gateway.get_intent(about["id"]))
    elif kind in {"charge.succeeded", "charge.failed"} and about.get("payment_intent"):
        await service.settle(await gateway.get_intent(about["payment_intent"]))
    elif kind.startswith(("refund.", "charge.refund.")):
        await refunds.hear(gateway, about["id"])
    elif kind == "charge.refunded" and about.get("payment_intent"):
        await refunds.hear_all(gateway, about["payment_intent"])
    elif kind.startswith("charge.dispute."):
        await disputes.hear(gateway, about["id"])
