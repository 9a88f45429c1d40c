from collections.abc import AsyncIterator

import pytest

from cinema.settings import Settings
from tests.conftest import Client
from tests.house import Buyer, make_buyer, simulator


@pytest.fixture
async def shop(client: Client, settings: Settings) -> AsyncIterator[Client]:
    """The application, with Stripe's webhooks pointed at it."""
    url = str(client.make_url("/api/v1/payments/webhook"))
    await simulator(settings, "/_webhook", {"url": url})
    await simulator(settings, "/_requests", None, "DELETE")
    yield client
    await simulator(settings, "/_faults", None, "DELETE")
    await simulator(settings, "/_webhook", {"url": ""})


@pytest.fixture
async def buyer(shop: Client, settings: Settings) -> Buyer:
    return await make_buyer(shop, settings)
