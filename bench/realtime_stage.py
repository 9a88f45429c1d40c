"""The processes that the realtime benchmarks measure, and cheap clients for them."""

import asyncio
import base64
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cinema.devstack.ports import free_port
from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.migrate import migrate
from cinema.settings import Settings

PER_ADDRESS = 50
"""Sockets that the server admits from one address; 127.0.0.0/8 has many."""


@dataclass(frozen=True)
class Stage:
    settings: Settings
    port: int
    server_pid: int


@contextlib.asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Run PostgreSQL, Redis, one web process and one relay for the time of the block."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = PostgresServer(Path(folder) / "postgres", lasting=False)
        redis = RedisServer(Path(folder) / "redis", keep=False)
        await asyncio.gather(postgres.start(), redis.start())
        port = free_port()
        values = environment(await postgres.create_database("cinema"), redis.url, port)
        os.environ.update(values)
        settings = Settings()
        await migrate(settings)
        server = await run("serve")
        relay = await run("relay")
        try:
            await listening(port)
            yield Stage(settings, port, server.pid)
        finally:
            for process in (server, relay):
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()
            await asyncio.gather(postgres.stop(), redis.stop())


def environment(database: str, redis: str, port: int) -> dict[str, str]:
    values = {
        "database_url": database,
        "redis_url": redis,
        "s3_url": "http://127.0.0.1:9",
        "s3_access_key": "bench",
        "s3_secret_key": "bench",
        "smtp_url": "smtp://127.0.0.1:9",
        "public_url": f"http://127.0.0.1:{port}",
        "port": str(port),
        "secret_key": "bench-secret-key-of-at-least-32-bytes",
        "access_token_keys": "bench:bench-signing-key-of-at-least-32-bytes",
        "stripe_api_url": "http://127.0.0.1:9",
        "stripe_api_key": "sk_test_bench",
        "log_level": "error",
    }
    return {f"CINEMA_{name.upper()}": value for name, value in values.items()}


async def run(command: str, **changes: str) -> asyncio.subprocess.Process:
    """Start `cinema COMMAND` with these changes of the environment."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cinema", command, env=os.environ | changes
    )


async def listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def cpu_seconds(pid: int) -> float:
    """The processor time, user and system, that a process has taken so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class RawClient(asyncio.Protocol):
    """A WebSocket client that upgrades, subscribes, and hands on what it receives unread."""

    def __init__(self, channel: str, received: Callable[[bytes], None]) -> None:
        self.subscribed = asyncio.get_running_loop().create_future()
        self._channel = channel
        self._received = received
        self._upgraded = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            b"GET /api/v1/realtime HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: " + key.encode() + b"\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        if not self._upgraded:
            self._upgraded = True
            payload = f'{{"type":"subscribe","channels":["{self._channel}"]}}'.encode()
            # A mask of zeros is a mask.
            self._transport.write(bytes((0x81, 0x80 | len(payload), 0, 0, 0, 0)) + payload)
        elif not self.subscribed.done():
            self.subscribed.set_result(None)
        else:
            self._received(data)


async def connect(
    port: int, count: int, channel: str, received: Callable[[bytes], None], first_address: int = 2
) -> list[RawClient]:
    """Open so many sockets, from as many addresses as their number needs."""
    loop, clients = asyncio.get_running_loop(), []
    for number in range(count):
        address = f"127.0.{first_address}.{number // PER_ADDRESS + 1}"
        _, client = await loop.create_connection(
            lambda: RawClient(channel, received), "127.0.0.1", port, local_addr=(address, 0)
        )
        clients.append(client)
    await asyncio.gather(*(client.subscribed for client in clients))
    return clients
