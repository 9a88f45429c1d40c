"""A cardholder's bank takes the money back: whatever is heard in whatever order, one end."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import aiohttp
import pytest

from cinema.database import fetch
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.conftest import Client, resources_of
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
from tests.payments.till import knock

WHY = {"reason": "I changed my mind"}


@pytest.fixture
async def sale(shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings) -> Sale:
    return await sell(buyer, gateway, settings)


async def dispute(settings: Settings, sale: Sale) -> str:
    made = await simulator(settings, "/_disputes", {"payment_intent": sale.intent})
    return str(made["id"])


async def decide(settings: Settings, dispute_id: str, evidence: str) -> None:
    """Answer a dispute as the shop's owner does, with a text that decides it in test mode."""
    headers = {"Authorization": f"Bearer {settings.stripe_api_key.get_secret_value()}"}
    url = f"{settings.stripe_api_url}/v1/disputes/{dispute_id}"
    form = {"evidence[uncategorized_text]": evidence}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=form, headers=headers) as response,
    ):
        assert response.status == 200


async def hear(shop: Client, events: Any) -> None:
    for event in events:
        assert await knock(shop, event) == 200
    await run_jobs(resources_of(shop))


async def test_an_open_dispute_blocks_refunds_and_a_won_one_lets_go(
    shop: Client, buyer: Buyer, settings: Settings, sale: Sale
) -> None:
    staff = await make_staff(shop, settings)
    dispute_id = await dispute(settings, sale)
    await hear(shop, await told_of(settings, sale.intent, "charge.dispute."))
    assert await state_of(sale) == untouched(sale) | {"payment": "disputed"}
    assert await bells(staff.user.id) == ["payment_disputed"]
    for who in (buyer, staff):
        status, body = await who.call("POST", f"/orders/{sale.order_id}/refund", WHY)
        assert (status, body["code"]) == (409, "payment_disputed")

    await decide(settings, dispute_id, "winning_evidence")
    await hear(shop, await told_of(settings, sale.intent, "charge.dispute."))
    assert await state_of(sale) == untouched(sale)
    assert (await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY))[0] == 202
    await run_jobs(resources_of(shop))
    assert await state_of(sale) == taken_back(["14.99 succeeded"])


async def test_a_won_dispute_leaves_a_part_that_was_refunded_refunded(
    shop: Client, buyer: Buyer, settings: Settings, sale: Sale
) -> None:
    await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY | {"items": sale.ids[1:]})
    await run_jobs(resources_of(shop))
    partly = {
        "order": "partially_refunded", "payment": "partially_refunded", "owned": sale.ids[:1],
        "refunds": ["5.00 succeeded"], "on_items": Decimal("5.00"),
    }  # fmt: skip
    assert await state_of(sale) == partly
    dispute_id = await dispute(settings, sale)
    await hear(shop, await told_of(settings, sale.intent, "charge.dispute."))
    assert await state_of(sale) == partly | {"payment": "disputed"}
    await decide(settings, dispute_id, "winning_evidence")
    await hear(shop, await told_of(settings, sale.intent, "charge.dispute."))
    assert await state_of(sale) == partly


async def test_a_lost_dispute_takes_everything_and_the_owner_is_told(
    shop: Client, buyer: Buyer, settings: Settings, sale: Sale
) -> None:
    staff = await make_staff(shop, settings)
    dispute_id = await dispute(settings, sale)
    await hear(shop, await told_of(settings, sale.intent, "charge.dispute."))
    await decide(settings, dispute_id, "losing_evidence")
    told = await told_of(settings, sale.intent, "charge.dispute.")
    await hear(shop, [*told, *told])
    assert await state_of(sale) == taken_back(None)
    assert await bells(buyer.user.id) == ["order_paid", "dispute_lost"]
    assert await bells(staff.user.id) == ["payment_disputed", "dispute_closed"]
    assert await counted("order.refunded") == 1
    status, body = await buyer.call("POST", f"/orders/{sale.order_id}/refund", WHY)
    assert (status, body["code"]) == (409, "nothing_to_refund")


FORGET = (
    "DELETE FROM disputes",
    "UPDATE payments SET status = 'successful'",
    "UPDATE payment_items SET refunded_amount = 0",
    "UPDATE orders SET status = 'paid', closed_at = NULL",
    "UPDATE purchases SET revoked_at = NULL",
)


@pytest.mark.parametrize("evidence", ["winning_evidence", "losing_evidence"])
async def test_the_events_of_a_dispute_lead_to_the_same_end_in_every_order(
    shop: Client, settings: Settings, sale: Sale, evidence: str
) -> None:
    """Every order of all events, the first of them told twice, each time on fresh books."""
    await decide(settings, await dispute(settings, sale), evidence)
    events = await told_of(settings, sale.intent, "charge.dispute.")
    won = evidence == "winning_evidence"
    assert len(events) == (4 if won else 3)
    orders = list(permutations(events))
    for number, order in enumerate(orders):
        for statement in FORGET:
            await fetch(statement)
        fresh = [event | {"id": f"{event['id']}_{number}"} for event in order]
        await hear(shop, [*fresh, fresh[0]])
        names = [event["type"] for event in order]
        assert await state_of(sale) == (untouched(sale) if won else taken_back(None)), names
    assert await counted("payment.disputed") == await counted("payment.dispute_closed")
    assert await counted("payment.dispute_closed") == len(orders)
    assert await counted("order.refunded") == (0 if won else len(orders))


async def test_an_open_dispute_that_is_decided_between_its_events_ends_the_same_way(
    shop: Client, settings: Settings, sale: Sale
) -> None:
    """The first event is worked on while the dispute is open, and its repeats afterwards."""
    dispute_id = await dispute(settings, sale)
    opened = await told_of(settings, sale.intent, "charge.dispute.")
    await hear(shop, opened[1:])
    assert (await state_of(sale))["payment"] == "disputed"
    await decide(settings, dispute_id, "losing_evidence")
    closed = (await told_of(settings, sale.intent, "charge.dispute."))[len(opened) :]
    await hear(shop, [*closed, opened[0]])
    assert await state_of(sale) == taken_back(None)
