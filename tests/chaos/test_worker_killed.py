"""kill -9 of the worker: what was paid is entered once, whenever it dies."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from cinema.app import create_app
from cinema.database import fetch
from cinema.devstack.data import temporary_folder
from cinema.migrate import migrate
from cinema.settings import Settings
from tests.chaos.processes import kill, running
from tests.conftest import Client, make_settings
from tests.factories import make_movie
from tests.house import make_buyer, pay, simulator
from tests.invariants import assert_books_balance
from tests.payments.till import books, one_set
from tests.servers import Servers
from tests.waiting import eventually

pytestmark = pytest.mark.chaos


@pytest.fixture
def own_servers() -> Iterator[Servers]:
    with temporary_folder() as folder:
        servers = Servers(folder)
        servers.start()
        yield servers
        servers.stop()


@pytest.fixture
async def own_settings(own_servers: Servers) -> Settings:
    url = own_servers.background.run(own_servers.postgres.ensure_database("cinema"))
    settings = make_settings(own_servers, url, log_level="info")
    await migrate(settings)
    return settings


@pytest.fixture
async def shop(own_settings: Settings) -> AsyncIterator[Client]:
    async with TestClient(TestServer(create_app(own_settings))) as client:
        url = str(client.make_url("/api/v1/payments/webhook"))
        await simulator(own_settings, "/_webhook", {"url": url})
        yield client


async def paid_order(shop: Client, settings: Settings, movie_id: int) -> int:
    buyer = await make_buyer(shop, settings)
    await buyer.add(movie_id)
    order_id = await buyer.order()
    assert await pay(await buyer.checkout(order_id)) == 303
    return order_id


async def jobs_open() -> int:
    [row] = await fetch(
        "SELECT (SELECT count(*) FROM job_runs WHERE done_at IS NULL)"
        "     + (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS n"
    )
    return int(row["n"])


async def test_a_worker_killed_between_the_payment_and_the_webhooks_job_pays_once(
    shop: Client, own_settings: Settings, tmp_path: Path
) -> None:
    """It dies with the event in hand, while it asks Stripe how the payment stands."""
    hangs = [
        {"route": f"GET /v1/{what}", "mode": "hang", "times": 50}
        for what in ("payment_intents/{id}", "checkout/sessions/{id}")
    ]
    await simulator(own_settings, "/_faults", {"fail_next": hangs})

    async def in_hand() -> bool:
        rows = await fetch("SELECT 1 FROM webhook_events WHERE attempts > 0 AND handled_at IS NULL")
        return bool(rows)

    with running(own_settings, "worker", tmp_path / "worker.log") as first:
        order_id = await paid_order(shop, own_settings, (await make_movie()).id)
        await eventually(in_hand, timeout=20)
        kill(first)
    assert (await books(order_id))["order"] == "pending"
    await simulator(own_settings, "/_faults", None, "DELETE")

    async def settled() -> bool:
        return (await books(order_id))["order"] == "paid" and await jobs_open() == 0

    with running(own_settings, "worker", tmp_path / "worker.log"):
        await eventually(settled, timeout=60)
    assert await books(order_id) == one_set()
    assert await fetch("SELECT count(*) AS n FROM sent_mails WHERE kind = 'payment_confirmed'") == [
        {"n": 1}
    ]
    await assert_books_balance()


async def test_a_worker_killed_again_and_again_enters_every_payment_once(
    shop: Client, own_settings: Settings, tmp_path: Path
) -> None:
    dice, movie = random.Random(38), await make_movie()
    order_ids: list[int] = []
    for _ in range(3):
        with running(own_settings, "worker", tmp_path / "worker.log") as worker:
            order_ids += [await paid_order(shop, own_settings, movie.id) for _ in range(4)]
            await asyncio.sleep(dice.uniform(0, 2.5))
            kill(worker)

    async def all_done() -> bool:
        [row] = await fetch("SELECT count(*) AS n FROM orders WHERE status <> 'paid'")
        return row["n"] == 0 and await jobs_open() == 0

    with running(own_settings, "worker", tmp_path / "worker.log"):
        await eventually(all_done, timeout=60)
    for order_id in order_ids:
        assert await books(order_id) == one_set()
    confirmed = await fetch("SELECT message_id FROM sent_mails WHERE kind = 'payment_confirmed'")
    assert len(Counter(row["message_id"] for row in confirmed)) == len(order_ids)
    await assert_books_balance()
