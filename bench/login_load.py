"""What logins cost the catalogue: 50 a second, each with an Argon2id hash.

Run it as `python -m bench.login_load`. It asks for the catalogue 40 times a second, first alone,
then beside 50 logins a second, and prints both latencies, their ratio (the aim is under 2) and
what became of the logins. Those who log in are a process of their own: what the readers' process
would wait for them is no latency of the server's.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from math import inf
from time import perf_counter

import aiohttp
import uvloop

from bench.realtime_stage import percentile, stage
from cinema.accounts.passwords import hash_password
from cinema.accounts.service.registration import add_user
from cinema.database import open_database, transaction
from cinema.devstack.demo import prepare
from cinema.roles import Role
from cinema.settings import Settings

SECONDS = 15
READS, LOGINS = 40, 50
"""Requests in a second; each leaves at its moment, whether or not the last has been answered."""
USERS = 500
PASSWORD = "Demo-cinema-1"


async def at_rate(rate: int, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Start an act `rate` times a second, on time, and wait for the last to end."""
    start = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + number / rate - perf_counter()))
            group.create_task(_run(act))


async def _run(act: Callable[[], Awaitable[None]]) -> None:
    await act()


async def read_catalogue(session: aiohttp.ClientSession, times: list[float]) -> None:
    """Note the milliseconds; a refusal is as bad as no answer at all."""
    start = perf_counter()
    async with session.get("/api/v1/movies?per_page=20") as answer:
        await answer.read()
    times.append((perf_counter() - start) * 1000 if answer.status == 200 else inf)


async def make_users(settings: Settings) -> None:
    password_hash = await hash_password(PASSWORD)
    async with open_database(settings), transaction():
        for number in range(USERS):
            await add_user(f"user-{number}@bench.example", password_hash, Role.USER, is_active=True)


async def log_in(session: aiohttp.ClientSession, number: int, outcomes: Counter[int]) -> None:
    account = {"email": f"user-{number % USERS}@bench.example", "password": PASSWORD}
    async with session.post("/api/v1/accounts/login", json=account) as answer:
        await answer.read()
        outcomes[answer.status] += 1


async def log_many_in(base: str) -> None:
    """Log in at the rate, and print what became of it: the work of the second process."""
    outcomes: Counter[int] = Counter()
    numbers = count()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(base, connector=connector) as session:
        await at_rate(LOGINS, SECONDS, lambda: log_in(session, next(numbers), outcomes))
    print(json.dumps(outcomes))


async def beside_logins(base: str, reading: Awaitable[None]) -> dict[str, int]:
    argv = (sys.executable, "-m", "bench.login_load", base)
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    await asyncio.sleep(1)
    await reading
    outcomes, _ = await process.communicate()
    return dict(json.loads(outcomes))


async def main() -> None:
    os.environ["CINEMA_RATE_LIMITS"] = "0"
    async with stage() as running:
        await prepare(running.settings)
        await make_users(running.settings)
        base = f"http://127.0.0.1:{running.port}"
        idle: list[float] = []
        busy: list[float] = []
        async with aiohttp.ClientSession(base) as session:
            await at_rate(READS, 2, lambda: read_catalogue(session, []))
            await at_rate(READS, SECONDS, lambda: read_catalogue(session, idle))
            reading = at_rate(READS, SECONDS - 1, lambda: read_catalogue(session, busy))
            outcomes = await beside_logins(base, reading)
    for name, times in (("idle", idle), ("beside logins", busy)):
        print(
            f"catalogue {name}: p50 {percentile(times, 0.5):.1f} ms,"
            f" p99 {percentile(times, 0.99):.1f} ms over {len(times)} requests"
        )
    print(f"ratio of the p99: {percentile(busy, 0.99) / percentile(idle, 0.99):.2f}")
    print(f"logins at {LOGINS}/s for {SECONDS} s: {outcomes}")


if __name__ == "__main__":
    uvloop.run(log_many_in(sys.argv[1]) if sys.argv[1:] else main())
