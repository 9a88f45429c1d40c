"""The timeline of an order: everything that happened to it, once, in its order."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from cinema.database import fetch, transaction
from cinema.events import Event
from cinema.orders import service as orders
from cinema.orders.queries import get_order, list_orders
from cinema.orders.schemas import Happening
from cinema.orders.timeline import TOLD
from cinema.payments import disputes, ledger, refunds
from cinema.payments.models import Payment
from cinema.payments.service import settle
from cinema.payments.stripe import DisputeState, RefundState
from cinema.web.order_story import STEPS, charged, failure, steps
from tests.accounts_factory import make_user
from tests.catalogue.statements import statements
from tests.factories import make_movie
from tests.payments.till import intent_of, place

pytestmark = pytest.mark.usefixtures("database")
TEMPLATES = Path(__file__).parents[2] / "templates"


async def order_of_somebody(user_id: int | None = None) -> tuple[int, int]:
    user_id = user_id or (await make_user()).id
    return user_id, await place(user_id, (await make_movie()).id)


async def told(user_id: int, order_id: int) -> list[tuple[str, str]]:
    timeline = (await get_order(user_id, order_id)).timeline
    assert [entry.at for entry in timeline] == sorted(entry.at for entry in timeline)
    return [(entry.what, entry.detail) for entry in timeline]


def declined(order_id: int, charge: str, code: str = "generic_decline") -> Any:
    return intent_of(
        order_id, status="requires_payment_method", failure_code=code, failed_charge=charge
    )


async def payment_of(order_id: int) -> Payment:
    payment = await Payment.filter(order_id=order_id).first()
    assert payment is not None
    return payment


async def refund_says(order_id: int, refund_id: int, status: str, **more: str) -> None:
    amount = (await payment_of(order_id)).amount
    state = RefundState(f"re_{refund_id}", status, f"pi_{order_id}", amount, **more)
    await refunds.enter(refund_id, state)


async def dispute_says(order_id: int, status: str) -> None:
    amount = (await payment_of(order_id)).amount
    state = DisputeState(f"dp_{order_id}", status, f"pi_{order_id}", amount, "fraudulent")
    await disputes.take_in(None, state)  # type: ignore[arg-type]  # the payment is known


async def test_each_decline_stays_after_the_payment_that_succeeded() -> None:
    user_id, order_id = await order_of_somebody()
    await settle(declined(order_id, "ch_1"))
    await settle(declined(order_id, "ch_1"))
    await settle(declined(order_id, "ch_2"))
    await settle(declined(order_id, "ch_3", "insufficient_funds"))
    pending = await get_order(user_id, order_id)
    assert failure(pending) == (
        "The payment did not go through. There is not enough money on this card. Try another card."
    )
    await settle(intent_of(order_id))
    await settle(intent_of(order_id))

    assert await told(user_id, order_id) == [
        ("created", ""),
        ("payment_failed", "generic_decline"),
        ("payment_failed", "generic_decline"),
        ("payment_failed", "insufficient_funds"),
        ("paid", ""),
    ]
    assert failure(await get_order(user_id, order_id)) is None


async def test_a_decline_told_after_the_success_is_no_news() -> None:
    user_id, order_id = await order_of_somebody()
    await settle(declined(order_id, "ch_1"))
    await settle(intent_of(order_id))
    await settle(declined(order_id, "ch_9"))
    assert [what for what, _ in await told(user_id, order_id)] == [
        "created", "payment_failed", "paid"
    ]  # fmt: skip


async def test_a_refund_is_told_from_the_asking_to_its_return_by_the_bank() -> None:
    user_id, order_id = await order_of_somebody()
    await settle(intent_of(order_id))
    payment = await payment_of(order_id)
    async with transaction():
        refund = await ledger.write_down(payment, payment.amount, "Bought twice")
    await refund_says(order_id, refund.id, "pending")
    await refund_says(order_id, refund.id, "succeeded")
    await refund_says(order_id, refund.id, "failed", failure_reason="expired_or_canceled_card")

    assert (await told(user_id, order_id))[2:] == [
        ("refund_requested", "Bought twice"),
        ("refunded", ""),
        ("refund_failed", "expired_or_canceled_card"),
    ]
    shown = await get_order(user_id, order_id)
    assert [entry.amount for entry in shown.timeline] == [None, None, *[payment.amount] * 3]
    assert [step.text for step in steps(shown)][2:] == [
        "A refund of $9.99 was asked for",
        "$9.99 refunded",
        "The refund of $9.99 did not arrive; we are looking into it",
    ]
    acts = await fetch("SELECT action FROM audit_log WHERE subject = $1 ORDER BY id",
                       f"order:{order_id}")  # fmt: skip
    assert [row["action"] for row in acts] == [
        "order.created", "order.paid", "refund.requested", "refund.accepted", "order.refunded",
        "payment.refunded", "order.restored", "refund.failed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("won", "The payment stands."), ("lost", "The payment was taken back.")],
)
async def test_a_dispute_is_told_with_its_end(verdict: str, words: str) -> None:
    user_id, order_id = await order_of_somebody()
    await settle(intent_of(order_id))
    for status in ("needs_response", "under_review", verdict, verdict):
        await dispute_says(order_id, status)
    assert (await told(user_id, order_id))[2:] == [
        ("disputed", "fraudulent"), ("dispute_closed", verdict)
    ]  # fmt: skip
    assert steps(await get_order(user_id, order_id))[-1].more == words


async def test_a_canceled_order_that_was_charged_never_says_that_nothing_was() -> None:
    user_id, order_id = await order_of_somebody()
    async with transaction():
        order = await orders.lock_order(order_id)
        await orders.mark_canceled(order, "canceled by the buyer")
    assert charged(await get_order(user_id, order_id)) == "Nothing was charged."

    await settle(intent_of(order_id))

    assert await told(user_id, order_id) == [
        ("created", ""),
        ("canceled", "canceled by the buyer"),
        ("paid_in_vain", "the order was canceled"),
        ("refund_requested", "the order was canceled"),
    ]
    shown = await get_order(user_id, order_id)
    assert charged(shown) == "The payment that arrived is on its way back to your card."
    [refund] = await fetch("SELECT id FROM refunds")
    await refund_says(order_id, refund["id"], "succeeded")
    shown = await get_order(user_id, order_id)
    assert charged(shown) == "The payment that arrived was paid back to your card."
    await refund_says(order_id, refund["id"], "failed", failure_reason="lost_or_stolen_card")
    assert "could not be paid back yet" in charged(await get_order(user_id, order_id))


async def test_an_expired_order_that_is_paid_late_tells_both() -> None:
    user_id, order_id = await order_of_somebody()
    async with transaction():
        await orders.mark_expired(await orders.lock_order(order_id))
    assert steps(await get_order(user_id, order_id))[-1].text == "Expired without a payment"
    await settle(intent_of(order_id))
    assert [what for what, _ in await told(user_id, order_id)] == ["created", "expired", "paid"]


async def test_what_is_the_staffs_business_is_not_told_to_the_buyer() -> None:
    user_id, order_id = await order_of_somebody()
    await settle(intent_of(order_id, "1.00"))
    acts = await fetch("SELECT action FROM audit_log ORDER BY id DESC LIMIT 1")
    assert acts == [{"action": "payment.mismatched"}]
    assert await told(user_id, order_id) == [("created", "")]


async def test_an_order_waits_for_its_payment_at_the_end_of_its_timeline() -> None:
    user_id, order_id = await order_of_somebody()
    shown = steps(await get_order(user_id, order_id))
    assert [(step.kind, step.text, step.at is None) for step in shown] == [
        ("good", "Order placed", False), ("next", "Waiting for the payment", True)
    ]  # fmt: skip


async def test_twenty_orders_cost_as_many_statements_as_one() -> None:
    user_id, _ = await order_of_somebody()
    seen: list[int] = []
    for more in (0, 6):
        for _ in range(more):
            _, order_id = await order_of_somebody(user_id)
            await settle(declined(order_id, "ch_1"))
        async with statements() as asked:
            listed, _ = await list_orders(user_id, 20, 0)
        seen.append(len(asked))
    assert (len(listed), seen) == (7, [1, 1])
    assert [len(order.timeline) for order in listed] == [2] * 6 + [1]


def test_every_word_of_the_timeline_has_its_sentence() -> None:
    assert set(STEPS) == set(TOLD.values()) == set(get_args(Happening))


def test_the_order_page_is_fetched_again_for_every_word_of_the_timeline() -> None:
    page = (TEMPLATES / "order.html").read_text()
    [events] = re.findall(r'<div id="order" [^>]*data-live-replace="([^"]*)"', page)
    # An order is not seen before it was placed; every other act is an event of its own name.
    assert set(TOLD) - {"order.created"} <= set(events.split(",")) <= set(Event.registry)
