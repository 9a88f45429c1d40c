import asyncio
from typing import Any

import pytest
import stripe

from tests.waiting import eventually

from .shop import Shop


async def charge_of(shop: Shop, session: Any) -> Any:
    expanded = await shop.session(session.id, "payment_intent.latest_charge")
    return expanded.payment_intent.latest_charge


async def refund(shop: Shop, session: Any, **params: Any) -> Any:
    given: Any = {"payment_intent": session.payment_intent} | params
    return await shop.client.v1.refunds.create_async(given)


async def test_a_full_refund_returns_the_whole_charge(shop: Shop) -> None:
    session = await shop.paid()

    made = await refund(shop, session, metadata={"refund_id": "3"}, reason="requested_by_customer")

    assert (made.status, made.amount, made.currency) == ("succeeded", 3499, "usd")
    assert made.metadata.to_dict() == {"refund_id": "3"}
    charge = await charge_of(shop, session)
    assert (charge.refunded, charge.amount_refunded) == (True, 3499)
    assert (await shop.events())[4:] == ["refund.created", "charge.refunded"]
    assert (await shop.client.v1.refunds.retrieve_async(made.id)).charge == charge.id


async def test_partial_refunds_add_up_and_no_further(shop: Shop) -> None:
    session = await shop.paid()
    await refund(shop, session, amount=3000)
    with pytest.raises(stripe.InvalidRequestError, match=r"\$5.00.*\$4.99") as refusal:
        await refund(shop, session, amount=500)
    assert refusal.value.param == "amount"
    charge = await charge_of(shop, session)
    assert (charge.refunded, charge.amount_refunded) == (False, 3000)

    await refund(shop, session, amount=499)

    assert (await charge_of(shop, session)).refunded is True
    with pytest.raises(stripe.InvalidRequestError) as again:
        await refund(shop, session)
    assert again.value.code == "charge_already_refunded"


async def test_two_parallel_refunds_over_the_total_make_one(shop: Shop) -> None:
    session = await shop.paid()
    results = await asyncio.gather(
        *(refund(shop, session, amount=2000) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["InvalidRequestError", "Refund"]
    assert (await charge_of(shop, session)).amount_refunded == 2000


async def test_an_unpaid_intent_has_nothing_to_refund(shop: Shop) -> None:
    session = await shop.create()
    await shop.pay(session, "4000000000000002")
    declined = await shop.session(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        await refund(shop, declined)
    assert (await shop.client.v1.refunds.list_async()).data == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, None),
        ({"payment_intent": "pi_none"}, "resource_missing"),
        ({"charge": "ch_none"}, "resource_missing"),
        ({"payment_intent": "pi_none", "amount": 0}, "parameter_invalid_integer"),
        ({"payment_intent": "pi_none", "amount": "1.5"}, "parameter_invalid_integer"),
        ({"payment_intent": "pi_none", "sum": 5}, "parameter_unknown"),
    ],
)
async def test_a_refund_that_makes_no_sense_is_refused(
    shop: Shop, params: dict[str, Any], code: str | None
) -> None:
    given: Any = params
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.client.v1.refunds.create_async(given)
    assert refusal.value.code == code


async def test_a_slow_refund_is_pending_and_then_succeeds(shop: Shop) -> None:
    session = await shop.paid("4000000000007726")
    made = await refund(shop, session)
    assert made.status == "pending"
    await eventually(lambda: "charge.refund.updated" in shop.inbox.types)
    assert (await shop.client.v1.refunds.retrieve_async(made.id)).status == "succeeded"
    assert (await shop.events())[-2:] == ["refund.updated", "charge.refund.updated"]


async def test_a_refund_that_fails_later_gives_the_charge_back(shop: Shop) -> None:
    session = await shop.paid("4000000000005126")
    made = await refund(shop, session)
    assert made.status == "succeeded"
    await eventually(lambda: "refund.failed" in shop.inbox.types)
    assert (await shop.client.v1.refunds.retrieve_async(made.id)).status == "failed"
    assert (await shop.events())[-1] == "refund.failed"
    charge = await charge_of(shop, session)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)


async def test_a_test_can_make_any_refund_fail_once(shop: Shop) -> None:
    session = await shop.paid()
    made = await refund(shop, session)
    for _ in range(2):
        async with shop.browser.post(
            f"{shop.url}/_refunds/fail", json={"refund": made.id}
        ) as response:
            assert (await response.json())["status"] == "failed"
    assert (await charge_of(shop, session)).amount_refunded == 0
    assert (await shop.events()).count("refund.failed") == 1
