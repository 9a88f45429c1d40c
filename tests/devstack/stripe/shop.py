"""A shop for the simulator: the real SDK, a browser's form post, and a webhook receiver."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import stripe
from aiohttp import web
from aiohttp.test_utils import TestServer

from cinema.devstack.stripe import SimulatorConfig, run_simulator

API_KEY = "sk_test_shop"
SECRETS = ("whsec_old", "whsec_new")
PAYS = "4242 4242 4242 4242"


@dataclass
class Inbox:
    """Receives webhooks; each takes the next of `answers`, then 200."""

    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers["Stripe-Signature"])
        self.times.append(time.monotonic())
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    @property
    def events(self) -> list[stripe.Event]:
        return [
            stripe.Webhook.construct_event(body, signature, SECRETS[0])
            for body, signature in zip(self.bodies, self.signatures, strict=True)
        ]

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]


@dataclass
class Shop:
    url: str
    client: stripe.StripeClient
    browser: aiohttp.ClientSession
    inbox: Inbox

    async def create(self, key: str | None = None, **changes: Any) -> Any:
        params: Any = session_params(**changes)
        options: Any = {"idempotency_key": key} if key else {}
        return await self.client.v1.checkout.sessions.create_async(params, options)

    async def session(self, session_id: str, *expand: str) -> Any:
        return await self.client.v1.checkout.sessions.retrieve_async(
            session_id, {"expand": list(expand)}
        )

    async def pay(self, session: Any, number: str = PAYS, **fields: str) -> tuple[int, str]:
        """Post the card form; return the status, and the address led to or else the page."""
        form = {"number": number, "exp": "12/34", "cvc": "123"} | fields
        return await self.post_form(f"{self.url}/pay/{session.id}", form)

    async def post_form(self, url: str, form: dict[str, str]) -> tuple[int, str]:
        async with self.browser.post(url, data=form, allow_redirects=False) as response:
            return response.status, response.headers.get("Location") or await response.text()

    async def page(self, path: str) -> tuple[int, str]:
        async with self.browser.get(self.url + path, allow_redirects=False) as response:
            return response.status, response.headers.get("Location") or await response.text()

    async def paid(self, number: str = PAYS, **changes: Any) -> Any:
        session = await self.create(**changes)
        status, _ = await self.pay(session, number)
        assert status == 303
        return await self.session(session.id)

    async def fault(self, **order: Any) -> None:
        async with self.browser.post(f"{self.url}/_faults", json=order) as response:
            assert response.status == 200, await response.text()

    async def clear_faults(self) -> None:
        async with self.browser.delete(f"{self.url}/_faults") as response:
            assert response.status == 200

    async def send_event(self, **order: Any) -> dict[str, Any]:
        async with self.browser.post(f"{self.url}/_events", json=order) as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    async def requests(self, route: str) -> list[dict[str, Any]]:
        async with self.browser.get(f"{self.url}/_requests", params={"route": route}) as response:
            seen: list[dict[str, Any]] = (await response.json())["data"]
            return seen

    async def events(self) -> list[str]:
        """The types of all stored events, oldest first."""
        stored = await self.client.v1.events.list_async({"limit": 100})
        return [event.type for event in reversed(stored.data)]


def session_params(**changes: Any) -> dict[str, Any]:
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [line("Alien", 999), line("Heat", 1250, quantity=2)],
        "success_url": "http://shop.test/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cart",
        "client_reference_id": "order-7",
        "metadata": {"order_id": "7"},
        "payment_intent_data": {"metadata": {"order_id": "7"}},
    }
    return params | changes


def line(name: str, amount: int, currency: str = "usd", quantity: int = 1) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    return {"price_data": price, "quantity": quantity}


def new_client(url: str, api_key: str = API_KEY, retries: int = 0) -> stripe.StripeClient:
    http = stripe.HTTPXClient(timeout=5)
    return stripe.StripeClient(
        api_key, base_addresses={"api": url}, http_client=http, max_network_retries=retries
    )


@asynccontextmanager
async def open_shop(folder: Path, inbox: Inbox, webhook_url: str) -> AsyncIterator[Shop]:
    config = SimulatorConfig(folder, API_KEY, webhook_url, SECRETS, async_refund_seconds=0.0)
    async with run_simulator(config) as url, aiohttp.ClientSession() as browser:
        yield Shop(url, new_client(url), browser, inbox)


@asynccontextmanager
async def open_inbox() -> AsyncIterator[tuple[Inbox, str]]:
    inbox = Inbox()
    app = web.Application()
    app.router.add_post("/hook", inbox.receive)
    async with TestServer(app) as server:
        yield inbox, str(server.make_url("/hook"))
