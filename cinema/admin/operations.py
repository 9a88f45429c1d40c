"""What goes on behind the pages: Stripe's webhooks, and the background jobs."""

from typing import Any

from cinema.admin.operations_schemas import (
    JobOut,
    JobQuery,
    JobState,
    WebhookEventOut,
    WebhookQuery,
    WebhookState,
)
from cinema.database import fetch
from cinema.http.pagination import cursor_id

EVENT_STATES = {
    WebhookState.OPEN: "handled_at IS NULL AND error = ''",
    WebhookState.FAILING: "handled_at IS NULL AND error <> ''",
    WebhookState.HANDLED: "handled_at IS NOT NULL",
}
EVENTS = """
SELECT id, stripe_event_id, type, received_at, handled_at, attempts, error,
       CASE WHEN handled_at IS NOT NULL THEN 'handled' WHEN error <> '' THEN 'failing'
            ELSE 'open' END AS state
  FROM webhook_events
"""
JOB_STATES = {
    JobState.WAITING: "r.done_at IS NULL AND r.error = ''",
    JobState.FAILING: "r.done_at IS NULL AND r.error <> ''",
    JobState.GIVEN_UP: "r.done_at IS NOT NULL AND r.error <> ''",
    JobState.DONE: "r.done_at IS NOT NULL AND r.error = ''",
}
JOBS = """
SELECT r.id, r.job, o.type AS event, o.created_at, r.attempts, r.error, r.next_at, r.done_at,
       CASE WHEN r.done_at IS NULL THEN CASE r.error WHEN '' THEN 'waiting' ELSE 'failing' END
            ELSE CASE r.error WHEN '' THEN 'done' ELSE 'given_up' END END AS state
  FROM job_runs r JOIN outbox o ON o.id = r.outbox_id
"""


async def list_webhook_events(query: WebhookQuery) -> tuple[list[WebhookEventOut], int]:
    """Return a page of what Stripe told us, the newest first, and how many there are."""
    where = EVENT_STATES[query.status] if query.status else "true"
    rows, total = await _numbered(EVENTS, "webhook_events", "id", where, query)
    return [WebhookEventOut(**row) for row in rows], total


async def list_webhook_events_before(query: WebhookQuery) -> list[WebhookEventOut]:
    where = EVENT_STATES[query.status] if query.status else "true"
    return [WebhookEventOut(**row) for row in await _before(EVENTS, "id", where, query)]


async def list_jobs(query: JobQuery) -> tuple[list[JobOut], int]:
    """Return a page of the jobs that the log still knows, the newest first, and their number."""
    where = JOB_STATES[query.status] if query.status else "true"
    rows, total = await _numbered(JOBS, "job_runs r", "r.id", where, query)
    return [JobOut(**row) for row in rows], total


async def list_jobs_before(query: JobQuery) -> list[JobOut]:
    where = JOB_STATES[query.status] if query.status else "true"
    return [JobOut(**row) for row in await _before(JOBS, "r.id", where, query)]


async def _numbered(
    select: str, table: str, key: str, where: str, query: WebhookQuery | JobQuery
) -> tuple[list[dict[str, Any]], int]:
    [counted] = await fetch(f"SELECT count(*) AS n FROM {table} WHERE {where}")  # noqa: S608
    rows = await fetch(
        f"{select} WHERE {where} ORDER BY {key} DESC LIMIT $1 OFFSET $2",
        query.per_page,
        query.offset,
    )
    return rows, counted["n"]


async def _before(
    select: str, key: str, where: str, query: WebhookQuery | JobQuery
) -> list[dict[str, Any]]:
    return await fetch(
        f"{select} WHERE {where} AND {key} < $1 ORDER BY {key} DESC LIMIT $2",
        cursor_id(query.cursor or "") or 2**62,
        query.per_page + 1,
    )
