"""What the catalogue costs, beside the least that aiohttp can do and beside a twin.

Run it as `python -m bench.catalogue [CSV] [--peer PYTHON]`. CSV: the films to put in (the demo
catalogue otherwise). PYTHON: an interpreter for the FastAPI twin, made by
`python -m venv TWIN && TWIN/bin/pip install -r bench/peers/requirements.txt`; without it the twin
is left out. Each server in its turn has the first core to itself; the load and PostgreSQL have
the others. All are asked by the same 32 connections, in turns, and the best turn of each counts.
Aims: 0.6 of the bare handler for what is kept, 0.25 for what is not, 5 times the twin.

What is not kept is read anew for each reader, but once for all who ask for the same at the same
moment. `each its own` is the same server where no two connections ask for the same.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import cast

import uvloop

from bench.realtime_stage import environment, listening
from cinema.catalogue.importer import import_file
from cinema.database import open_database
from cinema.devstack.demo import prepare
from cinema.devstack.ports import free_port
from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.migrate import migrate
from cinema.settings import Settings

CONNECTIONS = 32
SECONDS = 1.5
TURNS = 3
FIRST_CORE = 0
LIST, MOVIE = "/api/v1/movies?per_page=20", "/api/v1/movies/1"
OWN_LISTS = [f"{LIST}&page={number}" for number in range(1, CONNECTIONS + 1)]
OWN_MOVIES = [f"/api/v1/movies/{number}" for number in range(1, CONNECTIONS + 1)]


class Asking(asyncio.Protocol):
    """Asks for one address again and again and counts whole answers of status 200."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.request = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
        self.answers = 0
        self.failed = False
        self.body = b""
        self.buffer = b""
        self.answered = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(rest) < length:
            return
        self.failed = self.failed or b" 200 " not in head[:16]
        self.body, self.buffer = rest, b""
        self.answers += 1
        self.answered.set()
        assert self.transport is not None
        self.transport.write(self.request)


async def rate(port: int, paths: Sequence[str], seconds: float = SECONDS) -> float:
    """Return answers per second to connections that each ask for one of the paths, in turn;
    RuntimeError where one was no 200."""
    loop = asyncio.get_running_loop()
    askers = [Asking(path) for path, _ in zip(cycle(paths), range(CONNECTIONS), strict=False)]
    began = perf_counter()
    for asker in askers:
        await loop.create_connection(lambda asker=asker: asker, "127.0.0.1", port)
    await asyncio.sleep(seconds)
    took = perf_counter() - began
    for asker in askers:
        assert asker.transport is not None
        asker.transport.abort()
    if refused := [asker.path for asker in askers if asker.failed]:
        raise RuntimeError(f"{refused} was refused")
    return sum(asker.answers for asker in askers) / took


async def body_of(port: int, path: str) -> bytes:
    asker = Asking(path)
    await asyncio.get_running_loop().create_connection(lambda: asker, "127.0.0.1", port)
    await asker.answered.wait()
    assert asker.transport is not None
    asker.transport.abort()
    return asker.body


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    lists: Sequence[str] = (LIST,)
    movies: Sequence[str] = (MOVIE,)


@asynccontextmanager
async def server(name: str, *command: str, port: int) -> AsyncIterator[int]:
    """Run a server on the first core for the time of the block."""
    process = await asyncio.create_subprocess_exec(*command)
    os.sched_setaffinity(process.pid, {FIRST_CORE})
    try:
        await listening(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def fill(settings: Settings, csv: Path | None) -> None:
    await migrate(settings)
    if csv is None:
        await prepare(settings)
        return
    async with open_database(settings, "bench"):
        report = await import_file(csv, price=Decimal("9.99"))
        print(f"{report.added:,} films of {csv.name}")


async def compare(settings: Settings, folder: Path, peer: str | None) -> None:
    ports = {name: free_port() for name in ("kept", "uncached", "bare", "twin")}
    os.environ["CINEMA_PORT"] = str(ports["kept"])
    python = sys.executable
    async with (
        server("kept", python, "-m", "cinema", "serve", port=ports["kept"]),
        server(
            "uncached", python, "-m", "bench.peers.uncached", str(ports["uncached"]),
            port=ports["uncached"],
        ),
    ):  # fmt: skip
        (folder / "list").write_bytes(await body_of(ports["kept"], LIST))
        (folder / "movie").write_bytes(await body_of(ports["kept"], MOVIE))
        bare = (python, "-m", "bench.peers.bare", str(ports["bare"]), str(folder))
        servers = [
            Server("bare", ports["bare"], ["/list"], ["/movie"]),
            Server("kept", ports["kept"]),
            Server("uncached", ports["uncached"]),
            Server("each its own", ports["uncached"], OWN_LISTS, OWN_MOVIES),
        ]
        async with server("bare", *bare, port=ports["bare"]):
            if peer is None:
                show(await measure(servers))
                return
            os.environ["TWIN_DATABASE_URL"] = settings.database_url.replace(
                "postgresql://", "postgresql+asyncpg://"
            )
            twin = (peer, "bench/peers/twin.py", str(ports["twin"]))
            async with server("twin", *twin, port=ports["twin"]):
                show(await measure([*servers, Server("twin", ports["twin"])]))


async def measure(servers: list[Server]) -> dict[str, tuple[float, float]]:
    best = {server.name: (0.0, 0.0) for server in servers}
    for _ in range(TURNS):
        for one in servers:
            lists, movies = best[one.name]
            best[one.name] = (
                max(lists, await rate(one.port, one.lists)),
                max(movies, await rate(one.port, one.movies)),
            )
    return best


def show(best: dict[str, tuple[float, float]]) -> None:
    print(f"load average: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for number, what in enumerate(("GET /movies?per_page=20", "GET /movies/{id}")):
        bare = best["bare"][number]
        print(what)
        for name, rates in best.items():
            print(f"  {name:12} {rates[number]:8,.0f}/s  {rates[number] / bare:.2f} of bare")
        if "twin" in best:
            twin = best["twin"][number]
            for name in ("kept", "uncached", "each its own"):
                print(f"  {name} is {best[name][number] / twin:.1f} times the twin")


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("csv", type=Path, nargs="?")
    parser.add_argument("--peer")
    given = parser.parse_args()
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:
        os.sched_setaffinity(0, cores - {FIRST_CORE})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postgres, redis = (
            PostgresServer(folder / "postgres", lasting=False),
            RedisServer(folder / "redis"),
        )
        await asyncio.gather(postgres.start(), redis.start())
        try:
            url = await postgres.create_database("cinema")
            os.environ.update(environment(url, redis.url, free_port()))
            settings = Settings()
            await fill(settings, given.csv)
            await compare(settings, folder, given.peer)
        finally:
            await asyncio.gather(postgres.stop(), redis.stop())


if __name__ == "__main__":
    uvloop.run(main())
