"""What is acknowledged is kept, and what is kept is worked on, whoever dies in between."""

import asyncio
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from cinema.app import create_app
from cinema.database import fetch
from cinema.devstack.data import temporary_folder
from cinema.devstack.postgres import run_postgres
from cinema.migrate import migrate
from cinema.payments import checkout, inbox
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.conftest import Client, make_settings, resources_of
from tests.factories import make_movie
from tests.house import Buyer, emitted, run_jobs
from tests.payments.till import attempt_of, books, events_of, knock, one_set, pay_unheard
from tests.servers import Servers
from workers.jobs import open_queue
from workers.relay import Relay
from workers.runner import Runner, claim_run
from workers.subscriptions import JOBS

COMPLETED = "checkout.session.completed"
PING = {"id": "evt_ping", "type": "ping", "livemode": False, "data": {"object": {"id": "x"}}}


async def stored_and_claimed(shop: Client, settings: Settings, buyer: Buyer) -> tuple[int, int]:
    """Let a worker take the webhook's job of a paid order and die; return the order and the run."""
    order_id = await pay_unheard(settings, buyer, (await make_movie()).id)
    assert await knock(shop, (await events_of(settings, order_id))[COMPLETED]) == 200
    async with open_queue(settings) as queue:
        await Relay(resources_of(shop), queue).publish_pending()
    [run] = await fetch("SELECT id FROM job_runs WHERE job = 'settle_stripe_event'")
    assert await claim_run(run["id"]) is not None
    return order_id, run["id"]


async def about_money() -> list[str]:
    return [kind for kind in await emitted() if kind.startswith(("order.", "payment."))]


async def end_lease(run_id: int) -> None:
    await fetch("UPDATE job_runs SET next_at = now() WHERE id = $1", run_id)


async def test_a_worker_that_dies_with_the_event_in_hand_is_followed_by_another(
    shop: Client, buyer: Buyer, settings: Settings
) -> None:
    order_id, run_id = await stored_and_claimed(shop, settings, buyer)
    runner = Runner(resources_of(shop), JOBS)
    assert not await runner.run(run_id), "the lease of the dead still holds"
    [lease] = await fetch(
        "SELECT extract(epoch FROM next_at - now())::float8 AS s FROM job_runs WHERE id = $1",
        run_id,
    )
    assert 0 < lease["s"] < 60

    await end_lease(run_id)
    await run_jobs(resources_of(shop))

    assert await books(order_id) == one_set()


async def test_a_worker_that_dies_after_its_commit_is_repeated_without_effect(
    shop: Client, buyer: Buyer, settings: Settings, gateway: StripeGateway
) -> None:
    order_id, run_id = await stored_and_claimed(shop, settings, buyer)
    session_id = str((await attempt_of(order_id)).session_id)
    # Dead between the commit of the payment and the note that the event is done.
    await checkout.refresh_session(gateway, session_id)
    before = await about_money()

    await end_lease(run_id)
    await run_jobs(resources_of(shop))

    assert await books(order_id) == one_set()
    assert await about_money() == before
    assert await fetch("SELECT handled_at IS NULL AS open FROM webhook_events") == [{"open": False}]


async def test_a_worker_that_dies_before_its_acknowledgement_is_repeated_without_effect(
    shop: Client, buyer: Buyer, settings: Settings, gateway: StripeGateway
) -> None:
    order_id, run_id = await stored_and_claimed(shop, settings, buyer)
    [event] = await fetch("SELECT stripe_event_id AS id FROM webhook_events")
    await inbox.handle(gateway, event["id"], livemode=False)

    await end_lease(run_id)
    await run_jobs(resources_of(shop))

    assert await books(order_id) == one_set()
    [run] = await fetch("SELECT attempts, done_at IS NOT NULL AS done FROM job_runs WHERE id = $1",
                        run_id)  # fmt: skip
    assert run == {"attempts": 2, "done": True}


@pytest.mark.chaos
async def test_while_the_database_is_down_no_webhook_is_acknowledged(
    servers: Servers, tmp_path: Path
) -> None:
    with temporary_folder() as folder:
        async with run_postgres(folder / "postgres") as postgres:
            settings = make_settings(servers, await postgres.ensure_database("cinema"))
            await migrate(settings)
            async with TestClient(TestServer(create_app(settings))) as client:
                assert await knock(client, PING | {"id": "evt_before"}) == 200
                await postgres.stop()

                down = await asyncio.gather(*(knock(client, PING) for _ in range(12)))
                assert set(down) == {503}

                await postgres.start()
                assert await knock(client, PING) == 200
                await postgres.restart(immediate=True)
                kept = await fetch("SELECT stripe_event_id AS id FROM webhook_events ORDER BY id")
                assert [row["id"] for row in kept] == ["evt_before", "evt_ping"]
