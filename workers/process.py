"""The worker process: the queue's worker, the schedule and the relay under one roof."""

import asyncio
import signal
from collections.abc import Awaitable

import structlog

from cinema.resources import open_resources
from cinema.settings import Settings
from workers.housekeeping import tasks
from workers.jobs import make_worker, open_queue
from workers.relay import Relay
from workers.runner import Runner
from workers.schedule import Schedule
from workers.subscriptions import JOBS

log = structlog.get_logger()


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM or Ctrl-C sets."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop`. Raises what ended one part, after the others have ended in order."""
    async with (
        open_resources(settings, "cinema-worker") as resources,
        open_queue(settings) as queue,
    ):
        runner = Runner(resources, JOBS)
        schedule = Schedule(settings, tasks(resources, runner, queue))
        log.info("worker_started")
        try:
            await together(
                stop,
                make_worker(runner, queue).run(stop),
                schedule.run(stop),
                Relay(resources, queue).run(stop),
            )
        finally:
            await runner.close()
    log.info("worker_stopped")


async def relay(settings: Settings, stop: asyncio.Event) -> None:
    """Relay alone until `stop`, beside workers that do the jobs."""
    async with (
        open_resources(settings, "cinema-relay") as resources,
        open_queue(settings) as queue,
    ):
        log.info("relay_started")
        await Relay(resources, queue).run(stop)
    log.info("relay_stopped")


async def together(stop: asyncio.Event, *parts: Awaitable[None]) -> None:
    """Run the parts side by side; the end of one, however it came, is the end of all."""

    async def guarded(part: Awaitable[None]) -> None:
        try:
            await part
        except Exception:
            log.exception("part_failed")
            raise
        finally:
            stop.set()

    outcomes = await asyncio.gather(*map(guarded, parts), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


async def run_worker(settings: Settings) -> None:
    await work(settings, stop_on_signals())


async def run_relay(settings: Settings) -> None:
    await relay(settings, stop_on_signals())
