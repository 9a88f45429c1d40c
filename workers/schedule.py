"""What happens by the clock. One worker at a time keeps it, whichever holds the lock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from cinema.database import dedicated_connection
from cinema.settings import Settings

LOCK = 20_261_122
"""The advisory lock of the worker that keeps the schedule."""
IDLE_TIMEOUT = "20s"
"""PostgreSQL ends the session, and so frees the lock, of a keeper that has been frozen."""
LOOK = 1.0
"""Seconds between two looks at the lock: of those who wait for it and of the one who holds it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do `every` so many seconds; one run may take `timeout` seconds."""

    name: str
    every: float
    run: Callable[[], Awaitable[object]]
    timeout: float = 60.0


class Schedule:
    """Needs PostgreSQL alone: orders expire while Redis is away."""

    def __init__(self, settings: Settings, tasks: Sequence[Task]) -> None:
        self._settings = settings
        self._tasks = tasks

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._attend(stop)
            except Exception as error:
                log.warning("schedule_interrupted", error=type(error).__name__)
                await pause(stop, LOOK)

    async def _attend(self, stop: asyncio.Event) -> None:
        """Wait for the lock on a connection of its own, and keep the schedule while it lasts."""
        async with dedicated_connection(self._settings) as connection:
            await connection.execute(f"SET idle_session_timeout = '{IDLE_TIMEOUT}'")
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                if await pause(stop, LOOK):
                    return
            log.info("schedule_kept")
            over = asyncio.Event()
            loops = [asyncio.create_task(_repeat(task, over)) for task in self._tasks]
            try:
                while not await pause(stop, LOOK):
                    await connection.fetchval("SELECT 1", timeout=5)
            finally:
                over.set()
                await asyncio.gather(*loops)


async def _repeat(task: Task, over: asyncio.Event) -> None:
    while not over.is_set():
        try:
            async with asyncio.timeout(task.timeout):
                await task.run()
        except Exception as error:
            log.warning("task_failed", task=task.name, error=f"{type(error).__name__}: {error}")
        await pause(over, task.every)


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Sleep, but not beyond `stop`; whether it has come."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
