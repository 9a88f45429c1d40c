"""A client of the live events, for programs: every event once, in order, over any interruption.

live = LiveClient("https://cinema.example", {"movie:42": None}, token=fetch_token)
async with aclosing(live.events()) as events:
    async for event in events:
        ...
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    WSMsgType,
    WSServerHandshakeError,
)

SHORTEST, LONGEST = 0.5, 30.0
"""Seconds between which the ceiling of the pause doubles; the pause is drawn from below it."""
SILENCE = 40.0
"""Seconds without a frame after which the connection is given up: a position comes every 25."""
REMEMBERED = 2000
PERMANENT = frozenset({400, 403, 404})

Token = Callable[[], Awaitable[str]]


class State(StrEnum):
    LIVE = "live"
    RECONNECTING = "reconnecting"


@dataclass(frozen=True, slots=True)
class Event:
    cursor: str
    channels: tuple[str, ...]
    type: str
    at: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reset:
    """What was missed cannot be told any more: fetch the state of these channels again."""

    channels: tuple[str, ...]
    cursor: str


class LiveRefused(Exception):
    """The server will not tell this: a channel that is not ours, or a handshake it forbids."""


class LiveClient:
    """Keeps a cursor for each channel, so that it goes on where it was after any interruption.

    A channel's cursor may be None: then it begins with what happens from now on. `token` is asked
    for at each connection; without it, only public channels can be heard. `missed` counts what
    the last reconnection caught up on.
    """

    def __init__(
        self,
        origin: str,
        channels: Mapping[str, str | None],
        *,
        token: Token | None = None,
        on_state: Callable[[State], None] = lambda _: None,
    ) -> None:
        self.cursors = dict(channels)
        self.missed = 0
        self._url = f"{origin.rstrip('/')}/api/v1/realtime"
        self._token = token
        self._on_state = on_state
        self._seen: dict[str, None] = {}
        self._sure: set[str] = set()
        self._failures = 0

    async def events(self) -> AsyncGenerator[Event | Reset, None]:
        """Yield what happens, for ever. Raises LiveRefused."""
        async with ClientSession() as session:
            while True:
                try:
                    async with aclosing(self._connection(session)) as connection:
                        async for happening in connection:
                            yield happening
                except WSServerHandshakeError as error:
                    if error.status in PERMANENT:
                        raise LiveRefused(f"the server answers {error.status}") from error
                except (ClientError, OSError, TimeoutError):
                    pass
                self._on_state(State.RECONNECTING)
                ceiling = min(LONGEST, SHORTEST * 2**self._failures)
                self._failures = min(self._failures + 1, 10)
                await asyncio.sleep(random.uniform(0, ceiling))  # noqa: S311 - no secret

    async def _connection(self, session: ClientSession) -> AsyncGenerator[Event | Reset, None]:
        headers = {"Authorization": f"Bearer {await self._token()}"} if self._token else {}
        async with session.ws_connect(self._url, headers=headers, heartbeat=25) as socket:
            requests = await self._subscribe(socket)
            while (message := await socket.receive(SILENCE)).type is WSMsgType.TEXT:
                frame = message.json()
                for happening in self._take(frame):
                    yield happening
                if frame.get("id") == requests and frame["type"] == "subscribed":
                    self._failures = 0
                    self._on_state(State.LIVE)

    async def _subscribe(self, socket: ClientWebSocketResponse) -> int:
        """Ask for the channels, those at one cursor together; return the last request's id."""
        self._sure.clear()
        self.missed = 0
        groups: dict[str | None, list[str]] = {}
        for channel, cursor in self.cursors.items():
            groups.setdefault(cursor, []).append(channel)
        for number, (cursor, channels) in enumerate(groups.items(), 1):
            request: dict[str, Any] = {"id": number, "type": "subscribe", "channels": channels}
            await socket.send_json(request if cursor is None else request | {"cursor": cursor})
        return len(groups)

    def _take(self, frame: dict[str, Any]) -> Iterable[Event | Reset]:
        match frame["type"]:
            case "event":
                return self._happened(frame)
            case "position":
                self._advance(self._sure, frame["cursor"])
            case "subscribed":
                self._sure.update(frame["channels"])
                self.missed += frame["recovered"]
                if not frame["recovered"]:
                    self._advance(frame["channels"], frame["cursor"])
            case "reset":
                channels = tuple(frame["channels"])
                self.cursors.update(dict.fromkeys(channels, frame["cursor"]))
                return (Reset(channels, frame["cursor"]),)
            case "error":
                raise LiveRefused(f"{frame['code']}: {frame.get('channel') or frame['detail']}")
        return ()

    def _happened(self, frame: dict[str, Any]) -> Iterable[Event]:
        cursor = frame["cursor"]
        channels = [name for name in (frame["channel"], *frame["also"]) if name in self.cursors]
        fresh = [name for name in channels if _is_news(cursor, self.cursors[name])]
        # Whatever this socket has confirmed has been told up to here: the order is one for all.
        self._advance({*self._sure, *channels}, cursor)
        if not fresh or cursor in self._seen:
            return ()
        self._seen[cursor] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return (Event(cursor, tuple(channels), frame["event"], frame["at"], frame["data"]),)

    def _advance(self, channels: Iterable[str], cursor: str) -> None:
        for name in channels:
            if name in self.cursors and _is_news(cursor, self.cursors[name]):
                self.cursors[name] = cursor


def _is_news(cursor: str, mark: str | None) -> bool:
    """Tell whether a cursor lies beyond a mark; another log always does."""
    if mark is None:
        return True
    (epoch, _, seq), (known, _, reached) = cursor.rpartition("."), mark.rpartition(".")
    return epoch != known or int(seq) > int(reached)
