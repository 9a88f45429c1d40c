from collections.abc import AsyncIterator

import pytest

from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.house import Buyer, make_buyer, simulator
from tests.invariants import assert_books_balance


@pytest.fixture
async def shop(client: Client, settings: Settings) -> AsyncIterator[Client]:
    """The application, with Stripe's webhooks pointed at it; at the end its books balance."""
    url = str(client.make_url("/api/v1/payments/webhook"))
    await simulator(settings, "/_webhook", {"url": url})
    await simulator(settings, "/_requests", None, "DELETE")
    yield client
    await simulator(settings, "/_webhook", {"url": ""})
    await simulator(settings, "/_faults", None, "DELETE")
    await assert_books_balance()


@pytest.fixture
async def buyer(shop: Client, settings: Settings) -> Buyer:
    return await make_buyer(shop, settings)


@pytest.fixture
def gateway(shop: Client) -> StripeGateway:
    return resources_of(shop).gateway
