"""What a background job is: a function that follows an event, and may run twice."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cinema.resources import Resources


@dataclass(frozen=True, slots=True)
class RunContext:
    """Which run of which event this is; what must be the same in every attempt derives from it."""

    outbox_id: int
    seq: int
    attempt: int
    """Counted from 1; an attempt that was killed counts as well."""
    at: datetime
    """When the event was recorded, by the database's clock."""


class GiveUp(Exception):
    """Ends a run for good: another attempt is in vain. The text is kept with the run."""


Job = Callable[[Resources, Any, RunContext], Awaitable[None]]
"""`async def job(resources, event: TheEvent, run)`; its name is what the run is stored under.

Any other exception than GiveUp means: try again later.
"""

LASTING: MutableMapping[Job, float] = {}
"""The seconds that a job may take which takes longer than others."""


def lasting(seconds: float) -> Callable[[Job], Job]:
    """Let a job take its time; while it runs its lease is renewed, so nobody else begins it.

    A process that dies or ends meanwhile leaves it to the next one, which begins it anew.
    """

    def mark(job: Job) -> Job:
        LASTING[job] = seconds
        return job

    return mark
