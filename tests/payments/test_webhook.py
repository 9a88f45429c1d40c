"""The door for Stripe's webhooks: what is not signed does not come in, what is comes in once."""

import asyncio
import json
import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from cinema.app import create_app
from cinema.database import fetch
from cinema.devstack.stripe.webhooks import sign
from cinema.payments.stripe import open_gateway
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, emitted, run_jobs
from tests.payments.till import books, events_of, knock, one_set, pay_unheard

PING: dict[str, Any] = {
    "id": "evt_ping", "type": "ping", "livemode": False, "data": {"object": {"id": "x"}}
}  # fmt: skip


async def stored() -> int:
    [row] = await fetch("SELECT count(*) AS n FROM webhook_events")
    return int(row["n"])


async def test_twenty_copies_of_an_event_at_once_pay_the_order_once(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id = await pay_unheard(settings, buyer, (await make_movie()).id)
    event = (await events_of(settings, order_id))["checkout.session.completed"]

    statuses = await asyncio.gather(*(knock(shop, event) for _ in range(20)))

    assert statuses == [200] * 20
    assert await stored() == 1
    assert (await emitted()).count("stripe_event.received") == 1
    await run_jobs(resources_of(shop))
    assert await books(order_id) == one_set()


@pytest.mark.parametrize(
    "forged",
    [
        {"secrets": ()},
        {"secrets": ("whsec_other",)},
        {"secrets": ("",)},
        {"signature": "t=1,v1=00"},
        {"signature": "naïve"},
        {"age": 310},
    ],
    ids=["missing", "wrong secret", "empty secret", "made up", "not ASCII", "too old"],
)
async def test_a_bad_signature_is_refused_and_nothing_is_stored(
    shop: Client, forged: dict[str, Any]
) -> None:
    assert await knock(shop, PING, **forged) == 400
    assert await stored() == 0
    assert await emitted() == []


async def test_a_body_that_was_tampered_with_is_refused(shop: Client) -> None:
    signature = sign(json.dumps(PING).encode(), int(time.time()), ["whsec_test"])
    assert await knock(shop, PING | {"id": "evt_other"}, signature=signature) == 400
    assert await stored() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"id": "evt_1"}',
        b'{"id": "evt_1", "type": "ping", "livemode": false, "data": {"object": 1}}',
    ],
    ids=["empty", "cut off", "a list", "null", "not UTF-8", "without a type", "about nothing"],
)
async def test_a_signed_body_that_is_no_event_is_refused(shop: Client, body: bytes) -> None:
    assert await knock(shop, body) == 400
    assert await stored() == 0


async def test_a_body_over_a_mebibyte_is_refused(shop: Client) -> None:
    large = PING | {"data": {"object": {"padding": "x" * (1024 * 1024)}}}
    assert await knock(shop, large) == 413
    assert await stored() == 0


async def test_a_body_just_under_a_mebibyte_is_stored(shop: Client) -> None:
    large = PING | {"data": {"object": {"padding": "x" * (1024 * 1024 - 200)}}}
    assert await knock(shop, large) == 200
    assert await stored() == 1
    await run_jobs(resources_of(shop))


async def test_an_event_of_nearly_five_minutes_ago_is_accepted(shop: Client) -> None:
    assert await knock(shop, PING, age=290) == 200
    assert await stored() == 1


async def test_an_event_that_is_signed_twice_during_a_rotation_is_accepted(shop: Client) -> None:
    assert await knock(shop, PING, secrets=("whsec_old", "whsec_test")) == 200
    assert await stored() == 1


async def test_each_of_several_configured_secrets_is_accepted(settings: Settings) -> None:
    both = tuple(SecretStr(secret) for secret in ("whsec_new", "whsec_test"))
    rotating = settings.model_copy(update={"stripe_webhook_secrets": both})
    body = json.dumps(PING).encode()
    async with open_gateway(rotating) as gateway:
        for secret in ("whsec_new", "whsec_test"):
            assert gateway.verify(body, sign(body, int(time.time()), [secret])).id == "evt_ping"


async def test_without_a_configured_secret_there_is_no_webhook(
    settings: Settings, clean: None
) -> None:
    deaf = settings.model_copy(update={"stripe_webhook_secrets": ()})
    async with TestClient(TestServer(create_app(deaf))) as client:
        assert await knock(client, PING) == 404
        assert await knock(client, PING, secrets=("",)) == 404
        assert await stored() == 0
