"""What keeps a hub fed: the doorbell, the repair, the heart and the review of sessions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from time import monotonic

import structlog
from aiohttp import web

from cinema.outbox import top_of_log
from cinema.realtime.audience import BEATS
from cinema.realtime.doorbell import Doorbell
from cinema.realtime.hub import HUB, Hub
from cinema.realtime.log import Entry
from cinema.realtime.sessions import standing_sessions
from cinema.resources import RESOURCES
from cinema.settings import Settings

REPAIR = 2.0
"""Seconds between two looks at the log while Redis rings."""
REPAIR_DEAF = 0.25
"""And while it does not: the pages stay live without it."""
HEARTBEAT = 25.0
REVIEW = 60.0
DRAIN = 2.0
"""Seconds over which the sockets are sent away, so that they do not all come back at once."""

log = structlog.get_logger()


class Feed:
    def __init__(self, hub: Hub, settings: Settings) -> None:
        self.hub = hub
        self.doorbell = Doorbell(settings, self._ring, self._repair)
        self._stop = asyncio.Event()
        self._broken = False

    async def run(self) -> None:
        await asyncio.gather(
            self.doorbell.listen(self._stop),
            self._keep_up(),
            self._beat(),
            self._keep_reviewing(),
        )

    async def stop(self) -> None:
        self._stop.set()
        await self.doorbell.nudge()

    async def _ring(self, text: str) -> None:
        try:
            epoch, entry = Entry.from_wire(text)
        except (ValueError, KeyError, TypeError):
            log.warning("doorbell_noise")
            return
        if not self.hub.offer(epoch, entry):
            await self._repair()

    async def _repair(self) -> None:
        """Never raises: what a failing database holds back comes with the next repair."""
        try:
            await self.hub.repair()
        except Exception as error:
            if not self._broken:
                log.warning("repair_failed", error=type(error).__name__)
            self._broken = True
        else:
            self._broken = False

    async def _review(self) -> None:
        asked = self.hub.rights.sessions()
        if not asked:
            return
        try:
            standing = await standing_sessions(asked)
        except Exception as error:
            log.warning("review_failed", error=type(error).__name__)
            return
        self.hub.rights.review(standing, asked)

    async def _beat(self) -> None:
        for number in count():
            if await self._pause(HEARTBEAT / BEATS):
                return
            self.hub.beat(number)

    async def _keep_up(self) -> None:
        looked = 0.0
        while not await self._pause(REPAIR_DEAF):
            if not self.doorbell.heard or monotonic() - looked >= REPAIR:
                looked = monotonic()
                await self._repair()

    async def _keep_reviewing(self) -> None:
        while not await self._pause(REVIEW):
            await self._review()

    async def _pause(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return self._stop.is_set()


FEED = web.AppKey("feed", Feed)


@asynccontextmanager
async def feed(app: web.Application) -> AsyncIterator[None]:
    """Open the hub of this process at the top of the log, and keep it there."""
    app[HUB] = hub = Hub(await top_of_log())
    app[FEED] = feed = Feed(hub, app[RESOURCES].settings)
    running = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        await feed.stop()
        await running


async def close_sockets(app: web.Application) -> None:
    """Send every client away before the process ends: they come back to another one."""
    hub = app[HUB]
    await hub.send_away(DRAIN if len(hub.audience) > BEATS else 0)
