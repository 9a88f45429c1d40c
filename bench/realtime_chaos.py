"""The promise under fire: `python -m bench.realtime_chaos [SECONDS]`.

Clients follow a channel each while their web processes, the relays, Redis and PostgreSQL are
killed under them. At the end every client must have told exactly what the log holds, in its order.
"""

import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

import asyncpg
import uvloop

from bench.realtime_stage import environment, listening, run
from cinema.client import Event, LiveClient
from cinema.database import credentials
from cinema.devstack.ports import free_port
from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.migrate import migrate
from cinema.settings import Settings

CLIENTS = 40
RATE = 150
KEPT = ("serve 0", "serve 1", "relay 0", "relay 1")
EMIT = """
INSERT INTO outbox (type, topics, data)
VALUES ('bench.happened', ARRAY[$1::text], jsonb_build_object('number', $2::int))
"""
Told = dict[str, list[int | None]]
CHANNELS = [f"movie:{number + 1}" for number in range(CLIENTS)]


class House:
    """Two web processes, two relays, and the servers beneath them."""

    def __init__(self, folder: Path) -> None:
        self.postgres = PostgresServer(folder / "postgres", lasting=False)
        self.redis = RedisServer(folder / "redis", keep=False)
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self.ports = [free_port(), free_port()]
        self.kills: defaultdict[str, int] = defaultdict(int)
        self.keepers: list[asyncio.Task[None]] = []
        self.closing = False

    async def open(self) -> Settings:
        await asyncio.gather(self.postgres.start(), self.redis.start())
        url = await self.postgres.create_database("cinema")
        os.environ.update(environment(url, self.redis.url, self.ports[0]))
        settings = Settings()
        await migrate(settings)
        self.keepers = [asyncio.create_task(self.keep(name)) for name in KEPT]
        for port in self.ports:
            await listening(port)
        return settings

    async def keep(self, name: str) -> None:
        """Start it again whenever it ends, as a service manager does."""
        command, number = name.split()
        while not self.closing:
            port = str(self.ports[int(number)])
            self.processes[name] = await run(command, CINEMA_PORT=port)
            await self.processes[name].wait()
            await asyncio.sleep(0.2)

    async def kill(self, name: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.processes[name].kill()
            self.kills["web process" if "serve" in name else "relay"] += 1

    async def kill_redis(self) -> None:
        self.kills["redis"] += 1
        await self.redis.kill()
        await asyncio.sleep(1)
        await self.redis.start()

    async def kill_postgres(self) -> None:
        self.kills["postgres"] += 1
        await self.postgres.restart(immediate=True)

    async def close(self) -> None:
        self.closing = True
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await asyncio.gather(*self.keepers)
        await asyncio.gather(self.postgres.stop(), self.redis.stop())


async def every(seconds: float, over: asyncio.Event, act: Callable[[], Awaitable[None]]) -> None:
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), random.uniform(0.5, 1.5) * seconds)
            return
        await act()


async def produce(settings: Settings, seconds: float) -> None:
    """Commit events; what a commit comes to that the database died over is for the log to say."""
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(**credentials(settings.database_url), timeout=2)
            while time.monotonic() < end:
                number += 1
                async with connection.transaction():
                    await connection.execute(EMIT, random.choice(CHANNELS), number)
                    await connection.execute("SELECT pg_notify('outbox', '')")
                await asyncio.sleep(1 / RATE)
            await connection.close()
        await asyncio.sleep(0.05)


async def follow(port: int, channel: str, cursor: str, told: list[int | None]) -> None:
    live = LiveClient(f"http://127.0.0.1:{port}", {channel: cursor})
    async with aclosing(live.events()) as events:
        async for event in events:
            # None: the client was told to start over, which nothing here gives a reason for.
            number = event.data["number"] if isinstance(event, Event) else None
            told.append(number)


async def truth(settings: Settings) -> Told:
    connection = await asyncpg.connect(**credentials(settings.database_url))
    rows = await connection.fetch(
        "SELECT topics[1] AS channel, (data->>'number')::int AS number FROM outbox ORDER BY seq"
    )
    await connection.close()
    log: Told = {channel: [] for channel in CHANNELS}
    for row in rows:
        log[row["channel"]].append(row["number"])
    return log


async def trial(house: House, settings: Settings, seconds: float) -> tuple[Told, Told]:
    """Return what the clients have told and what the log holds."""
    told: Told = {channel: [] for channel in CHANNELS}
    connection = await asyncpg.connect(**credentials(settings.database_url))
    epoch = await connection.fetchval("SELECT epoch FROM realtime_epoch")
    await connection.close()
    over = asyncio.Event()
    clients = [
        asyncio.create_task(follow(house.ports[number % 2], channel, f"{epoch}.0", told[channel]))
        for number, channel in enumerate(CHANNELS)
    ]
    acts: list[tuple[float, Callable[[], Awaitable[None]]]] = [
        *((8.0 + place, partial(house.kill, name)) for place, name in enumerate(KEPT)),
        (10.0, house.kill_redis),
        (15.0, house.kill_postgres),
    ]
    nemesis = [asyncio.create_task(every(pause, over, act)) for pause, act in acts]
    await produce(settings, seconds)
    over.set()
    await asyncio.gather(*nemesis)
    expected, deadline = await truth(settings), time.monotonic() + 30
    while told != expected and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        expected = await truth(settings)
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    return told, expected


async def main(seconds: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        try:
            told, expected = await trial(house, await house.open(), seconds)
        finally:
            await house.close()
    return report(told, expected, dict(house.kills))


def report(told: Told, expected: Told, kills: dict[str, int]) -> int:
    lost = sum(len(set(expected[each]) - set(told[each])) for each in CHANNELS)
    twice = sum(len(told[each]) - len(set(told[each])) for each in CHANNELS)
    wrong = sum(told[each] != expected[each] for each in CHANNELS)
    total = sum(map(len, expected.values()))
    print(
        f"{total} events to {CLIENTS} clients; killed: {kills};"
        f" lost {lost}, twice {twice}, clients with another order {wrong}"
    )
    return 1 if lost or twice or wrong else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)))
