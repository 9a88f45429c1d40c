"""One run of one job, claimed by a lease in PostgreSQL.

The row of `job_runs` is the truth. The queue only says "look at row N", as often as it likes.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import structlog

from cinema.database import fetch
from cinema.errors import Unavailable
from cinema.events import Event
from cinema.jobs import LASTING, GiveUp, Job, RunContext
from cinema.logs import SECRET_VALUES
from cinema.resources import Resources

TIMEOUT = 11.0
"""Seconds that a job may take: the ten of a mail and the commit after it."""
LEASE = 12.5
"""Seconds after which the run of a process that died belongs to the next one; over TIMEOUT."""
RENEWAL = LEASE / 4
"""Seconds between two renewals of the lease of a job that lasts."""
PATIENCE = 15.0
"""Seconds that the queue waits for a job; one that lasts then goes on beside it."""
MAX_BACKOFF = 600.0
MAX_ERROR = 300
"""Characters of an error's text that are kept."""

CLAIM = """
UPDATE job_runs AS run
   SET attempts = run.attempts + 1, next_at = now() + make_interval(secs => $2)
  FROM outbox
 WHERE run.id = $1 AND run.done_at IS NULL AND run.next_at <= now() AND outbox.id = run.outbox_id
RETURNING run.attempts, run.job, outbox.id AS outbox_id, outbox.seq, outbox.type, outbox.data,
          outbox.created_at
"""
# The attempt is the fence: a worker that slept through its lease no longer writes the outcome.
DONE = """
UPDATE job_runs SET done_at = now(), error = $3
 WHERE id = $1 AND attempts = $2 AND done_at IS NULL
"""
RENEW = """
UPDATE job_runs SET next_at = now() + make_interval(secs => $3)
 WHERE id = $1 AND attempts = $2 AND done_at IS NULL RETURNING id
"""
POSTPONE = """
UPDATE job_runs SET next_at = now() + make_interval(secs => $3), error = $4
 WHERE id = $1 AND attempts = $2 AND done_at IS NULL
"""

log = structlog.get_logger()


class UnknownJob(Exception):
    """The row names a job or an event that this version of the product does not have."""


@dataclass(frozen=True, slots=True)
class Claim:
    run_id: int
    job: str
    event_type: str
    data: dict[str, Any]
    context: RunContext


@dataclass(frozen=True, slots=True)
class Runner:
    resources: Resources
    jobs: Mapping[str, Job]
    running: set[asyncio.Task[bool]] = field(default_factory=set)

    async def attend(self, run_id: int) -> None:
        """Run the job, and wait for its end no longer than PATIENCE: then it goes on by itself."""
        task = asyncio.create_task(self.run(run_id))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        try:
            await asyncio.wait({task}, timeout=PATIENCE)
        except asyncio.CancelledError:
            await _end(task)
            raise

    async def close(self) -> None:
        """End what goes on by itself: the next process begins it anew, at once."""
        await asyncio.gather(*map(_end, self.running))

    async def run(self, run_id: int) -> bool:
        """Run the job if it is due and nobody else holds it; whether it was done by this call.

        A failure is written down and postponed, never raised.
        """
        claim = await claim_run(run_id)
        if claim is None:
            return False
        start = perf_counter()
        said = log.bind(job=claim.job, run_id=run_id, attempt=claim.context.attempt)
        try:
            async with self._time_for(claim):
                await self._perform(claim)
        except asyncio.CancelledError:
            await asyncio.shield(_postpone(claim, 0.0, "interrupted"))
            raise
        except GiveUp as error:
            said.warning("job_given_up", error=_text(error))
            await _finish(claim, _text(error))
        except Exception as error:
            expected = isinstance(error, Unavailable | TimeoutError)
            said.warning("job_failed", error=_text(error), exc_info=not expected)
            await _postpone(claim, backoff(claim.context.attempt), _text(error))
            return False
        else:
            await _finish(claim, "")
            said.info("job_done", ms=round((perf_counter() - start) * 1000, 1))
        return True

    @asynccontextmanager
    async def _time_for(self, claim: Claim) -> AsyncIterator[None]:
        """Bound the job's time, and hold on to its lease where it lasts longer than that."""
        job = self.jobs.get(claim.job)
        seconds = LASTING.get(job) if job else None
        if seconds is None:
            async with asyncio.timeout(TIMEOUT):
                yield
            return
        async with asyncio.timeout(seconds) as scope:
            over = asyncio.Event()
            keeper = asyncio.create_task(_keep_lease(claim, scope, over))
            try:
                yield
            finally:
                over.set()
                await asyncio.shield(keeper)

    async def _perform(self, claim: Claim) -> None:
        job, event = self.jobs.get(claim.job), Event.registry.get(claim.event_type)
        if job is None or event is None:
            raise UnknownJob(f"{claim.job} after {claim.event_type}")
        await job(self.resources, event.model_validate(claim.data), claim.context)


def backoff(attempt: int) -> float:
    """Return the seconds before the next attempt: 1 s doubling to 10 min, up to a quarter less."""
    return min(MAX_BACKOFF, 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.0)  # noqa: S311


async def claim_run(run_id: int) -> Claim | None:
    """Take the lease of a run; None where it is done, not due, or held by another."""
    rows = await fetch(CLAIM, run_id, LEASE)
    if not rows:
        return None
    [row] = rows
    data = row["data"]
    return Claim(
        run_id=run_id,
        job=row["job"],
        event_type=row["type"],
        data=json.loads(data) if isinstance(data, str) else data,
        context=RunContext(row["outbox_id"], row["seq"], row["attempts"], row["created_at"]),
    )


async def _keep_lease(claim: Claim, scope: asyncio.Timeout, over: asyncio.Event) -> None:
    """Renew the lease until the job is over; end the job where another worker holds the lease."""
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), RENEWAL)
        if over.is_set():
            return
        try:
            kept = await fetch(RENEW, claim.run_id, claim.context.attempt, LEASE)
        except Exception as error:
            log.warning("lease_not_renewed", run_id=claim.run_id, error=_text(error))
            continue
        if not kept:
            scope.reschedule(asyncio.get_running_loop().time())
            return


async def _end(task: "asyncio.Task[bool]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _finish(claim: Claim, error: str) -> None:
    await _record(DONE, claim, error)


async def _postpone(claim: Claim, seconds: float, error: str) -> None:
    await _record(POSTPONE, claim, seconds, error)


async def _record(sql: str, claim: Claim, *values: Any) -> None:
    """Write the outcome down. Where that fails the lease ends by itself and the job runs again."""
    try:
        await fetch(sql, claim.run_id, claim.context.attempt, *values)
    except Exception as error:
        log.warning("job_outcome_lost", job=claim.job, run_id=claim.run_id, error=_text(error))


def _text(error: BaseException) -> str:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return SECRET_VALUES.sub("[secret]", text)[:MAX_ERROR]
