"""What the schedule holds, and the statements that throw old rows away."""

from functools import partial

import structlog

from cinema.accounts.avatars import sweep_avatars
from cinema.accounts.service import clean_expired
from cinema.catalogue.imports import sweep_imports
from cinema.catalogue.media import sweep_media
from cinema.catalogue.service import release_due
from cinema.database import fetch
from cinema.http.idempotency import KEPT
from cinema.payments.closing import expire_due
from cinema.payments.reconciliation import reconcile, reconcile_refunds
from cinema.resources import Resources
from workers.jobs import Queue, sweep
from workers.runner import Runner
from workers.schedule import Task

BATCH = 1000
OUTBOX_KEPT = "7 days"
"""How far back a client's cursor may lie, and how long a done job can be looked up."""
SENT_MAILS_KEPT = "90 days"
READ_NEWS_KEPT = "90 days"
NEWS_KEPT = "1 year"
"""Nobody will read what has not been read for so long."""
WEBHOOKS_KEPT = "60 days"
"""Stripe itself lists an event for 30 days."""

# What a job still waits for stays, however old it is: `cinema doctor` names it.
PRUNE_OUTBOX = f"""
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox
     WHERE created_at < now() - interval '{OUTBOX_KEPT}' AND published_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM job_runs
                        WHERE job_runs.outbox_id = outbox.id AND job_runs.done_at IS NULL)
     ORDER BY created_at LIMIT $1)
RETURNING id
"""  # noqa: S608 - no value of a caller's is in it
PRUNE_IDEMPOTENCY_KEYS = f"""
DELETE FROM idempotency_keys WHERE id IN (
    SELECT id FROM idempotency_keys WHERE created_at < now() - interval '{KEPT}'
     ORDER BY created_at LIMIT $1)
RETURNING id
"""  # noqa: S608 - no value of a caller's is in it
PRUNE_WEBHOOKS = f"""
DELETE FROM webhook_events WHERE id IN (
    SELECT id FROM webhook_events
     WHERE received_at < now() - interval '{WEBHOOKS_KEPT}' AND handled_at IS NOT NULL
     ORDER BY received_at LIMIT $1)
RETURNING id
"""  # noqa: S608 - no value of a caller's is in it
PRUNE_SENT_MAILS = f"""
DELETE FROM sent_mails WHERE message_id IN (
    SELECT message_id FROM sent_mails
     WHERE sent_at < now() - interval '{SENT_MAILS_KEPT}' ORDER BY sent_at LIMIT $1)
RETURNING message_id
"""  # noqa: S608 - no value of a caller's is in it
PRUNE_NOTIFICATIONS = f"""
DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications
     WHERE read_at < now() - interval '{READ_NEWS_KEPT}'
        OR created_at < now() - interval '{NEWS_KEPT}' ORDER BY id LIMIT $1)
RETURNING id
"""  # noqa: S608 - no value of a caller's is in it
EVERYTHING_OLD = (
    PRUNE_OUTBOX,
    PRUNE_IDEMPOTENCY_KEYS,
    PRUNE_WEBHOOKS,
    PRUNE_SENT_MAILS,
    PRUNE_NOTIFICATIONS,
)

log = structlog.get_logger()


async def prune(sql: str, batch: int = BATCH) -> int:
    """Delete in batches, each its own transaction, until one is not full; return how many rows."""
    total = 0
    while True:
        deleted = len(await fetch(sql, batch))
        total += deleted
        if deleted < batch:
            return total


async def prune_everything() -> int:
    total = 0
    for sql in EVERYTHING_OLD:
        total += await prune(sql)
    log.info("pruned", rows=total)
    return total


def tasks(resources: Resources, runner: Runner, queue: Queue) -> list[Task]:
    gateway = resources.gateway
    return [
        Task("sweep_jobs", every=2, run=partial(sweep, runner, queue)),
        Task("expire_orders", every=10, run=partial(expire_due, gateway), timeout=300),
        Task("release_movies", every=10, run=release_due),
        Task("reconcile_payments", every=60, run=partial(reconcile, gateway), timeout=300),
        Task("reconcile_refunds", every=300, run=partial(reconcile_refunds, gateway), timeout=300),
        Task("clean_accounts", every=3600, run=clean_expired, timeout=600),
        Task(
            "sweep_avatars",
            every=24 * 3600,
            run=partial(sweep_avatars, resources.storage),
            timeout=600,
        ),
        Task(
            "sweep_imports",
            every=24 * 3600,
            run=partial(sweep_imports, resources.storage),
            timeout=600,
        ),
        Task(
            "sweep_media",
            every=24 * 3600,
            run=partial(sweep_media, resources.storage),
            timeout=600,
        ),
        Task("prune", every=24 * 3600, run=prune_everything, timeout=600),
    ]
