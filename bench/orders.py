"""What the till can do: orders created and payments settled a second, beside PostgreSQL alone.

Run it as `python -m bench.orders`. The product's processes share one core; PostgreSQL, Redis, the
Stripe simulator and 16 clients have the others. The limit is pgbench, on the product's core and
with as many clients, sending the very statements of the use case (bench/recording.py), without
HTTP, JSON, Stripe, queue or relay. Aims: 0.35 of the limit; a webhook's 2xx within 50 ms and a
receipt's job done within 1 s of the commit, both for 99 of 100.
"""

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
import uvloop

from bench.realtime_stage import percentile
from bench.recording import Asked, recording, script
from bench.shop_stage import (
    CLIENTS,
    FILMS,
    PRODUCT_CORE,
    Shop,
    by_clients,
    fill,
    order,
    pay,
    product,
    shop,
    tell,
    tokens,
)
from cinema.database import fetch, open_database
from cinema.orders.schemas import PlaceOrder
from cinema.orders.service import place_order
from cinema.payments import inbox
from cinema.payments.stripe import VerifiedEvent, open_gateway

ORDERS, SALES = 800, 400
"""Orders that are created; the first of them are paid and settled as fast as it goes."""
PACED, PACE = 200, 20
"""Sales that are settled at a steady rate, a second, to see how late their mails are."""
WEBHOOKS, WEBHOOK_RATE = 1000, 100
TRANSACTIONS = 300
"""What each client of pgbench does."""
PLACING, SETTLING = 1_000_000, 2_000_000
"""Where the numbers of pgbench's buyers begin, and those of its orders."""
BUYER, FILM = 77_000_001, 66_000_001
ORDER, ITEM, PAYMENT, EVENT = 88_000_001, 89_000_001, 87_000_001, 86_000_001
"""The ids of the sale that is recorded: nothing else in a statement looks like them."""
ONE_FILM = (
    "INSERT INTO movies (id, name, year, time, imdb, votes, description, price, certification_id)"
    f" VALUES ({FILM}, 'Film', 2024, 100, 8.0, 1, '', 9.99, 1)",
    f"UPDATE cart_items SET movie_id = {FILM} WHERE cart_id = {BUYER}",
)
BOUGHT = f":k % {FILMS} + 1"
READY = """
WITH made AS (
    INSERT INTO orders (id, user_id, currency, total_amount, expires_at)
    SELECT n, n, 'usd', 9.99, now() + interval '1 hour' FROM unnest($1::bigint[]) n
    RETURNING id
), items AS (
    INSERT INTO order_items (id, order_id, movie_id, movie_name, price_at_order)
    SELECT id, id, id % 1000 + 1, 'Film', 9.99 FROM made RETURNING id, order_id, movie_id
), claims AS (
    INSERT INTO pending_items (user_id, movie_id, order_item_id)
    SELECT order_id, movie_id, id FROM items
)
INSERT INTO checkouts (order_id, attempt, idempotency_key, session_id, status, expires_at)
SELECT id, 1, replace($2, $3, id::text), 'cs_bench_' || id, 'open', now() + interval '1 hour'
  FROM made
"""
WAITING = """
SELECT 1 WHERE EXISTS (SELECT FROM outbox WHERE seq IS NULL)
            OR EXISTS (SELECT FROM job_runs WHERE done_at IS NULL)
"""
LATENESS = """
SELECT extract(epoch FROM r.done_at - o.created_at)::float AS seconds
  FROM job_runs r JOIN outbox o ON o.id = r.outbox_id
 WHERE r.job = 'mail_receipt' AND o.created_at > $1
"""


def numbers_of_pgbench(base: int) -> list[int]:
    return [base + client * 1000 + n for client in range(CLIENTS) for n in range(1, 1000)]


async def record(stage: Shop) -> tuple[list[Asked], list[Asked], dict[str, str]]:
    """Sell one film, and return what was asked to order it, to settle it, and the sale's words."""
    tables = {
        "orders": ORDER, "order_items": ITEM, "payments": PAYMENT, "webhook_events": EVENT,
    }  # fmt: skip
    async with open_database(stage.settings, "bench"), open_gateway(stage.settings) as gateway:
        for table, first in tables.items():
            await fetch(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {first}")
        for statement in ONE_FILM:
            await fetch(statement)
        with recording() as placing:
            await place_order(BUYER, PlaceOrder(), currency="usd", lifetime_minutes=30)
        event = await sell(stage, BUYER, ORDER)
        with recording() as settling:
            await inbox.receive(VerifiedEvent(event["id"], event["type"], False, event))
            await inbox.handle(gateway, event["id"], livemode=False)
        [attempt] = await fetch("SELECT idempotency_key FROM checkouts WHERE order_id = $1", ORDER)
        for table in tables:
            await fetch(f"ALTER SEQUENCE {table}_id_seq RESTART WITH 1")
        sale = {"intent": event["data"]["object"]["id"], "event": event["id"]}
        return placing.asked, settling.asked, sale | {"attempt": attempt["idempotency_key"]}


async def sell(stage: Shop, buyer: int, order_id: int) -> dict[str, Any]:
    """Pay an order through a web process that runs for this alone; return Stripe's event."""
    access = (await tokens(stage.settings, [buyer]))[buyer]
    async with product(stage, "serve"), aiohttp.ClientSession(stage.url) as session:
        await pay(session, access, order_id)
    return (await succeeded(stage))[0]


async def succeeded(stage: Shop) -> list[dict[str, Any]]:
    """Return all payments that succeeded at the simulator, as events, the newest first."""
    found: list[dict[str, Any]] = []
    more, after = True, ""
    while more:
        path = f"/v1/events?type=payment_intent.succeeded&limit=100{after}"
        page = await stage.ask_simulator(path, method="GET")
        found += page["data"]
        more, after = page["has_more"], f"&starting_after={page['data'][-1]['id']}"
    return found


async def pgbench(
    stage: Shop, asked: Sequence[Asked], words: Mapping[str, str], base: int
) -> float:
    """Return how many times a second pgbench does the same."""
    url = stage.settings.database_url
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(await script(url, asked, words))
        process = await asyncio.create_subprocess_exec(
            stage.bin / "pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-t",
            str(TRANSACTIONS), "-D", "n=0", "-D", f"base={base}", "-f", path, url,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        os.sched_setaffinity(process.pid, {PRODUCT_CORE})
        said, _ = await process.communicate()
    found = [line for line in said.decode().splitlines() if line.startswith("tps = ")]
    if process.returncode or not found:
        raise RuntimeError(said.decode())
    return float(found[0].split()[2])


async def drained(stage: Shop) -> None:
    """Wait until the worker has done all that follows the orders."""
    async with open_database(stage.settings, "bench"):
        while True:
            if not await fetch(WAITING):
                return
            await asyncio.sleep(0.2)


async def settled(stage: Shop, events: Sequence[dict[str, Any]]) -> float:
    """Deliver the events with all clients; return how many sales a second came into the books."""
    async with open_database(stage.settings, "bench"), aiohttp.ClientSession(stage.url) as session:
        [before] = await fetch("SELECT count(*) AS n FROM purchases")
        began = perf_counter()

        async def post(event: dict[str, Any]) -> None:
            await tell(session, event)

        await by_clients(events, post)
        while True:
            [row] = await fetch("SELECT count(*) AS n FROM purchases")
            if row["n"] - before["n"] == len(events):
                return len(events) / (perf_counter() - began)
            await asyncio.sleep(0.02)


async def at_rate(stage: Shop, events: Sequence[dict[str, Any]], rate: int) -> list[float]:
    """Deliver the events at a steady rate; return the milliseconds of each 2xx."""
    async with aiohttp.ClientSession(stage.url) as session, asyncio.TaskGroup() as group:
        began, tasks = perf_counter(), []
        for number, event in enumerate(events):
            await asyncio.sleep(max(0.0, began + number / rate - perf_counter()))
            tasks.append(group.create_task(tell(session, event)))
    return [task.result() for task in tasks]


async def mails_late(stage: Shop, events: Sequence[dict[str, Any]]) -> list[float]:
    """Settle sales at a steady rate; return the seconds from each commit to its mail's end."""
    async with open_database(stage.settings, "bench"):
        [clock] = await fetch("SELECT now() AS moment")
        await at_rate(stage, events, PACE)
        while True:
            rows = await fetch(LATENESS, clock["moment"])
            if sum(row["seconds"] is not None for row in rows) == len(events):
                return [row["seconds"] for row in rows]
            await asyncio.sleep(0.1)


async def place_and_pay(stage: Shop) -> tuple[float, list[dict[str, Any]]]:
    """Return the orders a second, and the events of those that were paid afterwards."""
    async with open_database(stage.settings, "bench"):
        access = await tokens(stage.settings, range(1, ORDERS + 1))
    orders: dict[int, str] = {}
    async with product(stage, "serve"), aiohttp.ClientSession(stage.url) as session:

        async def place(token: str) -> None:
            orders[await order(session, token)] = token

        async def pay_for(sale: tuple[int, str]) -> None:
            await pay(session, sale[1], sale[0])

        rate = await by_clients(access.values(), place)
        await by_clients(list(orders.items())[: SALES + PACED], pay_for)
    return rate, (await succeeded(stage))[: SALES + PACED]


def copies(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Other events about the same sales, as Stripe sends several for each."""
    return [
        {**events[n % len(events)], "id": f"evt_copy_{n}", "type": "charge.succeeded"}
        for n in range(WEBHOOKS)
    ]


def show(what: str, asked: Sequence[Asked], limit: float, reached: float) -> None:
    print(f"pgbench {what}, {len(asked)} statements: {limit:.0f}/s; {reached / limit:.2f} of it")


async def main() -> None:
    async with shop() as stage:
        await stage.ask_simulator("/_faults", {"drop_webhooks": True})
        rooms = [*numbers_of_pgbench(PLACING), *numbers_of_pgbench(SETTLING)]
        await fill(stage.settings, [*range(1, ORDERS + 1), BUYER, *rooms])
        placing, settling, sale = await record(stage)
        async with open_database(stage.settings, "bench"):
            numbers = numbers_of_pgbench(SETTLING)
            await fetch(READY, numbers, sale["attempt"], str(ORDER))
        created, events = await place_and_pay(stage)
        print(f"orders created: {created:.0f}/s")
        async with product(stage, "serve", "worker"):
            began = perf_counter()
            await drained(stage)
            print(f"  what followed them was done in {perf_counter() - began:.0f} s")
            rate = await settled(stage, events[:SALES])
            print(f"webhooks settled: {rate:.0f}/s")
            await drained(stage)
            times = await at_rate(stage, copies(events[:SALES]), WEBHOOK_RATE)
            late = await mails_late(stage, events[SALES:])
        print(f"webhook to 2xx at {WEBHOOK_RATE}/s: p99 {percentile(times, 0.99):.1f} ms")
        print(f"commit to mail at {PACE} sales/s: p99 {percentile(late, 0.99):.2f} s")
        words = {str(BUYER): ":k", str(FILM): BOUGHT, str(ORDER): "currval('orders_id_seq')"}
        words[str(ITEM)] = "currval('order_items_id_seq')"
        limit = await pgbench(stage, placing, words, PLACING)
        show("creates", placing, limit, created)
        words = {str(BUYER): ":k", str(FILM): BOUGHT, str(ORDER): ":k", str(ITEM): ":k"}
        words |= {sale["intent"]: "'pi_bench_' || :k", sale["event"]: "'evt_bench_' || :k"}
        words[str(PAYMENT)] = "currval('payments_id_seq')"
        words[str(EVENT)] = "currval('webhook_events_id_seq')"
        limit = await pgbench(stage, settling, words, SETTLING)
        show("settles", settling, limit, rate)


if __name__ == "__main__":
    uvloop.run(main())
