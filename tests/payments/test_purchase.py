"""From the cart to the library over REST: the first sale."""

from decimal import Decimal

from cinema.database import fetch
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import DECLINED, Buyer, deliver, emitted, pay, run_jobs, simulator


async def test_a_paid_checkout_makes_the_movie_the_buyers(shop: Client, buyer: Buyer) -> None:
    """Exactly one set: one transition, one payment, one purchase, one audit row."""
    movie = await make_movie("Solaris", price=Decimal("9.99"))
    other = await make_movie("Mirror", price=Decimal("4.50"))
    await buyer.add(movie.id)
    order_id = await buyer.order()
    await buyer.add(other.id)
    url = await buyer.checkout(order_id)

    assert await pay(url) == 303
    await deliver(shop, events=4)

    assert await buyer.order_status(order_id) == "paid"
    assert await fetch("SELECT amount, currency, status::text FROM payments") == [
        {"amount": Decimal("9.99"), "currency": "usd", "status": "successful"}
    ]
    assert await fetch("SELECT user_id, movie_id FROM purchases") == [
        {"user_id": buyer.user.id, "movie_id": movie.id}
    ]
    assert await fetch("SELECT price_at_payment, refunded_amount FROM payment_items") == [
        {"price_at_payment": Decimal("9.99"), "refunded_amount": Decimal("0.00")}
    ]
    assert await fetch("SELECT count(*) AS n FROM pending_items") == [{"n": 0}]
    assert await fetch("SELECT status::text FROM checkouts") == [{"status": "completed"}]
    subject = f"order:{order_id}"
    audited = await fetch("SELECT action FROM audit_log WHERE subject = $1 ORDER BY id", subject)
    assert [row["action"] for row in audited] == ["order.created", "checkout.opened", "order.paid"]
    log, kinds = await emitted(), ("order.created", "order.paid", "payment.succeeded")
    assert [log.count(kind) for kind in kinds] == [1, 1, 1]
    _, cart = await buyer.call("GET", "/cart")
    assert [item["movie_id"] for item in cart["items"]] == [other.id]
    _, library = await buyer.call("GET", "/library")
    assert [(item["movie_id"], item["name"]) for item in library["items"]] == [
        (movie.id, "Solaris")
    ]
    _, payments = await buyer.call("GET", "/payments")
    assert [(p["amount"], p["status"], p["recommendation"]) for p in payments["items"]] == [
        ("9.99", "successful", "")
    ]


async def test_a_declined_card_leaves_the_order_pending_and_gives_advice(
    shop: Client, buyer: Buyer
) -> None:
    movie = await make_movie()
    await buyer.add(movie.id)
    order_id = await buyer.order()
    url = await buyer.checkout(order_id)

    assert await pay(url, DECLINED) == 402
    await deliver(shop, events=3)

    assert await buyer.order_status(order_id) == "pending"
    _, payments = await buyer.call("GET", "/payments")
    assert [(p["status"], p["recommendation"]) for p in payments["items"]] == [
        ("failed", "Try a different payment method.")
    ]
    assert await fetch("SELECT count(*) AS n FROM purchases") == [{"n": 0}]
    assert (await emitted()).count("payment.failed") == 1

    assert await buyer.checkout(order_id) == url
    assert await pay(url) == 303
    await deliver(shop, events=6)

    assert await buyer.order_status(order_id) == "paid"
    assert await fetch("SELECT status::text, failure_code FROM payments") == [
        {"status": "successful", "failure_code": "generic_decline"}
    ]


async def test_every_event_again_changes_nothing(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    movie = await make_movie()
    await buyer.add(movie.id)
    await pay(await buyer.checkout(await buyer.order()))
    await deliver(shop, events=4)
    before = await emitted()

    for row in await fetch("SELECT stripe_event_id FROM webhook_events"):
        answer = await simulator(settings, "/_events", {"id": row["stripe_event_id"], "times": 5})
        assert set(answer["statuses"]) == {200}
    await fetch("UPDATE webhook_events SET handled_at = NULL")
    await fetch("UPDATE job_runs SET done_at = NULL, next_at = now() WHERE job LIKE 'settle%'")
    await run_jobs(resources_of(shop))

    assert await emitted() == before
    assert await fetch("SELECT count(*) AS n FROM purchases") == [{"n": 1}]
    assert await fetch("SELECT count(*) AS n FROM webhook_events WHERE handled_at IS NULL") == [
        {"n": 0}
    ]
