import asyncio

import pytest
import stripe

from .shop import Shop, new_client, session_params

CREATE = "POST /v1/checkout/sessions"


async def sessions(shop: Shop) -> int:
    return len((await shop.client.v1.checkout.sessions.list_async()).data)


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("500", stripe.APIError),
        ("503", stripe.APIError),
        ("502", stripe.APIError),
        ("409", stripe.APIError),
        ("429", stripe.RateLimitError),
        ("bad_json", stripe.APIError),
        ("cut_body", stripe.APIConnectionError),
        ("reset", stripe.APIConnectionError),
    ],
)
@pytest.mark.parametrize("after_work", [False, True])
async def test_a_fault_spoils_the_answer_on_its_side_of_the_work(
    shop: Shop, mode: str, error: type[stripe.StripeError], after_work: bool
) -> None:
    await shop.fault(fail_next={"route": CREATE, "mode": mode, "after_work": after_work})

    with pytest.raises(error):
        await shop.create("k")

    assert await sessions(shop) == int(after_work)
    assert (await shop.create("k")).status == "open"
    assert await sessions(shop) == 1


async def test_the_sdk_gets_through_two_failures_with_its_retries(shop: Shop) -> None:
    await shop.fault(fail_next={"route": CREATE, "mode": "500", "times": 2})
    client = new_client(shop.url, retries=2)
    session = await client.v1.checkout.sessions.create_async(session_params())  # type: ignore[arg-type]
    assert session.status == "open"
    seen = await shop.requests(CREATE)
    assert [request["status"] for request in seen] == [500, 500, 200]
    assert len({request["idempotency_key"] for request in seen}) == 1


async def test_work_done_without_an_answer_is_found_by_the_same_key(shop: Shop) -> None:
    await shop.fault(hang_after_work={"route": CREATE, "seconds": 60})
    hanging = asyncio.create_task(shop.create("k"))
    while not await sessions(shop):
        assert not hanging.done()
    hanging.cancel()

    session = await shop.create("k")

    assert [s.id for s in (await shop.client.v1.checkout.sessions.list_async()).data] == [
        session.id
    ]


async def test_a_fault_concerns_its_route_only(shop: Shop) -> None:
    await shop.fault(fail_next={"route": "GET /v1/checkout/sessions/{id}", "mode": "500"})
    session = await shop.create()
    with pytest.raises(stripe.APIError):
        await shop.session(session.id)
    assert (await shop.session(session.id)).id == session.id


async def test_clearing_forgets_the_faults(shop: Shop) -> None:
    await shop.fault(fail_next={"mode": "500", "times": 100})
    await shop.clear_faults()
    assert (await shop.create()).status == "open"


@pytest.mark.parametrize("order", [{"fail_nxt": {}}, {"fail_next": {"mode": "teapot"}}, []])
async def test_an_order_that_makes_no_sense_is_refused(shop: Shop, order: object) -> None:
    async with shop.browser.post(f"{shop.url}/_faults", json=order) as response:
        assert response.status == 400


async def test_a_foreign_pages_form_cannot_order_faults(shop: Shop) -> None:
    status, _ = await shop.post_form(f"{shop.url}/_faults", {"hold_webhooks": "true"})
    assert status == 415
