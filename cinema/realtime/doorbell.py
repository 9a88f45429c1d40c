"""Redis pub/sub, which rings when there is something new in the log, and may fail to."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from cinema.outbox import CHANNEL
from cinema.resources import blocking_client
from cinema.settings import Settings

SILENCE = 3.0
"""Seconds without a word from Redis after which it is asked for one."""
DEAF = 8.0
"""Seconds after which the connection is given up: redis-py never notices a half-open one."""
LISTEN = 0.5
RETRY = 0.5
"""Seconds between two attempts to connect."""

log = structlog.get_logger()


class Doorbell:
    """Calls `ring` with each message and `reconnected` after each subscription, also a silent one.

    `heard` tells whether Redis can be relied on at the moment.
    """

    def __init__(
        self,
        settings: Settings,
        ring: Callable[[str], Awaitable[None]],
        reconnected: Callable[[], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._ring = ring
        self._reconnected = reconnected
        self._last_word = -DEAF
        self._asked = False
        self._subscribed = False
        self._pubsub: PubSub | None = None

    @property
    def heard(self) -> bool:
        return self._subscribed and not self._asked

    async def listen(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with blocking_client(self._settings) as redis, redis.pubsub() as pubsub:
                    async with asyncio.timeout(SILENCE):
                        await pubsub.subscribe(CHANNEL)
                    self._pubsub = pubsub
                    await self._follow(pubsub, stop)
            except (RedisError, OSError, TimeoutError) as error:
                if self._subscribed:
                    log.warning("doorbell_lost", error=type(error).__name__)
            self._subscribed, self._pubsub = False, None
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY)

    async def nudge(self) -> None:
        """Make Redis say something, so that a stop is noticed at once."""
        with suppress(RedisError, OSError, TimeoutError):
            if self._pubsub is not None:
                await asyncio.wait_for(self._pubsub.ping(), 1)

    async def _follow(self, pubsub: PubSub, stop: asyncio.Event) -> None:
        self._word()
        while not stop.is_set():
            # It may connect anew by itself, and wait for a greeting without a time-out of its own.
            async with asyncio.timeout(DEAF):
                message = await pubsub.get_message(timeout=LISTEN)
            if message is not None:
                self._word()
                await self._take(message)
            elif monotonic() - self._last_word > DEAF:
                raise TimeoutError
            elif monotonic() - self._last_word > SILENCE and not self._asked:
                self._asked = True
                await asyncio.wait_for(pubsub.ping(), 1)

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "message":
            await self._ring(message["data"])
        elif message["type"] == "subscribe":
            # Every one after the first means that a connection was lost without a word.
            self._subscribed = True
            log.debug("doorbell_connected")
            await self._reconnected()

    def _word(self) -> None:
        self._last_word = monotonic()
        self._asked = False
