"""The ways in which an order ends: expired, cancelled, and paid with nobody telling us."""

from cinema.database import fetch
from cinema.payments.closing import expire_due
from cinema.payments.reconciliation import reconcile
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, pay, simulator
from tests.payments.till import (
    at_stripe,
    attempt_of,
    books,
    end_time,
    one_set,
    opened,
    pay_unheard,
)


async def session_status(settings: Settings, order_id: int) -> str:
    session_id = (await attempt_of(order_id)).session_id
    return str((await at_stripe(settings, f"/v1/checkout/sessions/{session_id}"))["status"])


async def test_without_any_webhook_the_reconciliation_pays_the_order(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    order_id = await pay_unheard(settings, buyer, (await make_movie()).id)
    assert await reconcile(gateway) == 0, "a session is left to its webhooks for two minutes"
    await fetch("UPDATE checkouts SET created_at = now() - interval '3 minutes'")

    assert await reconcile(gateway) == 1
    assert await books(order_id) == one_set()
    before = await emitted()

    assert await reconcile(gateway) == 0
    assert await emitted() == before


async def test_an_unpaid_order_expires_with_its_page(
    buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    movie = await make_movie()
    order_id, url = await opened(buyer, movie.id)
    assert await expire_due(gateway) == 0
    await end_time(order_id)

    assert await expire_due(gateway) == 1

    assert await buyer.order_status(order_id) == "expired"
    assert await session_status(settings, order_id) == "expired"
    assert (await attempt_of(order_id)).status == "expired"
    assert await pay(url) != 303
    assert await fetch("SELECT count(*) AS n FROM pending_items") == [{"n": 0}]
    _, cart = await buyer.call("GET", "/cart")
    assert [item["movie_id"] for item in cart["items"]] == [movie.id]
    assert await buyer.order() != order_id


async def test_an_order_that_was_paid_unheard_does_not_expire(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    order_id = await pay_unheard(settings, buyer, (await make_movie()).id)
    await end_time(order_id)
    assert await expire_due(gateway) == 0
    assert await books(order_id) == one_set()
    assert "order.expired" not in await emitted()


async def test_while_stripe_is_down_an_order_does_not_expire(
    buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    order_id, _ = await opened(buyer)
    await end_time(order_id)
    await simulator(settings, "/_faults", {"fail_next": {"times": 3}})
    assert await expire_due(gateway) == 0
    assert await buyer.order_status(order_id) == "pending"
    assert await expire_due(gateway) == 1


async def test_an_attempt_that_was_cut_off_is_closed_before_the_order_expires(
    buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    """Its session exists at Stripe, but its name was never stored here."""
    order_id, url = await opened(buyer)
    session_id = (await attempt_of(order_id)).session_id
    await fetch("UPDATE checkouts SET status = 'creating', session_id = NULL, url = ''")
    await end_time(order_id)

    assert await expire_due(gateway) == 1

    assert (await attempt_of(order_id)).session_id == session_id
    assert await session_status(settings, order_id) == "expired"
    assert await pay(url) != 303


async def test_canceling_closes_the_page_first(buyer: Buyer, settings: Settings) -> None:
    order_id, url = await opened(buyer)
    status, body = await buyer.call("POST", f"/orders/{order_id}/cancel")
    assert (status, body["status"]) == (200, "canceled")
    assert await session_status(settings, order_id) == "expired"
    assert await pay(url) != 303
    told = [entry["what"] for entry in body["timeline"]]
    assert told == ["created", "checkout_opened", "canceled"]
    assert (await emitted()).count("order.canceled") == 1

    status, body = await buyer.call("POST", f"/orders/{order_id}/cancel")
    assert (status, body["code"]) == (409, "order_not_pending")
    assert (await emitted()).count("order.canceled") == 1


async def test_canceling_an_order_that_was_just_paid_finds_it_paid(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id = await pay_unheard(settings, buyer, (await make_movie()).id)
    status, body = await buyer.call("POST", f"/orders/{order_id}/cancel")
    assert (status, body["code"]) == (409, "order_already_paid")
    assert await books(order_id) == one_set()
    assert "order.canceled" not in await emitted()


async def test_while_stripe_is_down_an_order_cannot_be_canceled(
    buyer: Buyer, settings: Settings
) -> None:
    order_id, _ = await opened(buyer)
    await simulator(settings, "/_faults", {"fail_next": {"times": 3}})
    status, body = await buyer.call("POST", f"/orders/{order_id}/cancel")
    assert (status, body["code"]) == (503, "stripe_unavailable")
    assert await buyer.order_status(order_id) == "pending"
    assert (await attempt_of(order_id)).status == "open"
