"""What administrators see of Stripe's webhooks and of the background jobs."""

from typing import Any

from cinema.database import fetch
from cinema.roles import Role
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of
from tests.house import emitted, run_jobs

API = "/api/v1/admin"


async def admin(client: Client) -> dict[str, str]:
    return await bearer(await make_user(Role.ADMIN), resources_of(client).settings)


async def event(name: str, *, handled: bool = False, error: str = "") -> int:
    [row] = await fetch(
        "INSERT INTO webhook_events (stripe_event_id, type, payload, handled_at, error)"
        """ VALUES ($1, 'nothing.known', '{"livemode": false, "data": {"object": {}}}',"""
        " CASE WHEN $2 THEN now() END, $3) RETURNING id",
        name,
        handled,
        error,
    )
    return int(row["id"])


async def listed(client: Client, path: str, headers: dict[str, str]) -> list[Any]:
    answer = await client.get(f"{API}{path}", headers=headers)
    assert answer.status == 200, await answer.text()
    return list((await answer.json())["items"])


async def test_webhooks_are_listed_by_their_state(client: Client) -> None:
    headers = await admin(client)
    done, failing, waiting = (
        await event("evt_1", handled=True),
        await event("evt_2", error="StripeUnavailable"),
        await event("evt_3"),
    )
    shown = await listed(client, "/webhook-events", headers)
    assert [(one["id"], one["state"]) for one in shown] == [
        (waiting, "open"),
        (failing, "failing"),
        (done, "handled"),
    ]
    for state, expected in (("open", waiting), ("failing", failing), ("handled", done)):
        [one] = await listed(client, f"/webhook-events?status={state}", headers)
        assert one["id"] == expected
    assert [one["id"] for one in await listed(client, "/webhook-events?cursor=", headers)] == [
        waiting,
        failing,
        done,
    ]
    assert "payload" not in shown[0]


async def test_an_event_is_worked_on_at_once_when_an_admin_says_so(client: Client) -> None:
    headers = await admin(client)
    failing = await event("evt_2", error="StripeUnavailable")
    answer = await client.post(f"{API}/webhook-events/{failing}/retry", headers=headers)
    assert answer.status == 204
    await run_jobs(resources_of(client))
    [row] = await fetch("SELECT handled_at IS NOT NULL AS handled, error FROM webhook_events")
    assert row == {"handled": True, "error": ""}
    [line] = await fetch("SELECT action, subject FROM audit_log")
    assert line == {"action": "webhook_event.retried", "subject": f"webhook_event:{failing}"}

    again = await client.post(f"{API}/webhook-events/{failing}/retry", headers=headers)
    assert (again.status, (await again.json())["code"]) == (409, "webhook_event_handled")
    missing = await client.post(f"{API}/webhook-events/999/retry", headers=headers)
    assert missing.status == 404
    assert await emitted() == ["stripe_event.received"]


async def test_jobs_are_listed_with_what_went_wrong(client: Client) -> None:
    headers = await admin(client)
    await event("evt_1")
    await client.post(f"{API}/webhook-events/1/retry", headers=headers)
    await run_jobs(resources_of(client))
    [job] = await listed(client, "/jobs", headers)
    assert (job["job"], job["event"], job["state"], job["attempts"]) == (
        "settle_stripe_event",
        "stripe_event.received",
        "done",
        1,
    )
    for error, done, state in (
        ("Lost", False, "failing"),
        ("Lost", True, "given_up"),
        ("", False, "waiting"),
    ):
        await fetch(
            "UPDATE job_runs SET error = $1, done_at = CASE WHEN $2 THEN now() END", error, done
        )
        [one] = await listed(client, f"/jobs?status={state}", headers)
        assert (one["state"], one["error"]) == (state, error)
        assert await listed(client, "/jobs?status=done", headers) == []
    assert len(await listed(client, "/jobs?cursor=", headers)) == 1
