"""The house at work in a test: the relay and the jobs in this process, buyers over HTTP."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from cinema.accounts.models import User
from cinema.database import fetch
from cinema.resources import Resources
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of
from tests.waiting import eventually
from workers.jobs import open_queue
from workers.relay import Relay
from workers.runner import Runner
from workers.subscriptions import JOBS

PAYS = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"
INSUFFICIENT_FUNDS = "4000 0000 0000 9995"

DUE = "SELECT id FROM job_runs WHERE done_at IS NULL AND next_at <= now() ORDER BY id"


async def run_jobs(resources: Resources) -> None:
    """Publish and work until nothing is due: what the worker process does, step by step."""
    async with open_queue(resources.settings) as queue:
        relay, runner = Relay(resources, queue), Runner(resources, JOBS)
        while True:
            published = await relay.publish_pending()
            due = await fetch(DUE)
            for row in due:
                await runner.run(row["id"])
            if not published and not due:
                return


async def emitted() -> list[str]:
    """Name the events of the log in the order in which they were written."""
    return [row["type"] for row in await fetch("SELECT type FROM outbox ORDER BY id")]


@dataclass
class Buyer:
    """A logged-in user at the REST API, and in front of the page of the payment provider."""

    client: Client
    user: User
    headers: dict[str, str]

    async def call(
        self, method: str, path: str, json: object = None, **headers: str
    ) -> tuple[int, Any]:
        response = await self.client.request(
            method, f"/api/v1{path}", json=json, headers=self.headers | headers
        )
        body = await response.json() if await response.read() else None
        return response.status, body

    async def add(self, *movie_ids: int) -> None:
        for movie_id in movie_ids:
            status, body = await self.call("POST", "/cart/items", {"movie_id": movie_id})
            assert status == 201, body

    async def order(self) -> int:
        status, body = await self.call("POST", "/orders", {})
        assert status == 201, body
        return int(body["order"]["id"])

    async def order_status(self, order_id: int) -> str:
        _, body = await self.call("GET", f"/orders/{order_id}")
        return str(body["status"])

    async def checkout(self, order_id: int) -> str:
        status, body = await self.call("POST", f"/orders/{order_id}/checkout")
        assert status == 200, body
        return str(body["checkout_url"])


async def make_buyer(client: Client, settings: Settings) -> Buyer:
    user = await make_user()
    return Buyer(client, user, await bearer(user, settings))


async def pay(url: str, card: str = PAYS) -> int:
    """Fill in the hosted page's form; 303 when it was paid, 402 when the card was declined."""
    form = {"number": card, "exp": "12/40", "cvc": "123"}
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(url, data=form, allow_redirects=False) as response,
    ):
        return response.status


async def deliver(client: Client, *, events: int) -> None:
    """Wait until so many webhooks are in the inbox, then let the house work on them."""

    async def arrived() -> bool:
        [row] = await fetch("SELECT count(*) AS n FROM webhook_events")
        return bool(row["n"] >= events)

    await eventually(arrived, timeout=10)
    await run_jobs(resources_of(client))


async def simulator(settings: Settings, path: str, body: object, method: str = "POST") -> Any:
    """Knock at one of the simulator's own doors: `/_faults`, `/_events`, `/_webhook`."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, settings.stripe_api_url + path, json=body) as response,
    ):
        return await response.json()
