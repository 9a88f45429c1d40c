"""From the outbox to everybody: the one order that all readers share.

Numbering needs the database alone and never waits for Redis; telling comes after it. So a hub
whose Redis is away still finds everything in the log, in its place.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog

from cinema.database import dedicated_connection, fetch, transaction
from cinema.outbox import CHANNEL, NOTIFICATION
from cinema.realtime.log import Entry
from cinema.resources import Resources
from workers.jobs import Queue, enqueue
from workers.subscriptions import JOBS_BY_TYPE

BATCH = 500
TICK = 1.0
"""Seconds after which the outbox is looked at though nobody has rung."""
ORPHANED = timedelta(seconds=2)
"""Age at which a numbered event that was not told is another relay's no longer."""
ANY_AGE = timedelta(0)
MAX_WAITING = 5000
"""Events that are kept in hand for Redis; the others are found in the outbox again."""
MARK = 0.2
"""Seconds in which what was told is marked so, many at once; a crash tells it again."""
BACK_OFF = (0.1, 2.0)
"""The shortest and the longest pause, in seconds, after a failure."""

# Whoever holds this row numbers; the others wait, and then see what has been numbered.
LOCK = "SELECT epoch, last_seq FROM realtime_epoch FOR UPDATE"
NUMBER = """
WITH pending AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
      FROM (SELECT id FROM outbox WHERE seq IS NULL ORDER BY id LIMIT $2) waiting
), numbered AS (
    UPDATE outbox SET seq = $1 + pending.place FROM pending WHERE outbox.id = pending.id
    RETURNING outbox.id, outbox.seq, outbox.type, outbox.topics, outbox.data, outbox.created_at
), log AS (
    UPDATE realtime_epoch SET last_seq = $1 + (SELECT count(*) FROM numbered)
     WHERE EXISTS (SELECT FROM numbered)
), runs AS (
    INSERT INTO job_runs (outbox_id, job)
    SELECT numbered.id, follows.job
      FROM numbered JOIN unnest($3::text[], $4::text[]) AS follows (type, job) USING (type)
    RETURNING id, outbox_id
)
SELECT numbered.*, array(SELECT runs.id FROM runs WHERE runs.outbox_id = numbered.id) AS runs
  FROM numbered ORDER BY seq
"""
UNTOLD = """
SELECT id, seq, type, topics, data, created_at,
       array(SELECT job_runs.id FROM job_runs
              WHERE job_runs.outbox_id = outbox.id AND done_at IS NULL) AS runs
  FROM outbox
 WHERE seq IS NOT NULL AND published_at IS NULL AND created_at <= now() - $2::interval
 ORDER BY seq LIMIT $1
"""
TOLD = "UPDATE outbox SET published_at = now() WHERE id = ANY($1)"

log = structlog.get_logger()
Row = dict[str, Any]


async def number_pending() -> tuple[str, list[Row]]:
    """Give the events that wait their numbers, and return them with the epoch, BATCH at most.

    The jobs that follow each event become rows of job_runs in the same transaction.
    """
    types = [name for name, jobs in JOBS_BY_TYPE.items() for _ in jobs]
    jobs = [job for names in JOBS_BY_TYPE.values() for job in names]
    async with transaction() as connection:
        [top] = await connection.execute_query_dict(LOCK)
        rows = await connection.execute_query_dict(NUMBER, [top["last_seq"], BATCH, types, jobs])
    return top["epoch"], rows


class Relay:
    """Several may run, in any number of processes; a crash repeats events under their numbers."""

    def __init__(self, resources: Resources, queue: Queue | None = None) -> None:
        """Without a queue nobody is woken up for the jobs; the sweeper finds them."""
        self._resources = resources
        self._queue = queue
        self._wake = asyncio.Event()
        self._numbered = asyncio.Event()
        self._in_hand: deque[tuple[str, Row]] = deque()
        self._told: list[int] = []
        self._look_back = ANY_AGE
        self._looked = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop`, through whatever the database and Redis do meanwhile."""
        watch = asyncio.create_task(self._wake_at(stop))
        try:
            await asyncio.gather(
                self._listen(stop),
                self._persist(stop, self._number, self._wake),
                self._persist(stop, self._tell, self._numbered),
                self._persist(stop, self._mark, stop, MARK),
            )
        finally:
            watch.cancel()
        with suppress(Exception):
            await self._mark()

    async def publish_pending(self) -> int:
        """Number and tell everything that waits at this moment; return how many were told.

        Raises RedisError and what the database raises.
        """
        while (await number_pending())[1]:
            pass
        return await self._tell_untold(ANY_AGE)

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()
        self._numbered.set()

    async def _listen(self, stop: asyncio.Event) -> None:
        """Be woken up by each commit that emitted, on a connection that is re-made when lost."""
        while not stop.is_set():
            try:
                async with dedicated_connection(self._resources.settings) as connection:
                    await connection.add_listener(NOTIFICATION, lambda *_: self._wake.set())
                    self._wake.set()
                    while not connection.is_closed() and not await _pause(stop, TICK):
                        pass
            except Exception as error:
                log.warning("relay_unlistening", error=type(error).__name__)
                await _pause(stop, TICK)

    async def _persist(
        self,
        stop: asyncio.Event,
        work: Callable[[], Awaitable[None]],
        wake: asyncio.Event,
        tick: float = TICK,
    ) -> None:
        """Work at each wake and each tick, and again after a pause where it failed."""
        failures = 0
        while not stop.is_set():
            if wake is not stop:
                wake.clear()
            try:
                await work()
            except Exception as error:
                failures += 1
                if failures == 1:
                    log.warning("relay_held_up", part=work.__name__, error=type(error).__name__)
                shortest, longest = BACK_OFF
                await _pause(stop, min(longest, shortest * 2 ** min(failures, 10)))
                continue
            if failures:
                failures = 0
                log.info("relay_goes_on", part=work.__name__)
            await _pause(wake, tick)

    async def _number(self) -> None:
        while True:
            epoch, rows = await number_pending()
            if rows:
                self._hand_over(epoch, rows)
            if len(rows) < BATCH:
                return

    def _hand_over(self, epoch: str, rows: list[Row]) -> None:
        if len(self._in_hand) + len(rows) > MAX_WAITING:
            self._in_hand.clear()
            self._look_back = ANY_AGE
        else:
            self._in_hand.extend((epoch, row) for row in rows)
        self._numbered.set()

    async def _tell(self) -> None:
        """Tell what is in hand, and what a relay that is no more has left untold."""
        try:
            while self._in_hand:
                batch = [self._in_hand.popleft() for _ in range(min(BATCH, len(self._in_hand)))]
                await self._publish(batch)
                self._told += [row["id"] for _, row in batch]
            if self._look_back is ANY_AGE or monotonic() - self._looked >= TICK:
                await self._tell_untold(self._look_back)
                self._look_back, self._looked = ORPHANED, monotonic()
        except BaseException:
            self._in_hand.clear()
            self._look_back = ANY_AGE
            raise

    async def _tell_untold(self, age: timedelta) -> int:
        told = 0
        while rows := await fetch(UNTOLD, BATCH, age):
            [top] = await fetch("SELECT epoch FROM realtime_epoch")
            await self._publish([(top["epoch"], row) for row in rows])
            await fetch(TOLD, [row["id"] for row in rows])
            told += len(rows)
        return told

    async def _publish(self, batch: list[tuple[str, Row]]) -> None:
        async with self._resources.redis.pipeline(transaction=False) as pipeline:
            for epoch, row in batch:
                pipeline.publish(CHANNEL, Entry.from_row(row).to_wire(epoch))
            await pipeline.execute()
        if self._queue is not None:
            await enqueue(self._queue, [run for _, row in batch for run in row["runs"]])

    async def _mark(self) -> None:
        told, self._told = self._told, []
        if told:
            await fetch(TOLD, told)


async def publish_pending(resources: Resources, queue: Queue | None = None) -> int:
    """Relay once what waits at this moment."""
    return await Relay(resources, queue).publish_pending()


async def _pause(event: asyncio.Event, seconds: float) -> bool:
    """Sleep, but not beyond the event; whether it has come."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
