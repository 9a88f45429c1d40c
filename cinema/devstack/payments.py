"""The Stripe simulator as one of the private servers."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

from cinema.devstack.stripe import SimulatorConfig, run_simulator

WEBHOOK_PATH = "/api/v1/payments/webhook"


class StripeServer:
    """The simulator inside this process, on a port that stays the same over its restarts.

    `env` names its keys as the product's settings do; webhooks go to the web process at `shop`.
    """

    name = "stripe"

    def __init__(self, data: Path, env: Mapping[str, str], shop: str, *, port: int = 0) -> None:
        secrets = env["CINEMA_STRIPE_WEBHOOK_SECRETS"].split(",")
        self._config = SimulatorConfig(
            data_dir=data,
            api_key=env["CINEMA_STRIPE_API_KEY"],
            webhook_url=f"{shop}{WEBHOOK_PATH}",
            webhook_secrets=tuple(secret.strip() for secret in secrets),
        )
        self._port = port
        self._running = AsyncExitStack()
        self.running = False
        self.url = ""

    async def start(self) -> None:
        self.url = await self._running.enter_async_context(
            run_simulator(self._config, "127.0.0.1", self._port)
        )
        self._port = urlsplit(self.url).port or 0
        self.running = True

    async def stop(self) -> None:
        self.running = False
        await self._running.aclose()
