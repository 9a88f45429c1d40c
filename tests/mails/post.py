"""The way of an event to a mailbox, one step after the other and without waiting."""

from cinema.database import fetch, transaction
from cinema.events import Event
from cinema.outbox import emit
from cinema.resources import Resources
from workers.relay import publish_pending
from workers.runner import Runner
from workers.subscriptions import JOBS


async def record(event: Event) -> None:
    async with transaction():
        await emit(event)


async def work_off(resources: Resources) -> list[bool]:
    """Relay what waits, then run every run that is not done as if it were due."""
    await publish_pending(resources)
    rows = await fetch(
        "UPDATE job_runs SET next_at = now() - interval '1 minute' WHERE done_at IS NULL"
        " RETURNING id"
    )
    return [await Runner(resources, JOBS).run(row["id"]) for row in rows]


async def unfinished() -> list[str]:
    """Return the errors of the runs that still wait."""
    rows = await fetch("SELECT error FROM job_runs WHERE done_at IS NULL ORDER BY id")
    return [row["error"] for row in rows]
