"""Old rows go, in batches; what anybody still needs stays."""

from cinema.accounts.models import User
from cinema.database import fetch
from cinema.resources import Resources
from tests.accounts_factory import make_user
from tests.workers.runs import Notebook, make_run
from workers.housekeeping import (
    PRUNE_IDEMPOTENCY_KEYS,
    PRUNE_NOTIFICATIONS,
    PRUNE_OUTBOX,
    PRUNE_SENT_MAILS,
    PRUNE_WEBHOOKS,
    prune,
    prune_everything,
)
from workers.runner import Runner


async def age_events(days: int) -> None:
    await fetch("UPDATE outbox SET created_at = now() - make_interval(days => $1)", days)


async def count(table: str) -> int:
    [row] = await fetch(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"])


async def test_events_of_a_week_ago_go_with_their_runs(resources: Resources) -> None:
    runner = Runner(resources, {"note": Notebook().note})
    for _ in range(5):
        await runner.run(await make_run())
    await age_events(8)
    young = await make_run()
    await runner.run(young)
    assert await prune(PRUNE_OUTBOX, batch=2) == 5
    assert (await count("outbox"), await count("job_runs")) == (1, 1)


async def test_an_event_whose_job_is_not_done_stays(resources: Resources) -> None:
    await make_run()
    await age_events(100)
    assert await prune(PRUNE_OUTBOX) == 0
    assert await count("job_runs") == 1


async def test_an_event_that_was_never_told_stays(resources: Resources) -> None:
    runner = Runner(resources, {"note": Notebook().note})
    await runner.run(await make_run())
    await fetch("UPDATE outbox SET published_at = NULL")
    await age_events(100)
    assert await prune(PRUNE_OUTBOX) == 0


async def test_the_numbers_go_on_where_a_pruned_log_ended(resources: Resources) -> None:
    runner = Runner(resources, {"note": Notebook().note})
    await runner.run(await make_run())
    await age_events(8)
    await prune_everything()
    await make_run()
    [row] = await fetch("SELECT seq FROM outbox")
    assert row["seq"] == 2


async def test_notes_of_mails_and_of_requests_go_when_nobody_can_repeat_them(
    resources: Resources,
) -> None:
    user: User = await make_user()
    for number, days in enumerate((0, 89, 91)):
        await fetch(
            "INSERT INTO sent_mails (message_id, kind, sent_at)"
            " VALUES ($1, 'activated', now() - make_interval(days => $2))",
            f"<{number}@cinema.example>",
            days,
        )
    for number, hours in enumerate((0, 23, 25)):
        await fetch(
            "INSERT INTO idempotency_keys"
            " (user_id, key, route, body_hash, locked_until, created_at)"
            " VALUES ($1, $2, 'POST /x', '', now(), now() - make_interval(hours => $3))",
            user.id,
            str(number),
            hours,
        )
    for number, days in enumerate((59, 61, 61)):
        await fetch(
            "INSERT INTO webhook_events (stripe_event_id, type, payload, received_at, handled_at)"
            " VALUES ($1, 'x', '{}', now() - make_interval(days => $2),"
            "         CASE WHEN $1::varchar <> 'evt_2' THEN now() END)",
            f"evt_{number}",
            days,
        )
    assert await prune(PRUNE_WEBHOOKS) == 1
    assert await fetch("SELECT stripe_event_id FROM webhook_events ORDER BY id") == [
        {"stripe_event_id": "evt_0"},
        {"stripe_event_id": "evt_2"},
    ]
    assert await prune(PRUNE_SENT_MAILS) == 1
    assert await prune(PRUNE_IDEMPOTENCY_KEYS) == 1
    assert (await count("sent_mails"), await count("idempotency_keys")) == (2, 2)


async def test_news_goes_after_it_was_read_and_in_the_end_in_any_case(
    resources: Resources,
) -> None:
    user = await make_user()
    for source, created, read in (
        ("new", 0, None),
        ("long unread", 364, None),
        ("forgotten", 366, None),
        ("read lately", 200, 89),
        ("read long ago", 200, 91),
    ):
        await fetch(
            "INSERT INTO notifications (user_id, kind, payload, source, created_at, read_at)"
            " VALUES ($1, 'order_paid', '{}', $2, now() - make_interval(days => $3),"
            " now() - make_interval(days => $4))",
            user.id,
            source,
            created,
            read,
        )
    assert await prune(PRUNE_NOTIFICATIONS, batch=1) == 2
    rows = await fetch("SELECT source FROM notifications ORDER BY id")
    assert [row["source"] for row in rows] == ["new", "long unread", "read lately"]
