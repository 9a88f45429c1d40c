"""The way to Stripe's page: one page for an order, whatever fails on the way."""

import asyncio
from decimal import Decimal
from typing import Any

from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, deliver, emitted, make_buyer, pay, run_jobs, simulator
from tests.payments.till import at_stripe, attempt_of, books, end_time, one_set
from tests.realtime.speaking import Speaker, happen
from tests.waiting import eventually

CREATE = "POST /v1/checkout/sessions"


async def sessions_of(settings: Settings, order_id: int) -> list[Any]:
    key = (await attempt_of(order_id)).idempotency_key
    listed = await at_stripe(settings, "/v1/checkout/sessions", limit="100")
    return [one for one in listed["data"] if one["metadata"]["attempt"] == key]


async def order_of(buyer: Buyer, price: str = "9.99") -> int:
    await buyer.add((await make_movie(price=Decimal(price))).id)
    return await buyer.order()


async def checkout(buyer: Buyer, order_id: int, **headers: str) -> tuple[int, Any]:
    return await buyer.call("POST", f"/orders/{order_id}/checkout", **headers)


async def test_a_second_request_gets_the_same_page(buyer: Buyer, settings: Settings) -> None:
    order_id = await order_of(buyer)
    assert await buyer.checkout(order_id) == await buyer.checkout(order_id)
    assert len(await sessions_of(settings, order_id)) == 1


async def test_another_tab_of_the_buyer_hears_once_that_the_page_was_opened(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id, mine = await order_of(buyer), f"user:{buyer.user.id}"
    async with Speaker(shop, settings) as speaker:
        await run_jobs(resources_of(shop))
        tab = await speaker.open(buyer.headers)
        assert (await tab.subscribe(mine))["channels"] == [mine]
        for _ in range(3):
            await buyer.checkout(order_id)
        await happen(mine)
        await run_jobs(resources_of(shop))
        heard = [await tab.hear_event() for _ in range(2)]
    assert [(frame["event"], frame["channel"]) for frame in heard] == [
        ("checkout.opened", mine), ("test.happened", mine)
    ]  # fmt: skip
    assert heard[0]["data"] == {"order_id": order_id, "user_id": buyer.user.id, "attempt": 1}
    [kept] = await fetch("SELECT topics FROM outbox WHERE type = 'checkout.opened'")
    assert kept["topics"] == [mine]


async def test_fifty_requests_at_once_open_one_page(buyer: Buyer, settings: Settings) -> None:
    order_id = await order_of(buyer)
    answers = await asyncio.gather(*(checkout(buyer, order_id) for _ in range(50)))
    opened = {body["checkout_url"] for status, body in answers if status == 200}
    assert len(opened) == 1
    assert {status for status, _ in answers} <= {200, 503}
    assert len(await sessions_of(settings, order_id)) == 1
    assert await fetch("SELECT attempt, status::text FROM checkouts") == [
        {"attempt": 1, "status": "open"}
    ]
    assert (await emitted()).count("checkout.opened") == 1


async def test_the_same_key_gets_the_stored_answer_and_asks_stripe_once(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id = await order_of(buyer)
    path, headers = f"/api/v1/orders/{order_id}/checkout", {"Idempotency-Key": "double-click"}
    first = await shop.post(path, headers=buyer.headers | headers)
    second = await shop.post(path, headers=buyer.headers | headers)
    assert (first.status, second.status) == (200, 200)
    assert await first.read() == await second.read()
    assert second.headers["Idempotent-Replayed"] == "true"
    asked = await simulator(settings, f"/_requests?route={CREATE.replace(' ', '%20')}", None, "GET")
    assert len(asked["data"]) == 1


async def test_the_same_key_while_the_first_runs_is_asked_to_wait(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id = await order_of(buyer)
    hang = {"route": CREATE, "seconds": 8}
    await simulator(settings, "/_faults", {"hang_after_work": hang})
    path, headers = f"/api/v1/orders/{order_id}/checkout", {"Idempotency-Key": "slow"}
    first = asyncio.create_task(shop.post(path, headers=buyer.headers | headers))
    await eventually(lambda: fetch("SELECT 1 FROM idempotency_keys WHERE key = 'slow'"))

    second = await shop.post(path, headers=buyer.headers | headers)

    assert (second.status, second.headers["Retry-After"]) == (409, "1")
    assert (await second.json())["code"] == "idempotency_key_in_use"
    await simulator(settings, "/_faults", None, "DELETE")
    assert (await first).status == 200


async def test_a_key_of_another_user_is_another_key(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    other = await make_buyer(shop, settings)
    mine, theirs = await order_of(buyer), await order_of(other)
    first, _ = await checkout(buyer, mine, **{"Idempotency-Key": "one"})
    second, body = await checkout(other, theirs, **{"Idempotency-Key": "one"})
    assert (first, second) == (200, 200)
    assert body["checkout_url"] == (await attempt_of(theirs)).url


async def test_the_same_key_for_another_order_is_refused(buyer: Buyer) -> None:
    order_id = await order_of(buyer)
    assert (await checkout(buyer, order_id, **{"Idempotency-Key": "one"}))[0] == 200
    status, body = await buyer.call("POST", "/orders", {}, **{"Idempotency-Key": "one"})
    assert (status, body["code"]) == (422, "idempotency_key_reused")


async def test_an_answer_of_stripe_that_is_lost_opens_no_second_page(
    buyer: Buyer, settings: Settings
) -> None:
    order_id = await order_of(buyer)
    for mode in ("reset", "cut_body", "500"):
        fault = {"route": CREATE, "mode": mode, "after_work": True}
        await simulator(settings, "/_faults", {"fail_next": fault})
    status, body = await checkout(buyer, order_id)
    assert (status, body["code"]) == (503, "stripe_unavailable")
    assert (await attempt_of(order_id)).status == "creating"
    assert "checkout.opened" not in await emitted()

    url = await buyer.checkout(order_id)

    assert [session["url"] for session in await sessions_of(settings, order_id)] == [url]
    assert await fetch("SELECT attempt FROM checkouts") == [{"attempt": 1}]


async def test_while_stripe_is_down_the_order_waits(buyer: Buyer, settings: Settings) -> None:
    order_id = await order_of(buyer)
    await simulator(settings, "/_faults", {"fail_next": {"route": CREATE, "times": 3}})
    response = await buyer.client.post(f"/api/v1/orders/{order_id}/checkout", headers=buyer.headers)
    assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert await buyer.order_status(order_id) == "pending"
    assert await sessions_of(settings, order_id) == []

    # So long that the end that was first asked for is too near for Stripe now.
    await fetch("UPDATE checkouts SET expires_at = now() + interval '25 minutes'")
    assert await buyer.checkout(order_id) == (await attempt_of(order_id)).url
    assert await fetch("SELECT attempt, status::text FROM checkouts ORDER BY attempt") == [
        {"attempt": 1, "status": "rejected"},
        {"attempt": 2, "status": "open"},
    ]


async def test_clocks_that_are_five_minutes_apart_make_no_difference(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    for ahead in (300, -300):
        await simulator(settings, "/_faults", {"clock_ahead": ahead})
        order_id = await order_of(buyer)
        assert await pay(await buyer.checkout(order_id)) == 303
        await deliver(shop, events=4 if ahead > 0 else 8)
        assert await books(order_id) == one_set()


async def test_a_price_that_changed_after_the_order_is_not_charged(
    shop: Client, buyer: Buyer
) -> None:
    movie = await make_movie(price=Decimal("9.99"))
    await buyer.add(movie.id)
    order_id = await buyer.order()
    await Movie.filter(id=movie.id).update(price=Decimal("99.00"))

    assert await pay(await buyer.checkout(order_id)) == 303
    await deliver(shop, events=4)

    assert await books(order_id) == one_set()
    assert await fetch("SELECT amount FROM payments") == [{"amount": Decimal("9.99")}]


async def test_a_movie_withdrawn_before_the_payment_cancels_the_order(
    buyer: Buyer, settings: Settings
) -> None:
    movie = await make_movie()
    await buyer.add(movie.id)
    order_id = await buyer.order()
    await Movie.filter(id=movie.id).update(is_available=False)

    status, body = await checkout(buyer, order_id)

    assert (status, body["code"]) == (409, "order_withdrawn")
    assert await buyer.order_status(order_id) == "canceled"
    assert await fetch("SELECT count(*) AS n FROM checkouts") == [{"n": 0}]
    [event] = await fetch(
        "SELECT data->>'reason' AS reason FROM outbox WHERE type = 'order.canceled'"
    )
    assert event["reason"] == "a movie is no longer on sale"


async def test_a_movie_withdrawn_while_the_page_is_open_is_still_sold(
    shop: Client, buyer: Buyer
) -> None:
    movie = await make_movie()
    await buyer.add(movie.id)
    order_id = await buyer.order()
    url = await buyer.checkout(order_id)
    await Movie.filter(id=movie.id).update(is_available=False)
    assert await pay(url) == 303
    await deliver(shop, events=4)
    assert await books(order_id) == one_set()


async def test_an_order_that_costs_nothing_is_paid_without_stripe(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id = await order_of(buyer, "0.00")
    status, body = await checkout(buyer, order_id)
    assert (status, body["checkout_url"]) == (200, f"/orders/{order_id}")
    await run_jobs(resources_of(shop))

    assert await books(order_id) == one_set()
    assert (await emitted()).count("payment.succeeded") == 1
    assert await fetch("SELECT amount, external_payment_id FROM payments") == [
        {"amount": Decimal("0.00"), "external_payment_id": None}
    ]
    asked = await simulator(settings, "/_requests", None, "GET")
    assert asked["data"] == []
    status, body = await checkout(buyer, order_id)
    assert (status, body["code"]) == (409, "order_already_paid")


async def test_a_movie_that_costs_nothing_beside_another_is_no_line_of_the_page(
    shop: Client, buyer: Buyer
) -> None:
    free, priced = await make_movie(price=Decimal(0)), await make_movie(price=Decimal("0.50"))
    await buyer.add(free.id, priced.id)
    order_id = await buyer.order()
    assert await pay(await buyer.checkout(order_id)) == 303
    await deliver(shop, events=4)
    assert await books(order_id) == one_set(purchases=2)


async def test_an_order_whose_time_is_over_cannot_be_paid(buyer: Buyer) -> None:
    order_id = await order_of(buyer)
    await end_time(order_id)
    status, body = await checkout(buyer, order_id)
    assert (status, body["code"]) == (409, "order_not_pending")
    assert await fetch("SELECT count(*) AS n FROM checkouts") == [{"n": 0}]


async def test_another_users_order_is_one_that_does_not_exist(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id = await order_of(buyer)
    other = await make_buyer(shop, settings)
    for act in ("checkout", "cancel"):
        foreign = await other.call("POST", f"/orders/{order_id}/{act}")
        missing = await other.call("POST", f"/orders/{order_id + 1000}/{act}")
        for _, body in (foreign, missing):
            body.pop("instance")
        assert foreign == missing
        assert (foreign[0], foreign[1]["code"]) == (404, "order_not_found")
    assert await buyer.order_status(order_id) == "pending"
    assert await fetch("SELECT count(*) AS n FROM checkouts") == [{"n": 0}]
