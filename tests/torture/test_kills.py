"""Killed at each await: afterwards there is exactly one set of everything, or nothing."""

from collections.abc import Iterator
from itertools import count

from cinema.accounts.models import User
from cinema.cart import service as cart
from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.orders.errors import AlreadyInOrder
from cinema.orders.schemas import PlaceOrder
from cinema.orders.service import place_order
from cinema.payments import service
from cinema.payments.checkout import refresh_session, start_checkout
from cinema.payments.refund_requests import refund_order
from cinema.payments.schemas import OrderRefund
from cinema.payments.stripe import StripeGateway
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import pay, run_jobs, simulator
from tests.invariants import assert_books_balance
from tests.payments.till import (
    at_stripe,
    attempt_of,
    books,
    events_of,
    intent_of,
    knock,
    one_set,
    place,
)
from tests.rounds import rounds
from tests.servers import Servers
from tests.torture.killing import Victim
from workers.relay import publish_pending

FEWEST = 5
"""A piece of work that waits less often is not the one that is meant."""

STRIDE = 5
"""Everyday tests kill at every fifth await, `make torture` at each."""


def points() -> Iterator[int]:
    """Count the suspensions at which something dies, up to one that it no longer reaches."""
    return count(1, 1 if rounds(0) else STRIDE)


GONE_BACK = """
SELECT o.status::text AS "order", p.status::text AS payment,
       (SELECT array_agg(status::text)::text FROM refunds WHERE payment_id = p.id) AS refunds,
       (SELECT count(*) FROM purchases q JOIN order_items i ON i.id = q.order_item_id
         WHERE i.order_id = o.id AND q.revoked_at IS NULL) AS owned
  FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = $1
"""
MADE = """
SELECT (SELECT count(*) FROM orders WHERE user_id = $1) AS orders,
       (SELECT count(*) FROM order_items i JOIN orders o ON o.id = i.order_id
         WHERE o.user_id = $1) AS items,
       (SELECT count(*) FROM pending_items WHERE user_id = $1) AS claims,
       (SELECT count(*) FROM outbox WHERE type = 'order.created'
           AND data->>'user_id' = $1::text) AS events
"""


async def test_an_order_is_placed_whole_or_not_at_all(victim: Victim, shop: Client) -> None:
    movies = [await make_movie(), await make_movie()]
    ends = {(0, 0, 0, 0): 0, (1, 2, 2, 1): 0}
    for last in points():
        user = await make_user()
        for movie in movies:
            await cart.add_movie(user.id, movie.id)
        lived = await victim.lives("order", last, user_id=user.id)
        [made] = await fetch(MADE.replace("$1::text", "($1::bigint)::text"), user.id)
        ends[tuple(made.values())] += 1  # any other end is a KeyError
        if lived:
            break
        # Whoever comes next orders it, or is told that it is ordered.
        try:
            await place_order(user.id, PlaceOrder(), currency="usd", lifetime_minutes=30)
        except AlreadyInOrder:
            assert made["orders"] == 1
        else:
            assert made["orders"] == 0
    assert last > FEWEST
    assert ends[(1, 2, 2, 1)] >= 1
    await assert_books_balance()


async def test_a_page_to_pay_is_opened_once(
    victim: Victim, shop: Client, settings: Settings, gateway: StripeGateway
) -> None:
    movie, opened = await make_movie(), 0
    for last in points():
        user = await make_user()
        order_id = await place(user.id, movie.id)
        lived = await victim.lives("open_page", last, user_id=user.id, order_id=order_id)
        page = await start_checkout(gateway, user.id, order_id)
        attempts = await fetch("SELECT attempt, url FROM checkouts WHERE order_id = $1", order_id)
        assert attempts == [{"attempt": 1, "url": page.checkout_url}]
        opened += 1
        if lived:
            break
    assert last > FEWEST
    sessions = await fetch("SELECT count(DISTINCT session_id) AS n FROM checkouts")
    assert sessions == [{"n": opened}]


async def paid_unheard(settings: Settings, gateway: StripeGateway, movie: Movie) -> int:
    """Let somebody order and pay while every webhook is lost; return the order's id."""
    user: User = await make_user()
    order_id = await place(user.id, movie.id)
    page = await start_checkout(gateway, user.id, order_id)
    assert await pay(page.checkout_url) == 303
    return order_id


async def heard(client: Client, settings: Settings, order_id: int) -> str:
    """Let Stripe tell that an order was paid, and no job look at it; return the event's id."""
    event = (await events_of(settings, order_id))["payment_intent.succeeded"]
    assert await knock(client, event) == 200
    return str(event["id"])


async def test_a_payment_is_entered_once(
    victim: Victim, shop: Client, settings: Settings, gateway: StripeGateway
) -> None:
    await simulator(settings, "/_faults", {"drop_webhooks": True})
    movie, paid = await make_movie(), 0
    for last in points():
        order_id = await paid_unheard(settings, gateway, movie)
        event_id = await heard(shop, settings, order_id)
        lived = await victim.lives("settle", last, event_id=event_id)
        found = await books(order_id)
        assert found["order"] == "pending" or found == one_set()
        await run_jobs(resources_of(shop))
        assert await books(order_id) == one_set()
        paid += 1
        if lived:
            break
    assert last > FEWEST
    receipts = "SELECT count(*) AS n FROM sent_mails WHERE kind = 'payment_confirmed'"
    assert await fetch(receipts) == [{"n": paid}]
    assert (await attempt_of(order_id)).status == "completed"


RUN = """
SELECT r.id FROM job_runs r JOIN outbox o ON o.id = r.outbox_id
 WHERE r.job = 'mail_receipt' AND (o.data->>'order_id')::bigint = $1
"""


async def test_a_receipt_is_repeated_once_at_most_and_under_its_name(
    victim: Victim, shop: Client, servers: Servers
) -> None:
    resources, movie, repeated = resources_of(shop), await make_movie(), 0
    for last in points():
        user = await make_user()
        order_id = await place(user.id, movie.id)
        await service.settle(intent_of(order_id))
        await publish_pending(resources)
        [run] = await fetch(RUN, order_id)
        lived = await victim.lives("run", last, run_id=run["id"])
        await fetch("UPDATE job_runs SET next_at = now() WHERE done_at IS NULL")
        await run_jobs(resources)
        receipts = [
            mail.message_id
            for mail in servers.smtp.mailbox.mails()
            if user.email in mail.to and mail.subject == f"Receipt for order {order_id}"
        ]
        assert len(set(receipts)) == 1
        assert len(receipts) <= 2
        repeated += len(receipts) - 1
        if lived:
            break
    assert last > FEWEST
    # Only between the server's word that it has the mail and ours that it is sent.
    assert repeated <= 8


async def test_money_goes_back_once(
    victim: Victim, shop: Client, settings: Settings, gateway: StripeGateway
) -> None:
    await simulator(settings, "/_faults", {"drop_webhooks": True})
    movie, staff, given = await make_movie(), await make_user(Role.MODERATOR), 0
    for last in points():
        order_id = await paid_unheard(settings, gateway, movie)
        session_id = (await attempt_of(order_id)).session_id
        await refresh_session(gateway, str(session_id))
        refund = await refund_order(
            order_id, OrderRefund(reason="Bought twice"), staff.id, is_staff=True, window_days=14
        )
        lived = await victim.lives("refund", last, refund_id=refund.id)
        await run_jobs(resources_of(shop))
        assert await fetch(GONE_BACK, order_id) == [
            {"order": "refunded", "payment": "refunded", "refunds": "{succeeded}", "owned": 0}
        ]
        given += 1
        if lived:
            break
    assert last > FEWEST
    made = await at_stripe(settings, "/v1/refunds", limit="100")
    assert len({one["payment_intent"] for one in made["data"][:given]}) == given
    told = "SELECT count(*) AS n FROM outbox WHERE type = 'payment.refunded'"
    assert await fetch(told) == [{"n": given}]
    await assert_books_balance()
