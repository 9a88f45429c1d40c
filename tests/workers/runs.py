"""Runs to run: an event with its row in the log, and the rows of the jobs that follow it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cinema.database import fetch, transaction
from cinema.events import Event
from cinema.jobs import RunContext
from cinema.outbox import emit
from cinema.resources import Resources


class BellRang(Event):
    type = "test.bell_rang"
    times: int


@dataclass
class Notebook:
    """A job that writes down its runs, and fails as often as it is told."""

    seen: list[tuple[int, int]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    contexts: list[RunContext] = field(default_factory=list)

    async def note(self, resources: Resources, event: BellRang, run: RunContext) -> None:
        self.contexts.append(run)
        if self.failures:
            raise self.failures.pop(0)
        self.seen.append((event.times, run.attempt))


async def make_run(job: str = "note", times: int = 1) -> int:
    """Record a BellRang as the relay would leave it, with one job to follow; return the run."""
    async with transaction():
        await emit(BellRang(times=times))
    [row] = await fetch(
        "WITH top AS (UPDATE realtime_epoch SET last_seq = last_seq + 1 RETURNING last_seq),"
        " event AS (UPDATE outbox SET seq = last_seq, published_at = now() FROM top"
        "            WHERE outbox.seq IS NULL RETURNING outbox.id)"
        " INSERT INTO job_runs (outbox_id, job) SELECT id, $1 FROM event RETURNING id",
        job,
    )
    return int(row["id"])


async def run_row(run_id: int) -> Mapping[str, Any]:
    [row] = await fetch(
        "SELECT attempts, error, done_at IS NOT NULL AS done,"
        " extract(epoch FROM next_at - now())::float8 AS due_in FROM job_runs WHERE id = $1",
        run_id,
    )
    return row


async def make_due(run_id: int) -> None:
    """Let the wait before the next attempt be over."""
    await fetch("UPDATE job_runs SET next_at = now() - interval '1 minute' WHERE id = $1", run_id)
