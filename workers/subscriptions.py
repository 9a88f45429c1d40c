"""Which jobs follow which event: every background consequence, on one page."""

from collections.abc import Mapping

from cinema.events import Event
from cinema.jobs import Job

SUBSCRIPTIONS: Mapping[type[Event], tuple[Job, ...]] = {}

JOBS: Mapping[str, Job] = {job.__name__: job for jobs in SUBSCRIPTIONS.values() for job in jobs}
JOBS_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    event.type: tuple(job.__name__ for job in jobs) for event, jobs in SUBSCRIPTIONS.items()
}
