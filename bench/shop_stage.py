"""A cinema with a till for the benchmarks: buyers with full carts, a Stripe simulator, mail."""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bench.realtime_stage import environment, listening, run
from cinema.accounts.service.sessions import open_session
from cinema.database import fetch, open_database, transaction
from cinema.devstack.payments import WEBHOOK_PATH, StripeServer
from cinema.devstack.ports import free_port
from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.devstack.smtp import SmtpCatcher
from cinema.devstack.stripe.webhooks import sign
from cinema.http.device import Device
from cinema.migrate import migrate
from cinema.settings import Settings

T = TypeVar("T")

CLIENTS = 16
PRODUCT_CORE = 0
"""The product's processes have this core to themselves; everything else has the others."""
SECRET = "whsec_bench"
FILMS = 1_000
"""Buyers spread over them; else they would wait for each other at one film's row."""
FILL = (
    "INSERT INTO certifications (id, name) VALUES (1, 'G')",
    "INSERT INTO movies (id, name, year, time, imdb, votes, description, price, certification_id)"
    " SELECT n, 'Film ' || n, 2024, 100, 8.0, 1, '', 9.99, 1 FROM unnest($2::bigint[]) n",
    "INSERT INTO users (id, email, password_hash, is_active, group_id)"
    " SELECT n, 'buyer-' || n || '@bench.example', '!', true,"
    " (SELECT id FROM user_groups WHERE name = 'USER') FROM unnest($1::bigint[]) n",
    "INSERT INTO user_profiles (user_id) SELECT unnest($1::bigint[])",
    "INSERT INTO carts (id, user_id, version) SELECT n, n, 1 FROM unnest($1::bigint[]) n",
    "INSERT INTO cart_items (cart_id, movie_id, price_when_added)"
    f" SELECT n, n % {FILMS} + 1, 9.99 FROM unnest($1::bigint[]) n",
)


@dataclass(frozen=True)
class Shop:
    settings: Settings
    url: str
    bin: Path
    """Folder of PostgreSQL's programs."""

    async def ask_simulator(self, path: str, body: object = None, method: str = "POST") -> Any:
        headers = {"Authorization": f"Bearer {self.settings.stripe_api_key.get_secret_value()}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, self.settings.stripe_api_url + path, json=body) as answer,
        ):
            return await answer.json()


@asynccontextmanager
async def shop() -> AsyncIterator[Shop]:
    """Run everything but the product's own processes, with an empty, migrated database."""
    if len(cores := os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, cores - {PRODUCT_CORE})
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = PostgresServer(folder / "postgres", lasting=False)
        redis = RedisServer(folder / "redis", keep=False)
        mail = SmtpCatcher(folder / "mail")
        for server in (postgres, redis, mail):
            await server.start()
            stack.push_async_callback(server.stop)
        port = free_port()
        values = environment(await postgres.create_database("cinema"), redis.url, port)
        values |= {
            "CINEMA_SMTP_URL": mail.url,
            "CINEMA_STRIPE_WEBHOOK_SECRETS": SECRET,
            "CINEMA_RATE_LIMITS": "0",
        }
        site = f"http://127.0.0.1:{port}"
        stripe = StripeServer(folder / "stripe", values, site)
        await stripe.start()
        stack.push_async_callback(stripe.stop)
        os.environ.update(values | {"CINEMA_STRIPE_API_URL": stripe.url})
        settings = Settings()
        await migrate(settings)
        yield Shop(settings, site, postgres.binaries)


@asynccontextmanager
async def product(shop: Shop, *commands: str) -> AsyncIterator[None]:
    """Run `cinema COMMAND`s on the product's core for the time of the block."""
    processes = [await run(command) for command in commands]
    try:
        for process in processes:
            os.sched_setaffinity(process.pid, {PRODUCT_CORE})
        await listening(shop.settings.port)
        await asyncio.sleep(2)
        yield
    finally:
        for process in processes:
            process.terminate()
            await process.wait()


async def fill(settings: Settings, buyers: Iterable[int]) -> None:
    """Make the films and these buyers, each with a film in a cart of the same number."""
    values = {"$1": list(buyers), "$2": list(range(1, FILMS + 1))}
    async with open_database(settings, "bench"), transaction():
        for statement in FILL:
            given = [value for name, value in values.items() if name in statement]
            await fetch(statement.replace("$2", "$1"), *given)


async def tokens(settings: Settings, buyers: Iterable[int]) -> dict[int, str]:
    """Open a session for each; the database is open."""
    async with transaction():
        return {
            buyer: (await open_session(settings, buyer, Device("bench", "127.0.0.1"))).access
            for buyer in buyers
        }


async def by_clients(work: Iterable[T], act: Callable[[T], Awaitable[None]]) -> float:
    """Let CLIENTS share the work; return how much of it was done a second."""
    waiting = list(work)
    total, began = len(waiting), time.perf_counter()

    async def client() -> None:
        while waiting:
            await act(waiting.pop())

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return total / (time.perf_counter() - began)


async def order(session: aiohttp.ClientSession, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with session.post("/api/v1/orders", json={}, headers=headers) as answer:
        if answer.status != 201:
            raise RuntimeError(await answer.text())
        return int((await answer.json())["order"]["id"])


async def pay(session: aiohttp.ClientSession, token: str, order_id: int) -> None:
    """Open the page at the simulator and pay there."""
    headers = {"Authorization": f"Bearer {token}"}
    async with session.post(f"/api/v1/orders/{order_id}/checkout", headers=headers) as answer:
        url = (await answer.json())["checkout_url"]
    form = {"number": "4242 4242 4242 4242", "exp": "12/40", "cvc": "123"}
    async with session.post(url, data=form, allow_redirects=False) as answer:
        if answer.status != 303:
            raise RuntimeError(await answer.text())


async def tell(session: aiohttp.ClientSession, event: dict[str, Any]) -> float:
    """Post an event as Stripe does; return the milliseconds to its 2xx."""
    body = json.dumps(event).encode()
    headers = {
        "Content-Type": "application/json",
        "Stripe-Signature": sign(body, int(time.time()), [SECRET]),
    }
    began = time.perf_counter()
    async with session.post(WEBHOOK_PATH, data=body, headers=headers) as answer:
        if answer.status // 100 != 2:
            raise RuntimeError(await answer.text())
    return (time.perf_counter() - began) * 1000
