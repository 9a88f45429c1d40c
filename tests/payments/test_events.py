"""What an event leads to depends on how things stand at Stripe, never on when it comes."""

import asyncio
import itertools
from decimal import Decimal
from typing import Any

import pytest

from cinema.database import fetch
from cinema.payments import service
from cinema.payments.stripe import IntentState, NewSession, StripeGateway
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, deliver, emitted, pay, run_jobs, simulator
from tests.payments.till import (
    at_stripe,
    attempt_of,
    begin,
    books,
    events_of,
    intent_of,
    knock,
    one_set,
    pay_unheard,
    place,
)
from tests.waiting import eventually

SUCCESS = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed")
SEQUENCES = [
    sequence for length in (1, 2, 3) for sequence in itertools.permutations(SUCCESS, length)
]
"""The three events of a success in every order and with every gap."""
UNTOUCHED = {
    "order": "pending", "payments": None, "purchases": 0, "refunds": 0, "audited": 0,
    "paid_events": 0,
}  # fmt: skip


async def unhandled() -> int:
    [row] = await fetch("SELECT count(*) AS n FROM webhook_events WHERE handled_at IS NULL")
    return int(row["n"])


async def test_the_events_of_a_success_lead_to_the_same_end_in_every_order(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    for sequence in SEQUENCES:
        order_id = await pay_unheard(settings, buyer, (await make_movie()).id)
        events = await events_of(settings, order_id)
        for kind in sequence:
            assert await knock(shop, events[kind]) == 200
            await run_jobs(resources_of(shop))
        assert await books(order_id) == one_set(), sequence
    mailed = await fetch("SELECT count(*) AS n FROM job_runs WHERE job = 'mail_receipt'")
    assert mailed == [{"n": len(SEQUENCES)}]


async def test_a_failure_told_after_the_success_leaves_the_order_paid(shop: Client) -> None:
    user, movie = await make_user(), await make_movie()
    order_id = await place(user.id, movie.id)
    await service.settle(intent_of(order_id))

    await service.settle(
        intent_of(order_id, status="requires_payment_method", failure_code="card_declined")
    )

    assert await books(order_id) == one_set()
    assert "payment.failed" not in await emitted()


async def test_a_success_after_the_failure_pays_the_order(shop: Client) -> None:
    user, movie = await make_user(), await make_movie()
    order_id = await place(user.id, movie.id)
    declined = intent_of(
        order_id, status="requires_payment_method", failure_code="insufficient_funds"
    )
    await service.settle(declined)
    await service.settle(declined)
    assert await books(order_id) == UNTOUCHED | {"payments": ["failed"]}

    await service.settle(intent_of(order_id))

    assert await books(order_id) == one_set()
    assert (await emitted()).count("payment.failed") == 1


async def test_an_event_that_comes_before_our_own_commit_is_applied(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    """The buyer pays while our request that opens the page still waits for its answer."""
    hang = {"route": "POST /v1/checkout/sessions", "seconds": 8}
    await simulator(settings, "/_faults", {"hang_after_work": hang})
    await buyer.add((await make_movie()).id)
    order_id = await buyer.order()
    opening = asyncio.create_task(buyer.checkout(order_id))

    async def opened() -> str:
        sessions = (await at_stripe(settings, "/v1/checkout/sessions", limit="1"))["data"]
        known = [s["url"] for s in sessions if s["customer_email"] == buyer.user.email]
        return str(known[0]) if known else ""

    url = await eventually(opened)
    assert await pay(url) == 303
    await deliver(shop, events=4)

    assert await books(order_id) == one_set()
    await simulator(settings, "/_faults", None, "DELETE")
    assert await opening == url
    assert (await attempt_of(order_id)).status == "completed"


@pytest.mark.parametrize(
    "difference",
    [{"amount": Decimal("9.98")}, {"amount": Decimal("19.99")}, {"currency": "eur"}],
    ids=["less", "more", "another currency"],
)
async def test_another_sum_than_the_orders_pays_nothing_and_alarms_the_staff_once(
    shop: Client, difference: dict[str, Any]
) -> None:
    user, movie = await make_user(), await make_movie()
    order_id = await place(user.id, movie.id)

    await service.settle(intent_of(order_id, **difference))
    await service.settle(intent_of(order_id, **difference))

    assert await books(order_id) == UNTOUCHED
    alarms = await fetch("SELECT topics, data FROM outbox WHERE type = 'payment.mismatched'")
    assert [alarm["topics"] for alarm in alarms] == [["staff"]]
    audited = await fetch("SELECT subject FROM audit_log WHERE action = 'payment.mismatched'")
    assert audited == [{"subject": f"order:{order_id}"}]


async def test_a_payment_of_another_order_pays_nothing_and_alarms_the_staff(shop: Client) -> None:
    user, first, second = await make_user(), await make_movie(), await make_movie()
    paid_for, named = await place(user.id, first.id), await place(user.id, second.id)
    attempt = await begin(paid_for)

    await service.settle(intent_of(named, attempt=attempt.idempotency_key))

    assert await books(named) == UNTOUCHED
    assert await books(paid_for) == UNTOUCHED
    assert (await emitted()).count("payment.mismatched") == 1


async def test_a_payment_of_another_shop_at_the_same_account_changes_nothing(
    shop: Client, gateway: StripeGateway
) -> None:
    """Its order has a number that ours has as well, and even the same price."""
    user, movie = await make_user(), await make_movie()
    order_id = await place(user.id, movie.id)
    before = await emitted()

    assert await pay(await foreign_page(gateway, order_id, "checkout:elsewhere:1:1")) == 303
    await deliver(shop, events=4)

    assert await books(order_id) == UNTOUCHED
    assert await unhandled() == 0
    assert [
        kind for kind in await emitted() if kind not in {*before, "stripe_event.received"}
    ] == []


async def test_a_payment_of_an_unknown_order_changes_nothing(
    shop: Client, gateway: StripeGateway
) -> None:
    assert await pay(await foreign_page(gateway, 10**15, "checkout:unknown:1:1")) == 303
    await deliver(shop, events=4)
    assert await unhandled() == 0
    assert set(await emitted()) == {"stripe_event.received"}


async def foreign_page(gateway: StripeGateway, order_id: int, key: str) -> str:
    order = await fetch("SELECT now() + interval '1 hour' AS soon")
    session = await gateway.create_session(
        NewSession(
            order_id=order_id,
            idempotency_key=key,
            email="somebody@example.com",
            currency="usd",
            lines=[("Film", Decimal("9.99"))],
            expires_at=order[0]["soon"],
        )
    )
    return session.url


@pytest.mark.parametrize(
    "event",
    [
        {"livemode": True},
        {"type": "customer.created"},
        {"type": "x" * 200},
        {"type": "payment_intent.succeeded", "data": {"object": {"id": "pi_unknown"}}},
        {"type": "checkout.session.completed", "data": {"object": {"id": "cs_unknown"}}},
        {"type": "refund.updated", "data": {"object": {"id": "re_unknown"}}},
    ],
    ids=["wrong livemode", "unknown type", "endless type", "unknown intent", "unknown session",
         "unknown refund"],
)  # fmt: skip
async def test_an_event_that_is_not_for_us_is_accepted_and_changes_nothing(
    shop: Client, buyer: Buyer, settings: Settings, event: dict[str, Any]
) -> None:
    order_id = await pay_unheard(settings, buyer, (await make_movie()).id)
    real = (await events_of(settings, order_id))["payment_intent.succeeded"]

    assert await knock(shop, real | {"id": "evt_foreign"} | event) == 200
    await run_jobs(resources_of(shop))

    assert await books(order_id) == UNTOUCHED
    assert await unhandled() == 0


async def test_an_intent_that_names_no_order_changes_nothing(shop: Client) -> None:
    await service.settle(IntentState("pi_1", "succeeded", Decimal(1), "usd", None, "", False))
    assert await emitted() == []
