"""Stripe: the only module that speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import stripe

from cinema.settings import Settings

TIMEOUT = 10.0
MAX_RETRIES = 2


class StripeGateway:
    def __init__(self, settings: Settings, client: stripe.StripeClient) -> None:
        self._settings = settings
        self._client = client


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[StripeGateway]:
    http = stripe.HTTPXClient(timeout=TIMEOUT)
    client = stripe.StripeClient(
        settings.stripe_api_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_url},
        http_client=http,
        max_network_retries=MAX_RETRIES,
    )
    try:
        yield StripeGateway(settings, client)
    finally:
        await http.close_async()
