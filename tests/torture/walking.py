"""A shop in a loop of its own, for walks that hypothesis leads step by step."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from decimal import Decimal
from typing import Any, TypeVar

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from cinema.app import create_app
from cinema.cart import service as cart
from cinema.database import fetch
from cinema.doctor.invariants import INVARIANTS
from cinema.errors import CinemaError
from cinema.orders import service as orders
from cinema.orders.schemas import PlaceOrder
from cinema.payments import checkout, closing, reconciliation
from cinema.payments.refund_requests import refund_order, refund_payment
from cinema.payments.schemas import OrderRefund, PaymentRefund
from cinema.resources import Resources
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import resources_of
from tests.factories import make_movie
from tests.house import pay, run_jobs, simulator
from tests.payments.till import at_stripe, end_time, knock

T = TypeVar("T")

ROUTES = (
    "POST /v1/checkout/sessions",
    "POST /v1/checkout/sessions/{id}/expire",
    "GET /v1/checkout/sessions/{id}",
    "GET /v1/payment_intents/{id}",
    "POST /v1/refunds",
    "GET /v1/refunds/{id}",
)
"""What the product asks of Stripe."""
MORE_THAN_RETRIES = 3
CHECK = " UNION ALL ".join(
    f"SELECT '{rule.replace(chr(39), chr(39) * 2)}' AS rule, about FROM ({sql}) broken"
    for rule, sql in INVARIANTS.items()
)
CHARGED = "SELECT id, external_payment_id AS intent, amount FROM payments WHERE order_id = $1"


class Walk:
    """What one walk has made: its people, its films, its orders, and Stripe's news of them."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self.client = client
        self.settings = settings
        self.resources: Resources = resources_of(client)
        self.users: list[int] = []
        self.movies: list[int] = []
        self.orders: list[tuple[int, int]] = []
        self.pages: dict[int, str] = {}
        self._newest: str | None = None

    async def begin(self) -> None:
        self.users = [(await make_user()).id for _ in range(2)]
        self.movies = [(await make_movie(price=Decimal(p))).id for p in ("9.99", "0.75", "4.50")]
        self._newest = next((event["id"] for event in await self._events(limit="1")), None)

    async def order(self, user: int, chosen: set[int]) -> None:
        user_id = self.users[user]
        await cart.clear(user_id)
        for number in sorted(chosen):
            with suppress(CinemaError):
                await cart.add_movie(user_id, self.movies[number])
        with suppress(CinemaError):
            placed = await orders.place_order(
                user_id, PlaceOrder(), currency="usd", lifetime_minutes=30
            )
            self.orders.append((user_id, placed.order.id))

    async def open_page(self, which: int) -> None:
        user_id, order_id = self._order(which)
        with suppress(CinemaError):
            page = await checkout.start_checkout(self.resources.gateway, user_id, order_id)
            if page.checkout_url.startswith("http"):
                self.pages[order_id] = page.checkout_url

    async def pay(self, which: int, card: str) -> None:
        """Pay at the page that was opened last, even where it is closed by now."""
        _, order_id = self._order(which)
        if order_id in self.pages:
            await pay(self.pages[order_id], card)

    async def cancel(self, which: int) -> None:
        user_id, order_id = self._order(which)
        with suppress(CinemaError):
            await closing.cancel_order(self.resources.gateway, user_id, order_id)

    async def hear(self, which: int, times: int) -> None:
        """Let Stripe tell some event of this walk, old or new, and perhaps more than once."""
        events = await self._events()
        if events:
            event = events[which % len(events)]
            answers = [knock(self.client, event) for _ in range(times)]
            assert set(await asyncio.gather(*answers)) == {200}

    async def hear_everything(self) -> None:
        for event in await self._events():
            assert await knock(self.client, event) == 200
        await self.work()

    async def run_out(self, which: int) -> None:
        """Let the time of an order be over, and the expiry job look."""
        await end_time(self._order(which)[1])
        await closing.expire_due(self.resources.gateway)

    async def reconcile(self) -> None:
        await fetch("UPDATE checkouts SET created_at = created_at - interval '3 minutes'")
        await reconciliation.reconcile(self.resources.gateway)

    async def work(self) -> None:
        await run_jobs(self.resources)

    async def offer(self, which: int, *, is_available: bool) -> None:
        await fetch(
            "UPDATE movies SET is_available = $2 WHERE id = $1", self.movies[which], is_available
        )

    async def ask_back(self, which: int, movie: int | None) -> None:
        """Let the buyer give the order back, or one of its films."""
        user_id, order_id = self._order(which)
        wanted = OrderRefund(reason="No", items=None if movie is None else [self.movies[movie]])
        with suppress(CinemaError):
            await refund_order(order_id, wanted, user_id, is_staff=False, window_days=14)

    async def pay_back(self, which: int, amount: Decimal | None) -> None:
        """Let the staff pay something back, or all that is left."""
        for row in await fetch(CHARGED, self._order(which)[1]):
            with suppress(CinemaError):
                wanted = PaymentRefund(reason="Sorry", amount=amount)
                await refund_payment(row["id"], wanted, self.users[0])

    async def pay_back_at_stripe(self, which: int, minor: int) -> None:
        """Make a refund as in Stripe's dashboard; too much of it is refused there."""
        for intent in await self._intents(which):
            await self._post("/v1/refunds", payment_intent=intent, amount=str(minor))

    async def dispute(self, which: int) -> None:
        for intent in await self._intents(which):
            await simulator(self.settings, "/_disputes", {"payment_intent": intent})

    async def decide(self, which: int, *, won: bool) -> None:
        """Let the bank decide a dispute that is open."""
        evidence = "winning_evidence" if won else "losing_evidence"
        for intent in await self._intents(which):
            disputes = await at_stripe(self.settings, "/v1/disputes", payment_intent=intent)
            for one in disputes["data"]:
                text = {"evidence[uncategorized_text]": evidence}
                await self._post(f"/v1/disputes/{one['id']}", **text)

    async def _intents(self, which: int) -> list[str]:
        rows = await fetch(CHARGED, self._order(which)[1])
        return [row["intent"] for row in rows if row["intent"]]

    async def _post(self, path: str, **form: str) -> None:
        headers = {"Authorization": f"Bearer {self.settings.stripe_api_key.get_secret_value()}"}
        url = self.settings.stripe_api_url + path
        async with aiohttp.ClientSession() as session:
            await session.post(url, data=form, headers=headers)

    async def fail_once(self, mode: str, *, after_work: bool) -> None:
        """Let Stripe's next answers go wrong, before or after it has done the work."""
        faults = [
            {"route": route, "mode": mode, "times": MORE_THAN_RETRIES, "after_work": after_work}
            for route in ROUTES
        ]
        await simulator(self.settings, "/_faults", {"fail_next": faults})

    async def settle_down(self) -> None:
        """End all faults, tell everything, let every job and every sweep do its work."""
        await simulator(self.settings, "/_faults", None, "DELETE")
        await simulator(self.settings, "/_faults", {"drop_webhooks": True})
        await self.hear_everything()
        for _, order_id in self.orders:
            await end_time(order_id)
        for _ in range(2):
            await fetch("UPDATE job_runs SET next_at = now() WHERE done_at IS NULL")
            await self.work()
            await self.reconcile()
            await closing.expire_due(self.resources.gateway)

    async def check(self) -> None:
        assert await fetch(CHECK) == []

    async def check_the_end(self) -> None:
        """Whatever happened, nothing is open, and the books say what Stripe says."""
        await self.check()
        ids = [order_id for _, order_id in self.orders]
        still_open = "SELECT id FROM orders WHERE id = ANY($1::bigint[]) AND status = 'pending'"
        assert await fetch(still_open, ids) == []
        charges = [event["data"]["object"] for event in await self._events("charge.succeeded")]
        booked = [row for order_id in ids for row in await fetch(CHARGED, order_id)]
        known = {row["intent"] for row in booked}
        assert {charge["payment_intent"] for charge in charges} <= known
        for charge in charges:
            now = await at_stripe(self.settings, f"/v1/charges/{charge['id']}")
            if now["disputed"]:
                continue  # what the bank took is no refund
            [row] = await fetch(
                "SELECT coalesce(sum(r.amount), 0) AS back FROM payments p JOIN refunds r"
                " ON r.payment_id = p.id AND r.status = 'succeeded'"
                " WHERE p.external_payment_id = $1",
                charge["payment_intent"],
            )
            assert now["amount_refunded"] == int(row["back"] * 100)

    def _order(self, which: int) -> tuple[int, int]:
        return self.orders[which % len(self.orders)]

    async def _events(self, kind: str = "", limit: str = "100") -> list[dict[str, Any]]:
        """List Stripe's events of this walk, the newest first."""
        params = {"limit": limit} | ({"type": kind} if kind else {})
        if self._newest is not None:
            params["ending_before"] = self._newest
        answer = await at_stripe(self.settings, "/v1/events", **params)
        listed: list[dict[str, Any]] = answer["data"]
        return listed


class Stage:
    """The application, for as many walks as there are to be."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._client: Any = None

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def open(self) -> None:
        self.do(self._open())

    async def _open(self) -> None:
        app = create_app(self._settings)
        self._client = await self._stack.enter_async_context(TestClient(TestServer(app)))

    def close(self) -> None:
        self.do(self._stack.aclose())
        self._runner.close()

    def walk(self) -> Walk:
        return Walk(self._client, self._settings)
