"""The queue: SAQ on Redis, which wakes the workers up and holds nothing that may be lost."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from time import time
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from saq import Job, Status, Worker
from saq.queue.redis import RedisQueue
from saq.types import Context, PartialTimersDict

from cinema.database import fetch
from cinema.settings import Settings
from workers.runner import Runner

QUEUE_NAME = "cinema"
CONCURRENCY = 10
DEQUEUE_TIMEOUT = 2.0
SOCKET_TIMEOUT = DEQUEUE_TIMEOUT + 3.0
"""Over DEQUEUE_TIMEOUT, or each idle wait would end in an error."""
JOB_TIMEOUT = 20
"""Over the runner's PATIENCE: SAQ never ends a job."""
SHUTDOWN_GRACE = 15
SWEEP_BATCH = 500
RUN_HERE = 5
"""How many jobs the sweeper runs side by side where there is no queue to hand them to."""
BACKLOG = 100
"""Rings in the queue at which it is not short of them: more would only be looked at in vain."""
RING_AGAIN = 5.0
"""Seconds in which the sweeper's rings for one run are one ring."""
DUE = """
SELECT id FROM job_runs
 WHERE done_at IS NULL AND next_at <= now() - interval '1 second' ORDER BY next_at LIMIT $1
"""
"""A second late: the relay has just rung for younger ones."""

log = structlog.get_logger()


class Queue(RedisQueue):
    """A queue that is patient with a Redis that is away: SAQ's own would spin on a core."""

    _failures = 0

    @property
    def is_away(self) -> bool:
        return self._failures > 0

    async def dequeue(self, timeout: float = 0.0, poll_interval: float = 0.0) -> Job | None:
        try:
            job = await super().dequeue(timeout, poll_interval)
        except (RedisError, OSError, TimeoutError) as error:
            if self._failures == 0:
                log.warning("queue_lost", error=type(error).__name__)
            self._failures += 1
            await asyncio.sleep(random.uniform(0.5, min(5.0, 1.0 + self._failures / 10)))  # noqa: S311
            return None
        if self._failures:
            self._failures = 0
            log.info("queue_back")
        return job

    async def sweep(self, lock: int = 60, abort: float = 5.0) -> list[str]:
        try:
            return await super().sweep(lock, abort)
        except GoesOn:
            return []
        except RuntimeError as error:
            # SAQ waits for the end of what it aborts, and calls it a fault to come too late.
            if "doesn't exist" not in str(error):
                raise
            return []

    async def abort(self, job: Job, error: str, ttl: float = 5) -> None:
        """End a job that is lost; what SAQ's sweep read of it may be older than its beginning."""
        now = await self.job(job.key)
        if now is None or (now.status is Status.ACTIVE and not now.stuck):
            raise GoesOn
        await super().abort(job, error, ttl)


class GoesOn(Exception):
    """The job that seemed lost runs, or has just ended: there is nothing to sweep."""


class QueueWorker(Worker[Context]):
    """SAQ's worker; its process owns the signals, and its upkeep does not hold up the end."""

    SIGNALS = []

    def __init__(self, queue: Queue, run_job: Callable[..., Awaitable[None]]) -> None:
        timers: PartialTimersDict = {"schedule": 1, "worker_info": 10, "sweep": 5, "abort": 1}
        super().__init__(
            queue,
            [("run_job", run_job)],
            concurrency=CONCURRENCY,
            timers=timers,
            dequeue_timeout=DEQUEUE_TIMEOUT,
            shutdown_grace_period_s=SHUTDOWN_GRACE,
        )
        self._upkeep: list[asyncio.Task[None]] = []

    async def upkeep(self) -> list[asyncio.Task[None]]:
        self._upkeep = await super().upkeep()
        return []

    async def process(self) -> bool:
        try:
            return await super().process()
        except (RedisError, OSError) as error:
            # The job has run; only SAQ's own note of it is lost, and nobody reads that.
            log.warning("queue_note_lost", error=type(error).__name__)
            return True

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then let the running jobs finish, SHUTDOWN_GRACE seconds at most."""
        running, stopping = asyncio.create_task(self.start()), asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        self.event.set()
        for task in self._upkeep:
            task.cancel()
        await running


def make_worker(runner: Runner, queue: Queue) -> QueueWorker:
    async def run_job(_: Context, *, run_id: int) -> None:
        await runner.attend(run_id)

    return QueueWorker(queue, run_job)


@asynccontextmanager
async def open_queue(settings: Settings) -> AsyncIterator[Queue]:
    logging.getLogger("saq").addFilter(_not_about_redis)
    redis = Redis.from_url(
        settings.redis_url,
        decode_responses=False,  # SAQ decodes by itself
        socket_timeout=SOCKET_TIMEOUT,
        socket_connect_timeout=DEQUEUE_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
        protocol=2,
    )
    queue = Queue(redis, name=QUEUE_NAME)
    try:
        yield queue
    finally:
        await redis.aclose()


def _not_about_redis(record: logging.LogRecord) -> bool:
    """Drop SAQ's traceback of each second without Redis: `queue_lost` has said it once."""
    error: Any = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, RedisError | OSError)


async def enqueue(queue: Queue, run_ids: Iterable[int], *, again: str = "") -> None:
    """Wake a worker for each run. Raises RedisError; ringing twice does no harm.

    `again` sets a later ring apart from an earlier one, which SAQ takes for the same.
    """
    await asyncio.gather(
        *(
            queue.enqueue(
                "run_job",
                key=f"{run_id}:{again}",
                run_id=run_id,
                timeout=JOB_TIMEOUT,
                retries=5,
                retry_delay=1.0,
                retry_backoff=True,
                ttl=-1,
            )
            for run_id in run_ids
        )
    )


async def _is_busy(queue: Queue) -> bool:
    try:
        return await queue.count("queued") >= BACKLOG
    except (RedisError, OSError, TimeoutError):
        return False


async def sweep(runner: Runner, queue: Queue) -> int:
    """Wake a worker for every run that is due, and return how many there were.

    They are those whose job failed, whose worker died, or whom Redis forgot. Without Redis they
    run right here: a mail is late when the queue is away, a payment must not be.
    """
    if await _is_busy(queue):
        return 0
    rows = await fetch(DUE, SWEEP_BATCH)
    # SAQ holds on to the key of a job that a killed worker had taken: it is rung for anew.
    again = str(int(time() // RING_AGAIN))
    try:
        await enqueue(queue, [row["id"] for row in rows], again=again)
    except (RedisError, OSError, TimeoutError):
        gate = asyncio.Semaphore(RUN_HERE)

        async def run(run_id: int) -> None:
            async with gate:
                await runner.attend(run_id)

        await asyncio.gather(*(run(row["id"]) for row in rows))
    return len(rows)
