from pathlib import Path

import pytest
import stripe

from tests.waiting import eventually

from .shop import SECRETS, Shop, open_inbox, open_shop

PAID = {
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
}


async def test_every_secret_signs_each_webhook(shop: Shop) -> None:
    await shop.paid()
    await eventually(lambda: len(shop.inbox.bodies) == 4)
    for body, signature in zip(shop.inbox.bodies, shop.inbox.signatures, strict=True):
        assert signature.count("v1=") == 2
        for secret in SECRETS:
            stripe.Webhook.construct_event(body, signature, secret)
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, signature, "whsec_other")


async def test_the_envelope_is_stripes_and_shows_the_object_as_it_was(shop: Shop) -> None:
    session = await shop.paid()
    await eventually(lambda: set(shop.inbox.types) == PAID)
    event = next(e for e in shop.inbox.events if e.type == "checkout.session.completed").to_dict()
    assert event["object"] == "event"
    assert event["api_version"] == "2026-10-28.endive"
    assert event["livemode"] is False
    assert event["pending_webhooks"] == 1
    assert event["request"] == {"id": None, "idempotency_key": None}
    assert event["data"]["object"]["id"] == session.id
    assert event["data"]["object"]["payment_status"] == "paid"
    assert not [key for key in event["data"]["object"] if key.startswith("_")]


async def test_an_event_names_the_request_that_caused_it(shop: Shop) -> None:
    session = await shop.create()
    expired = await shop.client.v1.checkout.sessions.expire_async(
        session.id, options={"idempotency_key": "expire:7"}
    )
    await eventually(lambda: len(shop.inbox.bodies) == 1)
    [event] = shop.inbox.events
    assert event.request is not None
    assert expired.last_response is not None
    assert event.request.id == expired.last_response.headers["Request-Id"]
    assert event.request.idempotency_key == "expire:7"


async def test_a_refused_webhook_is_sent_again_after_one_then_two_seconds(shop: Shop) -> None:
    shop.inbox.answers = [500, 302]
    session = await shop.create()
    await shop.client.v1.checkout.sessions.expire_async(session.id)

    await eventually(lambda: len(shop.inbox.times) == 3, timeout=6)

    first, second, third = shop.inbox.times
    assert 0.9 < second - first < 1.8
    assert 1.9 < third - second < 2.8
    assert len({event.id for event in shop.inbox.events}) == 1
    [event] = shop.inbox.events[:1]
    while not await _delivered(shop, event.id):
        pass


async def _delivered(shop: Shop, event_id: str) -> bool:
    return (await shop.client.v1.events.retrieve_async(event_id)).pending_webhooks == 0


async def test_a_restart_keeps_the_objects_and_sends_what_was_not_delivered(
    tmp_path: Path,
) -> None:
    async with open_inbox() as (inbox, url):
        async with open_shop(tmp_path, inbox, url) as shop:
            await shop.fault(hold_webhooks=True)
            paid = await shop.paid()
            created = await shop.create("checkout:7:1")
        assert inbox.bodies == []

        async with open_shop(tmp_path, inbox, url) as shop:
            await eventually(lambda: set(inbox.types) == PAID)
            again = await shop.session(paid.id)
            assert (again.payment_status, again.amount_total) == ("paid", 3499)
            assert (await shop.create("checkout:7:1")).id == created.id


async def test_dropped_webhooks_never_arrive_and_their_events_are_stored(shop: Shop) -> None:
    await shop.fault(drop_webhooks=["checkout.session.completed"])
    await shop.paid()
    await eventually(lambda: set(shop.inbox.types) == PAID - {"checkout.session.completed"})
    assert set(await shop.events()) == PAID
    stored = await shop.client.v1.events.list_async({"type": "checkout.session.completed"})
    assert stored.data[0].pending_webhooks == 0


async def test_duplicated_webhooks_carry_one_event_id(shop: Shop) -> None:
    await shop.fault(duplicate_webhooks=19)
    session = await shop.create()
    await shop.client.v1.checkout.sessions.expire_async(session.id)
    await eventually(lambda: len(shop.inbox.bodies) == 20)
    assert len({event.id for event in shop.inbox.events}) == 1


async def test_reordered_webhooks_arrive_in_reverse(shop: Shop) -> None:
    await shop.fault(reorder_webhooks=True)
    await shop.paid()
    await eventually(lambda: len(shop.inbox.bodies) == 4)
    assert shop.inbox.types == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]


async def test_held_webhooks_arrive_when_released(shop: Shop) -> None:
    await shop.fault(hold_webhooks=["charge.succeeded"])
    await shop.paid()
    await eventually(lambda: set(shop.inbox.types) == PAID - {"charge.succeeded"})
    await shop.fault(release=True)
    await eventually(lambda: set(shop.inbox.types) == PAID)


async def test_delayed_webhooks_wait_and_clearing_the_faults_sends_them(shop: Shop) -> None:
    await shop.fault(delay_webhooks=60)
    await shop.paid()
    assert shop.inbox.bodies == []
    await shop.clear_faults()
    await eventually(lambda: set(shop.inbox.types) == PAID)


async def test_a_stored_event_can_be_sent_again_altered(shop: Shop) -> None:
    await shop.fault(drop_webhooks=True)
    await shop.paid()
    [event] = (await shop.client.v1.events.list_async({"type": "charge.succeeded"})).data

    answer = await shop.send_event(
        id=event.id, changes={"amount": 1}, event_changes={"livemode": True}, times=3
    )

    assert answer == {"id": event.id, "status": 200, "statuses": [200, 200, 200]}
    sent = shop.inbox.events[0].to_dict()
    assert (sent["livemode"], sent["data"]["object"]["amount"]) == (True, 1)
    assert (await shop.client.v1.events.retrieve_async(event.id)).livemode is False


async def test_an_event_can_be_sent_with_a_bad_or_an_old_signature(shop: Shop) -> None:
    await shop.send_event(type="charge.succeeded", secrets=["whsec_forged"])
    await shop.send_event(type="charge.succeeded", signed_at=1)
    assert len(shop.inbox.bodies) == 2
    for body, signature in zip(shop.inbox.bodies, shop.inbox.signatures, strict=True):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, signature, SECRETS[0])


async def test_webhooks_go_where_the_shop_says_it_is_now(shop: Shop) -> None:
    async with open_inbox() as (moved, url):
        async with shop.browser.post(f"{shop.url}/_webhook", json={"url": url}) as response:
            assert response.status == 200
        await shop.paid()
        await eventually(lambda: set(moved.types) == PAID)
        assert shop.inbox.bodies == []


async def test_without_a_webhook_url_events_are_only_stored(tmp_path: Path) -> None:
    async with open_inbox() as (inbox, _), open_shop(tmp_path, inbox, "") as shop:
        await shop.paid()
        assert set(await shop.events()) == PAID
        assert inbox.bodies == []
