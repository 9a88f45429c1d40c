"""Money that comes when the order is over: it revives the order, or goes back once."""

from decimal import Decimal
from typing import Any

from cinema.catalogue.models import Movie
from cinema.database import fetch, transaction
from cinema.orders import service as orders
from cinema.payments import refunds, service
from cinema.payments.models import Refund
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, deliver, emitted, pay, run_jobs, simulator
from tests.payments.till import (
    at_stripe,
    books,
    given_back,
    intent_of,
    one_set,
    opened,
    place,
    refunds_asked,
)


async def jobs_named(name: str) -> int:
    [row] = await fetch("SELECT count(*) AS n FROM job_runs WHERE job = $1", name)
    return int(row["n"])


async def close_without_stripe(order_id: int, ending: Any) -> None:
    """End an order while its page at Stripe stays open, as a crash in between would."""
    async with transaction():
        await ending(await orders.lock_order(order_id))


async def cancel(order: Any) -> None:
    await orders.mark_canceled(order, "canceled by the buyer")


async def test_a_late_payment_revives_an_expired_order(shop: Client, buyer: Buyer) -> None:
    order_id, url = await opened(buyer)
    await close_without_stripe(order_id, orders.mark_expired)

    assert await pay(url) == 303
    await deliver(shop, events=4)

    assert await books(order_id) == one_set()
    assert await jobs_named("mail_receipt") == 1
    assert await jobs_named("mail_order_expired") == 1
    _, order = await buyer.call("GET", f"/orders/{order_id}")
    told = [entry["what"] for entry in order["timeline"]]
    assert told == ["created", "checkout_opened", "expired", "paid"]


async def test_a_late_payment_for_a_withdrawn_movie_goes_back(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    movie = await make_movie()
    order_id, url = await opened(buyer, movie.id)
    await close_without_stripe(order_id, orders.mark_expired)
    await Movie.filter(id=movie.id).update(is_available=False)

    assert await pay(url) == 303
    await deliver(shop, events=4)

    assert await books(order_id) == given_back("expired", "refunded")
    assert await refunds_asked(settings) == 1
    assert await jobs_named("mail_refund") == 1
    assert await jobs_named("mail_receipt") == 0


async def test_a_late_payment_for_a_movie_that_was_ordered_again_goes_back(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    movie = await make_movie()
    first, url = await opened(buyer, movie.id)
    await close_without_stripe(first, orders.mark_expired)
    second = await buyer.order()

    assert await pay(url) == 303
    await deliver(shop, events=4)

    assert await books(first) == given_back("expired", "refunded")
    assert await buyer.order_status(second) == "pending"
    assert await refunds_asked(settings) == 1


async def test_a_payment_for_a_canceled_order_goes_back_once(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id, url = await opened(buyer)
    await close_without_stripe(order_id, cancel)

    assert await pay(url) == 303
    await deliver(shop, events=4)
    for row in await fetch("SELECT stripe_event_id AS id FROM webhook_events"):
        await simulator(settings, "/_events", {"id": row["id"], "times": 2})
    await fetch("UPDATE webhook_events SET handled_at = NULL")
    await fetch("UPDATE job_runs SET done_at = NULL, next_at = now()")
    await run_jobs(resources_of(shop))

    assert await books(order_id) == given_back("canceled", "refunded")
    assert await refunds_asked(settings) == 1
    assert (await emitted()).count("payment.refunded") == 1
    assert await fetch("SELECT amount, status::text, reason FROM refunds") == [
        {"amount": Decimal("9.99"), "status": "succeeded", "reason": "the order was canceled"}
    ]


async def test_of_two_payments_for_a_movie_the_second_goes_back(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    """The claims on a movie keep this from happening; when they fail the money still does not."""
    movie = await make_movie()
    first, first_url = await opened(buyer, movie.id)
    await fetch("DELETE FROM pending_items")
    second, second_url = await opened_again(buyer)

    assert (await pay(first_url), await pay(second_url)) == (303, 303)
    await deliver(shop, events=8)

    ends = {first: await books(first), second: await books(second)}
    paid = [order_id for order_id, end in ends.items() if end == one_set()]
    assert len(paid) == 1, ends
    [other] = {first, second} - set(paid)
    assert ends[other] == given_back("canceled", "refunded")
    assert await fetch("SELECT count(*) AS n FROM purchases") == [{"n": 1}]
    audited = await fetch("SELECT action FROM audit_log WHERE action = 'refund.requested'")
    assert len(audited) == await refunds_asked(settings) == 1


async def opened_again(buyer: Buyer) -> tuple[int, str]:
    order_id = await buyer.order()
    return order_id, await buyer.checkout(order_id)


async def test_a_second_payment_for_one_order_goes_back(shop: Client, settings: Settings) -> None:
    user, movie = await make_user(), await make_movie()
    order_id = await place(user.id, movie.id)
    await service.settle(intent_of(order_id, id="pi_first"))
    await service.settle(intent_of(order_id, id="pi_second"))
    await service.settle(intent_of(order_id, id="pi_second"))

    assert await books(order_id) == one_set() | {
        "payments": ["successful", "successful"],
        "refunds": 1,
    }
    await fetch(
        "UPDATE refunds SET status = 'succeeded'"
    )  # so that the books balance: Stripe has never heard of these payments
    await fetch("UPDATE payments SET status = 'refunded' WHERE external_payment_id = 'pi_second'")
    await fetch(
        "UPDATE payment_items SET refunded_amount = price_at_payment WHERE payment_id ="
        " (SELECT id FROM payments WHERE external_payment_id = 'pi_second')"
    )


async def test_a_refunds_webhook_before_our_answer_is_stored_makes_one_row(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    order_id, url = await opened(buyer)
    await close_without_stripe(order_id, cancel)
    fault = {"route": "POST /v1/refunds", "mode": "reset", "times": 3, "after_work": True}
    await simulator(settings, "/_faults", {"fail_next": fault})
    assert await pay(url) == 303
    await deliver(shop, events=4)
    # Stripe has paid back and said so, and all three answers to our request were lost.
    refund = await Refund.get()
    assert refund.status == "succeeded"

    await refunds.carry_out(gateway, refund.id)
    await run_jobs(resources_of(shop))

    assert await books(order_id) == given_back("canceled", "refunded")
    listed = await at_stripe(settings, "/v1/refunds", limit="100")
    known = (await Refund.get()).external_refund_id
    assert [r["id"] for r in listed["data"] if r["id"] == known] == [known]
    assert (await emitted()).count("payment.refunded") == 1
