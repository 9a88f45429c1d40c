"""One event to 2,000 sockets, per CPU second of the server: `python -m bench.realtime_fanout`.

Beside it, in the same run, the limit: the same prebuilt frame written to as many bare transports
by a process that does nothing else.
"""

import asyncio
import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import cast

import asyncpg
import uvloop

from bench.realtime_stage import Stage, connect, cpu_seconds, stage
from cinema.database import credentials

SOCKETS = 2000
EVENTS = 200
MARK = b"<frame>"
EMIT = """
INSERT INTO outbox (type, topics, data)
VALUES ('comment.created', '{movie:1}', jsonb_build_object('text', repeat('x', 120)))
"""


class Counter:
    """Counts frames by a mark in them, and knows when the last of an event's has come."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self.size = 0
        self.total = 0
        self.awaited = 0
        self.done = asyncio.Event()

    def add(self, data: bytes) -> None:
        found = data.count(self._mark)
        self.total += found
        if found:
            self.size = len(data) // found
        if self.total >= self.awaited:
            self.done.set()

    async def reach_all(self) -> None:
        """Wait until every socket has had one frame more."""
        self.awaited += SOCKETS
        if self.total >= self.awaited:
            return
        self.done.clear()
        async with asyncio.timeout(10):
            await self.done.wait()


async def real(stage: Stage) -> tuple[float, float, int]:
    """Return deliveries per CPU second, milliseconds to the last client, and a frame's size."""
    counter = Counter(b"comment.created")
    await connect(stage.port, SOCKETS, "movie:1", counter.add)
    connection = await asyncpg.connect(**credentials(stage.settings.database_url))

    async def emit() -> None:
        async with connection.transaction():
            await connection.execute(EMIT)
            await connection.execute("SELECT pg_notify('outbox', '')")

    before, last = cpu_seconds(stage.server_pid), []
    for _ in range(EVENTS):
        start = time.perf_counter()
        await emit()
        await counter.reach_all()
        last.append((time.perf_counter() - start) * 1000)
    spent = cpu_seconds(stage.server_pid) - before
    await connection.close()
    return SOCKETS * EVENTS / spent, sorted(last)[int(EVENTS * 0.99)], counter.size


class Bare(asyncio.Protocol):
    transports: list[asyncio.Transport] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transports.append(cast(asyncio.Transport, transport))


def bare_server(orders: Connection, size: int) -> None:
    """Write a frame to every transport at each order, and report the CPU time at the end."""

    async def serve() -> None:
        loop, frame = asyncio.get_running_loop(), MARK + bytes(size - len(MARK))
        server = await loop.create_server(Bare, "127.0.0.1", 0, backlog=SOCKETS)
        orders.send(server.sockets[0].getsockname()[1])
        ended = loop.create_future()

        def obey() -> None:
            if not orders.recv():
                ended.set_result(None)
                return
            for transport in Bare.transports:
                transport.write(frame)

        loop.add_reader(orders.fileno(), obey)
        await ended

    uvloop.run(serve())


class Reader(asyncio.Protocol):
    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def data_received(self, data: bytes) -> None:
        self._counter.add(data)


async def limit(size: int) -> float:
    """Return the deliveries per CPU second of the bare server."""
    counter, loop = Counter(MARK), asyncio.get_running_loop()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=bare_server, args=(theirs, size))
    process.start()
    port = await asyncio.to_thread(ours.recv)
    for _ in range(SOCKETS):
        await loop.create_connection(lambda: Reader(counter), "127.0.0.1", port)
    await asyncio.sleep(0.5)
    before = cpu_seconds(process.pid or 0)
    for _ in range(EVENTS):
        ours.send(True)
        await counter.reach_all()
    spent = cpu_seconds(process.pid or 0) - before
    ours.send(False)
    await asyncio.to_thread(process.join)
    return SOCKETS * EVENTS / spent


async def main() -> None:
    async with stage() as running:
        deliveries, last, size = await real(running)
    bare = await limit(size)
    print(
        f"{EVENTS} events of {size} bytes to {SOCKETS} sockets: {deliveries:,.0f} deliveries"
        f" per CPU second, the last client after {last:.0f} ms (p99);"
        f" bare transports {bare:,.0f} ({deliveries / bare:.0%})"
    )


if __name__ == "__main__":
    uvloop.run(main())
