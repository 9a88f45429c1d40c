"""`cinema stripe`."""

import asyncio
import signal
from pathlib import Path

import structlog

from cinema.devstack.payments import WEBHOOK_PATH
from cinema.devstack.stripe import SimulatorConfig, run_simulator
from cinema.settings import Settings

log = structlog.get_logger()


async def simulate_stripe(settings: Settings, folder: Path, host: str, port: int) -> int:
    """Serve the simulator until SIGTERM or Ctrl-C; webhooks go to the public address."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    config = SimulatorConfig(
        data_dir=folder,
        api_key=settings.stripe_api_key.get_secret_value(),
        webhook_url=settings.public_url + WEBHOOK_PATH,
        webhook_secrets=tuple(one.get_secret_value() for one in settings.stripe_webhook_secrets),
    )
    async with run_simulator(config, host, port) as url:
        log.info("listening", url=url)
        await stop.wait()
    return 0
