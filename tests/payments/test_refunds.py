"""Giving films back: who may, how much, and that nothing goes before Stripe has confirmed."""

import asyncio
from decimal import Decimal

import pytest

from cinema.database import fetch
from cinema.payments import refund_requests, refunds
from cinema.payments.errors import NothingToRefund, RefundTooLarge
from cinema.payments.schemas import PaymentRefund
from cinema.payments.service import settle
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, run_jobs, simulator
from tests.payments.refunding import (
    Sale,
    bells,
    counted,
    make_staff,
    sell,
    state_of,
    taken_back,
    told_of,
    untouched,
)
from tests.payments.till import begin, intent_of, knock, place, refunds_asked
from tests.rounds import rounds

WHY = {"reason": "I changed my mind"}


@pytest.fixture
async def sale(shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings) -> Sale:
    return await sell(buyer, gateway, settings)


async def work(shop: Client) -> None:
    await run_jobs(resources_of(shop))


async def test_a_whole_order_goes_back_once_however_often_it_is_asked_for(
    shop: Client, buyer: Buyer, settings: Settings, sale: Sale
) -> None:
    status, body = await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY)
    assert (status, body["amount"], body["status"]) == (202, "14.99", "requested")
    assert await state_of(sale) == untouched(sale) | {"refunds": ["14.99 requested"]}
    status, body = await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY)
    assert (status, body["code"]) == (409, "refund_pending")

    await work(shop)

    assert await state_of(sale) == taken_back(["14.99 succeeded"])
    assert await refunds_asked(settings) == 1
    assert [await counted(kind) for kind in ("order.refunded", "payment.refunded")] == [1, 1]
    assert await counted("mail_refund", "job_runs", "job") == 1
    for action in ("refund.requested", "payment.refunded", "order.refunded"):
        assert await counted(action, "audit_log", "action") == 1
    _, library = await buyer.call("GET", "/library")
    assert library["items"] == []
    status, body = await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY)
    assert (status, body["code"]) == (409, "nothing_to_refund")


async def test_a_key_repeats_the_answer_and_not_the_refund(
    shop: Client, buyer: Buyer, settings: Settings, sale: Sale
) -> None:
    path, key = f"/orders/{sale.order_id}/refund", {"Idempotency-Key": "give-it-back"}
    first = await buyer.call("POST", path, WHY, **key)
    assert await buyer.call("POST", path, WHY, **key) == first
    await work(shop)
    assert await refunds_asked(settings) == 1


async def test_movies_go_back_one_by_one(shop: Client, buyer: Buyer, sale: Sale) -> None:
    path = f"/orders/{sale.order_id}/refund"
    first, second = sale.ids
    status, body = await buyer.call("POST", path, WHY | {"items": [second]})
    assert (status, body["amount"]) == (202, "5.00")
    await work(shop)
    assert await state_of(sale) == {
        "order": "partially_refunded", "payment": "partially_refunded", "owned": [first],
        "refunds": ["5.00 succeeded"], "on_items": Decimal("5.00"),
    }  # fmt: skip

    status, body = await buyer.call("POST", path, WHY | {"items": [second]})
    assert (status, body["code"]) == (409, "nothing_to_refund")
    await buyer.call("POST", path, WHY | {"items": [first]})
    await work(shop)
    assert await state_of(sale) == taken_back(["5.00 succeeded", "9.99 succeeded"])


async def test_staff_pays_back_a_sum_which_takes_no_movie_until_it_is_all(
    shop: Client, settings: Settings, sale: Sale
) -> None:
    staff, path = await make_staff(shop, settings), f"/admin/payments/{sale.payment_id}/refund"
    status, _ = await staff.call("POST", path, WHY | {"amount": "4.00"})
    assert status == 202
    await work(shop)
    assert await state_of(sale) == untouched(sale) | {
        "order": "partially_refunded", "payment": "partially_refunded",
        "refunds": ["4.00 succeeded"],
    }  # fmt: skip

    status, body = await staff.call("POST", path, WHY | {"amount": "11.00"})
    assert (status, body["code"], body["remaining"]) == (409, "refund_too_large", "10.99")
    assert (await staff.call("POST", path, WHY))[1]["amount"] == "10.99"
    await work(shop)
    assert await state_of(sale) == taken_back(["4.00 succeeded", "10.99 succeeded"])


async def test_a_buyer_is_held_to_the_window_and_to_what_was_watched_and_staff_is_not(
    shop: Client, buyer: Buyer, settings: Settings, sale: Sale
) -> None:
    path = f"/orders/{sale.order_id}/refund"
    await fetch(
        "INSERT INTO watch_progress (user_id, movie_id, position, furthest, version)"
        " VALUES ($1, $2, 600, 600, 1)",
        buyer.user.id,
        sale.ids[0],
    )
    status, body = await buyer.call("POST", path, WHY)
    assert (status, body["code"], body["movie_ids"]) == (409, "movie_watched", sale.ids[:1])
    await fetch("UPDATE orders SET paid_at = now() - interval '15 days'")
    status, body = await buyer.call("POST", path, WHY | {"items": sale.ids[1:]})
    assert (status, body["code"]) == (409, "refund_window_over")
    assert await state_of(sale) == untouched(sale)

    staff = await make_staff(shop, settings)
    assert (await staff.call("POST", path, WHY))[0] == 202
    await work(shop)
    assert await state_of(sale) == taken_back(["14.99 succeeded"])


async def test_of_two_refunds_at_once_that_are_too_much_one_is_refused(database: None) -> None:
    user, movie = await make_user(), await make_movie(price=Decimal("9.99"))
    for number in range(rounds(200)):
        order_id = await place(user.id, movie.id)
        await begin(order_id)
        await settle(intent_of(order_id))
        [row] = await fetch("SELECT id FROM payments WHERE order_id = $1", order_id)
        wanted = PaymentRefund(reason="x", amount=Decimal("6.00"))
        outcomes = await asyncio.gather(
            *[refund_requests.refund_payment(row["id"], wanted, user.id) for _ in range(2)],
            return_exceptions=True,
        )
        refused = [one for one in outcomes if isinstance(one, RefundTooLarge)]
        assert len(refused) == 1, f"round {number}: {outcomes}"
        await fetch("UPDATE purchases SET revoked_at = now() WHERE revoked_at IS NULL")


async def test_a_refund_that_was_made_at_stripe_is_one_row(
    shop: Client, gateway: StripeGateway, settings: Settings, sale: Sale
) -> None:
    await gateway.create_refund(sale.intent, Decimal("14.99"), "usd", f"by hand {sale.intent}")
    told = await told_of(settings, sale.intent, "refund.", "charge.refund")
    assert len(told) == 2
    for event in [*told, *reversed(told)]:
        assert await knock(shop, event) == 200
    await work(shop)
    assert await state_of(sale) == taken_back(["14.99 succeeded"])
    assert await fetch("SELECT reason, requested_by_id FROM refunds") == [
        {"reason": "refunded at Stripe", "requested_by_id": None}
    ]
    assert await counted("payment.refunded") == 1


async def test_a_refund_that_a_bank_returns_restores_access_and_books(
    shop: Client, buyer: Buyer, settings: Settings, sale: Sale
) -> None:
    staff = await make_staff(shop, settings)
    await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY)
    await work(shop)
    [row] = await fetch("SELECT external_refund_id AS id FROM refunds")
    await simulator(settings, "/_refunds/fail", {"refund": row["id"]})
    told = await told_of(settings, sale.intent, "refund.", "charge.refund")
    for event in [*told, *told]:
        assert await knock(shop, event) == 200
    await work(shop)

    assert await state_of(sale) == untouched(sale) | {"refunds": ["14.99 failed"]}
    assert [await counted(kind) for kind in ("refund.failed", "order.restored")] == [1, 1]
    assert await bells(staff.user.id) == ["refund_failed"]
    assert (await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY))[0] == 202
    await work(shop)
    assert await state_of(sale) == taken_back(["14.99 failed", "14.99 succeeded"])


async def test_what_stripe_refuses_fails_here_and_alarms_the_staff(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings, sale: Sale
) -> None:
    staff = await make_staff(shop, settings)
    await gateway.create_refund(sale.intent, Decimal("10.00"), "usd", f"by hand {sale.intent}")
    await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY)
    await work(shop)
    assert await state_of(sale) == untouched(sale) | {"refunds": ["14.99 failed"]}
    assert await bells(staff.user.id) == ["refund_failed"]
    await refunds.hear_all(gateway, sale.intent)
    assert (await state_of(sale))["refunds"] == ["14.99 failed", "10.00 succeeded"]


async def test_an_order_that_is_not_paid_has_nothing_to_give_back(
    shop: Client, buyer: Buyer
) -> None:
    await buyer.add((await make_movie()).id)
    order_id = await buyer.order()
    status, body = await buyer.call("POST", f"/orders/{order_id}/refund", WHY)
    assert (status, body["code"]) == (409, NothingToRefund.code)
    assert await fetch("SELECT count(*) AS n FROM refunds") == [{"n": 0}]
