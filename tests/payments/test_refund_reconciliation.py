"""Refunds and disputes of which no webhook ever tells, and what fails without end."""

from decimal import Decimal

import pytest

from cinema.database import fetch
from cinema.payments import closing
from cinema.payments.closing import expire_due
from cinema.payments.reconciliation import reconcile_refunds
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, run_jobs, simulator
from tests.payments.refunding import (
    counted,
    sell,
    state_of,
    taken_back,
    untouched,
)
from tests.payments.till import end_time, place, refunds_asked

LATER = "4000 0000 0000 7726"
"""The test card whose refunds succeed after a while."""
QUIET = "UPDATE refunds SET created_at = created_at - interval '3 minutes'"


async def test_a_refund_and_a_dispute_that_nobody_told_of_are_found(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    refunded = await sell(buyer, gateway, settings)
    disputed = await sell(buyer, gateway, settings)
    await gateway.create_refund(refunded.intent, Decimal("14.99"), "usd", f"by hand {refunded}")
    await simulator(settings, "/_disputes", {"payment_intent": disputed.intent})

    await reconcile_refunds(gateway)

    assert await state_of(refunded) == taken_back(["14.99 succeeded"])
    assert await state_of(disputed) == untouched(disputed) | {"payment": "disputed"}
    await reconcile_refunds(gateway)
    assert [await counted(kind) for kind in ("payment.refunded", "payment.disputed")] == [1, 1]


async def test_a_refund_whose_job_never_ran_is_asked_for_once(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    sale = await sell(buyer, gateway, settings)
    await buyer.call("POST", f"/orders/{sale.order_id}/refund", {"reason": "x"})
    await reconcile_refunds(gateway)
    assert await refunds_asked(settings) == 0, "a refund is left to its job for two minutes"
    await fetch(QUIET)
    await reconcile_refunds(gateway)
    await run_jobs(resources_of(shop))
    assert await refunds_asked(settings) == 1
    assert await state_of(sale) == taken_back(["14.99 succeeded"])


async def test_an_old_request_whose_answer_was_lost_is_not_made_again(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    """Stripe has forgotten the key, and would pay a part back twice."""
    sale = await sell(buyer, gateway, settings)
    wanted = {"reason": "x", "items": sale.ids[1:]}
    await buyer.call("POST", f"/orders/{sale.order_id}/refund", wanted)
    await run_jobs(resources_of(shop))
    await fetch(
        "UPDATE refunds SET status = 'requested', external_refund_id = NULL, closed_at = NULL,"
        " created_at = now() - interval '25 hours'"
    )
    await fetch("UPDATE payments SET status = 'successful'")
    await fetch("UPDATE orders SET status = 'paid'")
    await reconcile_refunds(gateway)
    assert await refunds_asked(settings) == 1
    assert (await state_of(sale))["refunds"] == ["5.00 succeeded"]


async def test_a_refund_that_takes_its_time_takes_access_when_it_is_done(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    sale = await sell(buyer, gateway, settings, LATER)
    await buyer.call("POST", f"/orders/{sale.order_id}/refund", {"reason": "x"})
    await run_jobs(resources_of(shop))
    assert await state_of(sale) == untouched(sale) | {"refunds": ["14.99 pending"]}
    assert await counted("refund.accepted") == 1


@pytest.mark.usefixtures("shop")
async def test_orders_that_fail_without_end_keep_no_other_waiting(
    gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "BATCH", 2)
    movie = await make_movie()
    numbers = [await place((await make_user()).id, movie.id) for _ in range(4)]
    for order_id in numbers:
        await end_time(order_id)
    # Stripe refuses what has a session that it does not know.
    await fetch(
        "INSERT INTO checkouts (order_id, attempt, idempotency_key, session_id, status, expires_at)"
        " SELECT id, 1, 'lost:' || id, 'cs_lost_' || id, 'open', now() FROM orders WHERE id <= $1",
        numbers[2],
    )
    assert await expire_due(gateway) == 1
    rows = await fetch("SELECT status::text FROM orders ORDER BY id")
    assert [row["status"] for row in rows] == ["pending", "pending", "pending", "expired"]
    await fetch("UPDATE orders SET expires_at = now()")
