"""The sockets and the events of the realtime tests."""

import asyncio
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType

from cinema.accounts.models import User
from cinema.database import fetch, transaction
from cinema.events import Event
from cinema.outbox import emit, top_of_log
from cinema.realtime import HUB, Hub
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client

URL = "/api/v1/realtime"


class Happened(Event):
    """An event on any channels, for the tests alone."""

    type = "test.happened"
    on: tuple[str, ...]
    number: int
    padding: str = ""

    def topics(self) -> tuple[str, ...]:
        return self.on


async def happen(*channels: str, number: int = 0, padding: str = "") -> None:
    async with transaction():
        await emit(Happened(on=channels, number=number, padding=padding))


async def happen_often(channel: str, numbers: range) -> None:
    """One transaction with an event for each number."""
    async with transaction():
        for number in numbers:
            await emit(Happened(on=(channel,), number=number))


async def log_top() -> int:
    [row] = await fetch("SELECT last_seq FROM realtime_epoch")
    return int(row["last_seq"])


async def epoch() -> str:
    [row] = await fetch("SELECT epoch FROM realtime_epoch")
    return str(row["epoch"])


async def caught_up(hub: Hub) -> None:
    """Wait until the hub has delivered all that is committed."""

    while await waiting("seq IS NULL") or await top_of_log() != hub.position:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def waiting(condition: str) -> int:
    """Count the events of which this is true."""
    [row] = await fetch(f"SELECT count(*) AS n FROM outbox WHERE {condition}")
    return int(row["n"])


class Socket:
    """A client's end, with the frames in the order in which they came."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.raw = socket
        self.frames: list[dict[str, Any]] = []

    async def say(self, **message: Any) -> None:
        await self.raw.send_json(message)

    async def hear(self, timeout: float = 5) -> dict[str, Any]:
        """Wait for the next frame."""
        frame: dict[str, Any] = await self.raw.receive_json(timeout=timeout)
        self.frames.append(frame)
        return frame

    async def hear_event(self, timeout: float = 5) -> dict[str, Any]:
        """Wait for the next event, past positions and answers."""
        while (frame := await self.hear(timeout))["type"] != "event":
            pass
        return frame

    async def hear_numbers(self, count: int, timeout: float = 5) -> list[int]:
        return [(await self.hear_event(timeout))["data"]["number"] for _ in range(count)]

    async def subscribe(self, *channels: str, cursor: str | None = None) -> dict[str, Any]:
        message = {"id": 1, "type": "subscribe", "channels": list(channels)}
        await self.say(**message, **({} if cursor is None else {"cursor": cursor}))
        return await self.hear()

    async def closed(self, timeout: float = 5) -> int | None:
        """Wait for the end and return its code, past the frames that come before it."""
        while (message := await self.raw.receive(timeout)).type is WSMsgType.TEXT:
            self.frames.append(message.json())
        return self.raw.close_code


class Speaker:
    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self.settings = settings
        self.sockets: list[Socket] = []

    @property
    def hub(self) -> Hub:
        assert self.client.app is not None
        return self.client.app[HUB]

    async def user(self, role: Role = Role.USER) -> tuple[User, dict[str, str]]:
        user = await make_user(role)
        return user, await bearer(user, self.settings)

    async def open(
        self, headers: dict[str, str] | None = None, query: str = "", **options: Any
    ) -> Socket:
        raw = await self.client.ws_connect(URL + query, headers=headers or {}, **options)
        self.sockets.append(Socket(raw))
        return self.sockets[-1]

    async def listen(self, *channels: str) -> Socket:
        """Open an anonymous socket on public channels."""
        socket = await self.open()
        assert (await socket.subscribe(*channels))["channels"] == list(channels)
        return socket

    async def __aenter__(self) -> "Speaker":
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self.sockets:
            await socket.raw.close()
