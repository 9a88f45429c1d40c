"""Every rule of the books finds what breaks it, and nothing in a house that is well."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from cinema.cart.service import add_movie
from cinema.database import fetch
from cinema.doctor.invariants import INVARIANTS, SHOWN, violation, violations
from cinema.orders.schemas import PlaceOrder
from cinema.orders.service import place_order
from cinema.payments.service import settle
from cinema.payments.stripe import IntentState
from tests.accounts_factory import make_user
from tests.factories import make_movie
from tests.workers.runs import make_run


async def order(user_id: int, *prices: str) -> tuple[int, Decimal]:
    for price in prices:
        movie = await make_movie(price=Decimal(price))
        await add_movie(user_id, movie.id)
    placed = await place_order(user_id, PlaceOrder(), currency="usd", lifetime_minutes=30)
    return placed.order.id, placed.order.total_amount


@pytest.fixture
async def books(database: None) -> None:
    """Order 1 of two movies is paid, order 2 of one movie waits for its payment."""
    user = await make_user()
    order_id, total = await order(user.id, "9.99", "5.00")
    await settle(
        IntentState(
            id="pi_1",
            status="succeeded",
            amount=total,
            currency="usd",
            order_id=order_id,
            failure_code="",
            livemode=False,
        )
    )
    await order(user.id, "7.50")
    await fetch("UPDATE outbox SET published_at = now(), seq = id")
    await fetch("UPDATE realtime_epoch SET last_seq = (SELECT max(seq) FROM outbox)")


@pytest.mark.usefixtures("books")
async def test_books_that_are_kept_break_no_rule() -> None:
    assert await violations() == []


BREAKS: dict[str, Sequence[str]] = {
    "payments less refunds are the order's balance": [
        "UPDATE payments SET status = 'failed' WHERE order_id = 1",
        "UPDATE orders SET status = 'refunded' WHERE id = 1",
        "INSERT INTO refunds (payment_id, amount, reason, status)"
        " VALUES (1, 1.00, 'x', 'succeeded')",
        "UPDATE orders SET status = 'expired' WHERE id = 1",
    ],
    "an order's total is the sum of its items": [
        "UPDATE order_items SET price_at_order = 8.00 WHERE order_id = 2",
    ],
    "a paid order has a purchase for each item": [
        "DELETE FROM purchases WHERE id = 1",
        "UPDATE purchases SET revoked_at = now() WHERE id = 2",
    ],
    "a purchase belongs to a paid order": [
        "INSERT INTO purchases (user_id, movie_id, order_item_id)"
        " SELECT 1, movie_id, id FROM order_items WHERE order_id = 2",
        "UPDATE payment_items SET refunded_amount = price_at_payment WHERE id = 1",
    ],
    "a movie is claimed by the items of pending orders, and by no others": [
        "DELETE FROM pending_items",
        "UPDATE orders SET status = 'canceled' WHERE id = 2",
    ],
    "a payment's items sum up to it": [
        "UPDATE payment_items SET price_at_payment = 1.00 WHERE id = 1",
        "DELETE FROM payment_items",
    ],
    "no more is paid back than was paid": [
        "INSERT INTO refunds (payment_id, amount, reason) VALUES (1, 10.00, 'x'), (1, 5.00, 'y')",
    ],
    "a payment is disputed while a bank looks into it": [
        "UPDATE payments SET status = 'disputed' WHERE id = 1",
        "INSERT INTO disputes (payment_id, external_dispute_id, amount, status)"
        " VALUES (1, 'du_1', 14.99, 'needs_response')",
    ],
    "what items lost was paid back": [
        "UPDATE payment_items SET refunded_amount = 1.00 WHERE id = 1",
        "INSERT INTO refunds (payment_id, amount, reason, status)"
        " VALUES (1, 14.99, 'x', 'succeeded')",
    ],
    "each step of an order is written down once": [
        f"INSERT INTO audit_log (action, subject) VALUES ('{act}', 'order:{order_id}')"
        for act, order_id in (
            ("order.created", 1),
            ("order.paid", 1),
            ("order.paid", 2),
            ("order.canceled", 2),
        )
    ]
    + [
        "UPDATE orders SET status = 'expired' WHERE id = 2",
        "INSERT INTO audit_log (action, subject) VALUES ('order.expired', 'order:1'),"
        " ('order.expired', 'order:1')",
    ],
    "every event is told within a minute": [
        "UPDATE outbox SET published_at = NULL, created_at = now() - interval '2 minutes'"
        " WHERE id = 1",
    ],
    "every webhook is worked on within a minute": [
        "INSERT INTO webhook_events (stripe_event_id, type, payload, received_at)"
        " VALUES ('evt_1', 'x', '{}', now() - interval '2 minutes')",
    ],
    "an order that is over is closed within five minutes": [
        "UPDATE orders SET expires_at = now() - interval '6 minutes' WHERE id = 2",
    ],
}


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("rule", "damage"),
    [(rule, damage) for rule, damages in BREAKS.items() for damage in damages],
)
async def test_a_broken_rule_is_found(rule: str, damage: str) -> None:
    await fetch(damage)
    found = await violation(rule)
    assert found is not None
    assert found.count >= 1


@pytest.mark.usefixtures("books")
async def test_a_job_that_is_not_done_is_found_with_its_error() -> None:
    run_id = await make_run("note")
    await fetch("UPDATE outbox SET created_at = now() - interval '2 minutes'")
    await fetch("UPDATE job_runs SET attempts = 3, error = 'OSError: no'")
    found = await violation("every job is done within a minute")
    assert str(found) == f"note {run_id}, attempts 3, OSError: no"


def test_every_rule_is_broken_once() -> None:
    assert set(INVARIANTS) - set(BREAKS) == {"every job is done within a minute"}


@pytest.mark.usefixtures("database")
async def test_of_many_rows_the_first_are_named_and_the_others_counted() -> None:
    await fetch(
        "INSERT INTO webhook_events (stripe_event_id, type, payload, received_at)"
        " SELECT 'evt_' || n, 'x', '{}', now() - interval '2 minutes'"
        " FROM generate_series(1, 8) n"
    )
    found = await violation("every webhook is worked on within a minute")
    assert found is not None
    assert (found.count, len(found.rows)) == (8, SHOWN)
    assert str(found).endswith("evt_5, x and 3 more")
