import asyncio

import pytest
import stripe

from .shop import Shop

CREATE = "POST /v1/checkout/sessions"


async def test_the_same_key_replays_status_and_body(shop: Shop) -> None:
    first = await shop.create("checkout:7:1")
    second = await shop.create("checkout:7:1")
    assert first.last_response.body == second.last_response.body
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Idempotency-Key"] == "checkout:7:1"
    original = first.last_response.headers["Request-Id"]
    assert second.last_response.headers["Original-Request"] == original
    assert second.last_response.headers["Request-Id"] != original
    assert len((await shop.client.v1.checkout.sessions.list_async()).data) == 1


async def test_the_same_key_with_other_parameters_is_refused(shop: Shop) -> None:
    first = await shop.create("k")
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refusal:
        await shop.create("k", client_reference_id="order-8")
    assert refusal.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        await shop.client.v1.checkout.sessions.expire_async(
            first.id, options={"idempotency_key": "k"}
        )
    assert [s.status for s in (await shop.client.v1.checkout.sessions.list_async()).data] == [
        "open"
    ]


async def test_a_key_in_flight_is_a_conflict_and_the_work_is_done_once(shop: Shop) -> None:
    await shop.fault(fail_next={"route": CREATE, "mode": "hang", "seconds": 60})
    slow = asyncio.create_task(shop.create("k"))
    while not await shop.requests(CREATE):
        assert not slow.done()

    with pytest.raises(stripe.APIError) as conflict:
        await shop.create("k")

    assert conflict.value.http_status == 409
    assert conflict.value.json_body["error"]["code"] == "idempotency_key_in_use"  # type: ignore[index]

    await shop.clear_faults()

    assert (await slow).id == (await shop.create("k")).id
    assert len((await shop.client.v1.checkout.sessions.list_async()).data) == 1


async def test_a_request_that_failed_its_validation_may_be_corrected(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await shop.create("k", mode="setup")
    assert (await shop.create("k")).status == "open"


async def test_an_error_of_the_execution_is_replayed(shop: Shop) -> None:
    session = await shop.create()
    await shop.client.v1.checkout.sessions.expire_async(session.id)
    bodies = []
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="status of `expired`") as refusal:
            await shop.client.v1.checkout.sessions.expire_async(
                session.id, options={"idempotency_key": "k"}
            )
        bodies.append(refusal.value.http_body)
    assert bodies[0] == bodies[1]
    assert await shop.events() == ["checkout.session.expired"]


async def test_many_requests_of_one_key_make_one_object(shop: Shop) -> None:
    sessions = await asyncio.gather(*(shop.create("k") for _ in range(20)))
    assert len({session.id for session in sessions}) == 1
    assert [r["idempotency_key"] for r in await shop.requests(CREATE)] == ["k"] * 20
