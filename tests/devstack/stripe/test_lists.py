from typing import Any

import pytest
import stripe

from .shop import Shop, line


async def listed(shop: Shop, **params: Any) -> tuple[list[str], bool]:
    given: Any = params
    page = await shop.client.v1.checkout.sessions.list_async(given)
    return [session.id for session in page.data], page.has_more


async def test_pages_go_forward_and_back_newest_first(shop: Shop) -> None:
    ids = [(await shop.create()).id for _ in range(5)][::-1]
    assert await listed(shop, limit=2) == (ids[:2], True)
    assert await listed(shop, limit=2, starting_after=ids[1]) == (ids[2:4], True)
    assert await listed(shop, limit=2, starting_after=ids[3]) == (ids[4:], False)
    assert await listed(shop, limit=2, ending_before=ids[3]) == (ids[1:3], True)
    assert await listed(shop, limit=2, ending_before=ids[1]) == (ids[:1], False)
    assert await listed(shop) == (ids, False)


async def test_the_sdk_pages_through_everything(shop: Shop) -> None:
    ids = {(await shop.create()).id for _ in range(7)}
    page = await shop.client.v1.checkout.sessions.list_async({"limit": 3})
    assert {session.id async for session in page.auto_paging_iter()} == ids


async def test_sessions_are_found_by_state_intent_mail_and_time(shop: Shop) -> None:
    opened = await shop.create(customer_email="ann@example.com")
    paid = await shop.paid()
    assert await listed(shop, status="open") == ([opened.id], False)
    assert await listed(shop, status="complete") == ([paid.id], False)
    assert await listed(shop, payment_intent=paid.payment_intent) == ([paid.id], False)
    assert (await listed(shop, customer_details={"email": "ann@example.com"}))[0] == [opened.id]
    assert (await listed(shop, created={"gte": opened.created}))[0] == [paid.id, opened.id]
    assert (await listed(shop, created={"lt": opened.created}))[0] == []
    assert (await listed(shop, created={"gt": paid.created + 60}))[0] == []


async def test_charges_and_refunds_are_found_by_their_intent(shop: Shop) -> None:
    first, second = await shop.paid(), await shop.paid()
    refund = await shop.client.v1.refunds.create_async(
        {"payment_intent": str(first.payment_intent)}
    )
    of_first: Any = {"payment_intent": first.payment_intent}
    of_second: Any = {"payment_intent": second.payment_intent}
    assert [r.id for r in (await shop.client.v1.refunds.list_async(of_first)).data] == [refund.id]
    assert (await shop.client.v1.refunds.list_async(of_second)).data == []
    assert len((await shop.client.v1.charges.list_async(of_first)).data) == 1
    assert len((await shop.client.v1.payment_intents.list_async()).data) == 2


async def test_events_are_found_by_type(shop: Shop) -> None:
    await shop.paid()
    wanted: Any = {"types": ["charge.succeeded", "payment_intent.created"]}
    found = (await shop.client.v1.events.list_async(wanted)).data
    assert [event.type for event in found] == ["charge.succeeded", "payment_intent.created"]


async def test_a_list_expands_within_its_data(shop: Shop) -> None:
    await shop.paid()
    page: Any = await shop.client.v1.checkout.sessions.list_async(
        {"expand": ["data.payment_intent"]}
    )
    assert page.data[0].payment_intent.status == "succeeded"


async def test_line_items_are_listed_page_by_page(shop: Shop) -> None:
    names = [f"Film {number}" for number in range(25)]
    session = await shop.create(line_items=[line(name, 100) for name in names])
    pages = await shop.client.v1.checkout.sessions.line_items.list_async(session.id, {"limit": 10})
    assert [item.description async for item in pages.auto_paging_iter()] == names


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"status": "gone"}, {"starting_after": "cs_none"}]
)
async def test_a_list_that_makes_no_sense_is_refused(shop: Shop, params: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await listed(shop, **params)
