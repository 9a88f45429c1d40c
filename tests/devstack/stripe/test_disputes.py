from typing import Any

import pytest
import stripe

from .shop import Shop

DISPUTED = "4000000000000259"


async def disputed(shop: Shop) -> tuple[Any, Any]:
    session = await shop.paid(DISPUTED)
    params: Any = {"payment_intent": session.payment_intent}
    [dispute] = (await shop.client.v1.disputes.list_async(params)).data
    return session, dispute


async def evidence(shop: Shop, dispute: Any, text: str) -> Any:
    params: Any = {"evidence": {"uncategorized_text": text}}
    return await shop.client.v1.disputes.update_async(dispute.id, params)


async def refund(shop: Shop, session: Any) -> Any:
    return await shop.client.v1.refunds.create_async({"payment_intent": session.payment_intent})


async def test_an_open_dispute_blocks_refunds(shop: Shop) -> None:
    session, _ = await disputed(shop)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await refund(shop, session)
    assert refusal.value.code == "charge_disputed"
    assert (await shop.client.v1.refunds.list_async()).data == []


async def test_winning_evidence_wins_and_refunds_are_possible_again(shop: Shop) -> None:
    session, dispute = await disputed(shop)
    assert (await evidence(shop, dispute, "winning_evidence")).status == "won"
    assert (await shop.events())[-2:] == [
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]
    assert (await refund(shop, session)).status == "succeeded"


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_dispute_accepted_or_answered_badly_is_lost(shop: Shop, accepted: bool) -> None:
    session, dispute = await disputed(shop)
    if accepted:
        closed = await shop.client.v1.disputes.close_async(dispute.id)
    else:
        closed = await evidence(shop, dispute, "losing_evidence")
    assert closed.status == "lost"
    assert (await shop.events())[-1] == "charge.dispute.closed"
    with pytest.raises(stripe.InvalidRequestError):
        await refund(shop, session)


async def test_a_closed_dispute_stays_as_it_is(shop: Shop) -> None:
    _, dispute = await disputed(shop)
    await shop.client.v1.disputes.close_async(dispute.id)
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        await evidence(shop, dispute, "winning_evidence")
    assert (await shop.client.v1.disputes.retrieve_async(dispute.id)).status == "lost"
    assert (await shop.events()).count("charge.dispute.closed") == 1


async def test_other_evidence_puts_the_dispute_under_review(shop: Shop) -> None:
    _, dispute = await disputed(shop)
    assert (await evidence(shop, dispute, "a letter")).status == "under_review"


async def test_a_test_can_dispute_any_payment_once(shop: Shop) -> None:
    session = await shop.paid()
    order = {"payment_intent": session.payment_intent}
    statuses = []
    for _ in range(2):
        async with shop.browser.post(f"{shop.url}/_disputes", json=order) as response:
            statuses.append(response.status)
    assert statuses == [200, 400]
    assert (await shop.events()).count("charge.dispute.created") == 1
