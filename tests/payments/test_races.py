"""Who comes first does not matter: hundreds of rounds of everything that can meet at an order."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, TypeVar

from cinema.database import fetch, transaction
from cinema.errors import CinemaError
from cinema.orders import service as orders
from cinema.orders.models import Order
from cinema.payments import checkout, closing, inbox, service
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, make_buyer, pay, simulator
from tests.payments.till import (
    attempt_of,
    books,
    end_time,
    events_of,
    given_back,
    intent_of,
    knock,
    one_set,
    place,
)
from tests.rounds import rounds

T = TypeVar("T")

ROUNDS = rounds(200)
ROUNDS_OVER_HTTP = rounds(25)
SIDE_BY_SIDE = 4


async def in_rounds(count: int, one: Any) -> None:
    """Play so many rounds, a few of them at the same time."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def play(number: int) -> None:
        async with gate:
            await one(number)

    await asyncio.gather(*(play(number) for number in range(count)))


async def soon(dice: random.Random, work: Awaitable[T]) -> T:
    """Begin a piece of work after a random moment, so that every interleaving has its chance."""
    await asyncio.sleep(dice.uniform(0, 0.012))
    return await work


async def try_expire(order_id: int) -> None:
    async with transaction():
        order = await orders.lock_order(order_id)
        if order.status == "pending":
            await orders.mark_expired(order)


async def test_webhook_page_and_reconciliation_at_once_pay_an_order_once(shop: Client) -> None:
    movie = await make_movie()

    async def one(number: int) -> None:
        order_id = await make_order(movie.id)
        intent = intent_of(order_id, id=f"pi_race_{number}")
        await asyncio.gather(*(service.settle(intent) for _ in range(3)))
        assert await books(order_id) == one_set()

    await in_rounds(ROUNDS, one)
    log = Counter(await emitted())
    assert log["order.paid"] == log["payment.succeeded"] == ROUNDS


async def test_the_webhooks_job_and_a_fresh_look_at_once_pay_an_order_once(
    shop: Client, settings: Settings, gateway: StripeGateway
) -> None:
    await simulator(settings, "/_faults", {"drop_webhooks": True})
    movie = await make_movie()

    async def one(_: int) -> None:
        user = await make_user()
        order_id = await place(user.id, movie.id)
        url = (await checkout.start_checkout(gateway, user.id, order_id)).checkout_url
        assert await pay(url) == 303
        event = (await events_of(settings, order_id))["checkout.session.completed"]
        assert await knock(shop, event) == 200
        session_id = event["data"]["object"]["id"]
        await asyncio.gather(
            inbox.handle(gateway, event["id"], livemode=False),
            checkout.refresh_session(gateway, session_id),
            inbox.handle(gateway, event["id"], livemode=False),
        )
        assert await books(order_id) == one_set()

    await in_rounds(ROUNDS_OVER_HTTP, one)


async def test_an_expiry_and_a_payment_at_once_end_in_one_of_two_ways(shop: Client) -> None:
    """Paid with the movie, or expired with the money on its way back; both of them happen."""
    dice, ends = random.Random(27), Counter[str]()
    movie = await make_movie()

    async def one(number: int) -> None:
        user = await make_user()
        order_id = await place(user.id, movie.id)
        intent = intent_of(order_id, id=f"pi_late_{number}")
        await asyncio.gather(soon(dice, try_expire(order_id)), soon(dice, service.settle(intent)))
        # No movie was withdrawn, so a payment that comes second revives the order.
        assert await books(order_id) == one_set()
        [order] = await fetch("SELECT closed_at FROM orders WHERE id = $1", order_id)
        ends["paid in time" if order["closed_at"] is None else "revived"] += 1

    await in_rounds(ROUNDS, one)
    assert sum(ends.values()) == ROUNDS
    assert min(ends["paid in time"], ends["revived"]) > 0, ends


async def test_an_expiry_and_a_payment_of_what_cannot_be_sold_any_more(shop: Client) -> None:
    dice, ends = random.Random(28), Counter[str]()
    movie = await make_movie()
    waiting = [await make_order(movie.id) for _ in range(ROUNDS)]
    await fetch("UPDATE movies SET is_available = false")

    async def one(number: int) -> None:
        order_id = waiting[number]
        intent = intent_of(order_id, id=f"pi_unsold_{number}")
        await asyncio.gather(soon(dice, try_expire(order_id)), soon(dice, service.settle(intent)))
        end = await books(order_id)
        assert end in (one_set(), given_back("expired")), end
        ends[end["order"]] += 1

    await in_rounds(ROUNDS, one)
    assert min(ends["paid"], ends["expired"]) > 0, ends


async def make_order(movie_id: int) -> int:
    return await place((await make_user()).id, movie_id)


async def test_paying_the_page_while_the_order_expires_over_http(
    shop: Client, settings: Settings, gateway: StripeGateway
) -> None:
    await simulator(settings, "/_faults", {"drop_webhooks": True})
    dice, ends = random.Random(29), Counter[str]()
    movie = await make_movie()

    async def one(_: int) -> None:
        user = await make_user()
        order_id = await place(user.id, movie.id)
        url = (await checkout.start_checkout(gateway, user.id, order_id)).checkout_url
        session_id = str((await attempt_of(order_id)).session_id)
        await end_time(order_id)
        status, _expired, _looked = await asyncio.gather(
            soon(dice, pay(url)),
            soon(dice, closing.expire_due(gateway)),
            soon(dice, checkout.refresh_session(gateway, session_id)),
        )
        await checkout.refresh_session(gateway, session_id)
        await closing.expire_due(gateway)
        end = await books(order_id)
        expected = one_set() if status == 303 else given_back("expired") | {
            "payments": None, "refunds": 0
        }  # fmt: skip
        assert end == expected
        ends[end["order"]] += 1

    await in_rounds(ROUNDS_OVER_HTTP, one)
    assert sum(ends.values()) == ROUNDS_OVER_HTTP


async def test_expiry_workers_at_once_expire_an_order_once(
    shop: Client, settings: Settings, gateway: StripeGateway
) -> None:
    movie = await make_movie()
    waiting = [await make_order(movie.id) for _ in range(20)]
    await fetch("UPDATE orders SET expires_at = now() - interval '1 second'")

    expired = await asyncio.gather(*(closing.expire_due(gateway) for _ in range(4)))

    assert sum(expired) == len(waiting)
    assert Counter(await emitted())["order.expired"] == len(waiting)
    assert await Order.filter(status="expired").count() == len(waiting)


async def test_canceling_and_paying_at_once_never_leave_a_charge_without_a_movie(
    shop: Client, settings: Settings, gateway: StripeGateway
) -> None:
    await simulator(settings, "/_faults", {"drop_webhooks": True})
    dice = random.Random(31)
    movie = await make_movie()

    async def one(_: int) -> None:
        buyer = await make_buyer(shop, settings)
        order_id = await place(buyer.user.id, movie.id)
        url = (await checkout.start_checkout(gateway, buyer.user.id, order_id)).checkout_url
        paid, canceled = await asyncio.gather(
            soon(dice, pay(url)), soon(dice, try_cancel(buyer, order_id))
        )
        assert (paid == 303) != (canceled == 200), (paid, canceled)
        end = await books(order_id)
        assert end["order"] == ("paid" if paid == 303 else "canceled")
        assert end["purchases"] == (1 if paid == 303 else 0)

    await in_rounds(ROUNDS_OVER_HTTP, one)


async def try_cancel(buyer: Buyer, order_id: int) -> int:
    status, _ = await buyer.call("POST", f"/orders/{order_id}/cancel")
    return status


async def test_a_revived_order_and_a_new_one_for_the_same_movie_never_both_hold_it(
    shop: Client,
) -> None:
    dice = random.Random(10)
    movie = await make_movie()

    async def one(number: int) -> None:
        user = await make_user()
        late = await place(user.id, movie.id)
        await try_expire(late)
        intent = intent_of(late, id=f"pi_again_{number}")
        _, again = await asyncio.gather(
            soon(dice, service.settle(intent)),
            soon(dice, try_place(user.id, movie.id)),
        )
        revived = await books(late) == one_set()
        assert revived == (again is None)
        if again is not None:
            assert await books(late) == given_back("expired")
            await service.settle(replace(intent, id=f"pi_new_{number}", order_id=again))
            assert await books(again) == one_set()

    await in_rounds(100, one)


async def try_place(user_id: int, movie_id: int) -> int | None:
    try:
        return await place(user_id, movie_id)
    except CinemaError:
        return None
