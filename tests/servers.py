"""Real servers for the tests, private to one test process, in a loop of their own."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.devstack.s3 import S3Server
from cinema.devstack.s3_door import open_door
from cinema.devstack.smtp import SmtpCatcher
from cinema.devstack.stripe import SimulatorConfig, run_simulator

T = TypeVar("T")


class BackgroundLoop:
    """An event loop in a thread: what lives in it outlives every test's own loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=10)


class Servers:
    """PostgreSQL, Redis and S3 as processes; started together, stopped together."""

    def __init__(self, folder: Path) -> None:
        self.background = BackgroundLoop()
        self.folder = folder
        self.postgres = PostgresServer(folder / "postgres", durable=False)
        self.redis = RedisServer(folder / "redis", keep=False)
        self.s3 = S3Server(folder / "s3", access_key="test-access", secret_key="test-secret")
        self.smtp = SmtpCatcher(folder / "mail")
        self._stack = AsyncExitStack()
        self.stripe_url = ""
        self.s3_public_url = ""

    async def _start(self) -> None:
        await asyncio.gather(
            self.postgres.start(), self.redis.start(), self.s3.start(), self.smtp.start()
        )
        door = await self._stack.enter_async_context(open_door(self.s3.url))
        self.s3_public_url = door.url
        config = SimulatorConfig(
            data_dir=self.folder / "stripe",
            api_key="sk_test_cinema",
            webhook_url="",
            webhook_secrets=("whsec_test",),
        )
        self.stripe_url = await self._stack.enter_async_context(
            run_simulator(config, "127.0.0.1", 0)
        )

    async def _stop(self) -> None:
        await self._stack.aclose()
        await asyncio.gather(
            self.postgres.stop(),
            self.redis.stop(),
            self.s3.stop(),
            self.smtp.stop(),
            return_exceptions=True,
        )

    @property
    def smtp_url(self) -> str:
        return self.smtp.url

    def start(self) -> None:
        self.background.run(self._start())

    def stop(self) -> None:
        self.background.run(self._stop())
        self.background.stop()
