"""What one client says, and what it is answered."""

import asyncio
from time import monotonic
from typing import Any

import structlog
from aiohttp import WSMsgType, web
from aiohttp.abc import AbstractStreamWriter
from pydantic import ValidationError

from cinema.database import classify
from cinema.errors import CinemaError, Unauthenticated
from cinema.http.body import parse_json
from cinema.http.identity import Authenticate as TokenReader
from cinema.outbox import Position
from cinema.realtime.connection import Connection
from cinema.realtime.frames import CloseCode, message_frame
from cinema.realtime.hub import Hub
from cinema.realtime.messages import (
    MAX_CHANNELS,
    REQUEST,
    REQUEST_TYPES,
    Authenticate,
    Authenticated,
    Refused,
    RequestId,
    Reset,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
)
from cinema.realtime.permissions import exists, may_hear
from cinema.realtime.replay import Recovery, frames, recover

log = structlog.get_logger()

HELLO = 5.0
"""Seconds in which a client without an identity has to say something, its token or a channel."""
FRAMES_PER_SECOND = 20
MAX_FAULTS = 3
REPLAY_CHUNK = 64 * 1024
REPLAY_DEADLINE = 10.0
"""Seconds that a client may take to read what it has missed."""


class Conversation:
    """One socket from its first frame to its last."""

    def __init__(
        self,
        hub: Hub,
        connection: Connection,
        socket: web.WebSocketResponse,
        writer: AbstractStreamWriter,
        read_token: TokenReader,
    ) -> None:
        self._hub = hub
        self._connection = connection
        self._socket = socket
        self._writer = writer
        self._read_token = read_token
        self._faults = 0
        self._frames = 0
        self._allowance = float(FRAMES_PER_SECOND)
        self._asked_at = monotonic()

    async def run(self) -> None:
        """Listen until either side leaves."""
        timeout = None if self._connection.identity else HELLO
        while self._connection.close_code is None:
            try:
                message = await self._socket.receive(timeout)
            except TimeoutError:
                return self._connection.close(CloseCode.UNAUTHENTICATED)
            timeout = None
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return None
            if self._connection.close_code is None:
                await self._take(message.data)
        await self._farewell()
        return None

    async def _farewell(self) -> None:
        """Hear the client out until it has read why it is sent away; the cut ends the wait."""
        while (await self._socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
            pass

    async def _take(self, text: str | bytes) -> None:
        if not self._within_rate():
            return self._connection.close(CloseCode.TOO_MANY)
        self._frames += 1
        request = self._read(text)
        try:
            match request:
                case Subscribe():
                    await self._subscribe(request)
                case Unsubscribe():
                    self._unsubscribe(request)
                case Authenticate():
                    await self._authenticate(request)
        except Exception as error:
            # Another process, or a later moment, may do better; the client comes back.
            self._connection.close(CloseCode.GOING_AWAY)
            if classify(error) is None:
                log.exception("socket_failed")
        return None

    def _within_rate(self) -> bool:
        now = monotonic()
        earned = (now - self._asked_at) * FRAMES_PER_SECOND
        self._allowance = min(float(FRAMES_PER_SECOND), self._allowance + earned) - 1
        self._asked_at = now
        return self._allowance >= 0

    def _read(self, text: str | bytes) -> Subscribe | Unsubscribe | Authenticate | None:
        """Parse a frame; None where it was refused."""
        value: Any = None
        try:
            value = parse_json(text.encode() if isinstance(text, str) else b"")
            if isinstance(value, dict) and value.get("type") in REQUEST_TYPES:
                return REQUEST.validate_python(value)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            self._fault(f"{place}: {fault['msg']}", _id_of(value))
        except (CinemaError, ValueError, TypeError) as error:
            self._fault(str(error))
        else:
            if isinstance(value, dict) and isinstance(value.get("type"), str):
                self._refuse(_id_of(value), "unknown_type", "There is no such request.")
            else:
                self._fault("Send JSON objects with a type.")
        return None

    def _fault(self, detail: str, request_id: RequestId | None = None) -> None:
        self._refuse(request_id, "bad_frame", detail)
        self._faults += 1
        if self._faults >= MAX_FAULTS:
            self._connection.close(CloseCode.BAD_FRAME)

    def _refuse(
        self, request_id: RequestId | None, code: str, detail: str, channel: str | None = None
    ) -> None:
        refusal = Refused(id=request_id, code=code, detail=detail, channel=channel)
        self._connection.push(message_frame(refusal))

    async def _authenticate(self, request: Authenticate) -> None:
        if self._frames > 1 or self._connection.identity is not None:
            return self._refuse(request.id, "too_late", "Authenticate with the first frame.")
        try:
            identity = await self._read_token(request.token)
        except Unauthenticated:
            return self._connection.close(CloseCode.UNAUTHENTICATED)
        self._connection.identity = identity
        if not self._hub.identified(self._connection):
            return None
        answer = Authenticated(id=request.id, user_id=identity.user_id)
        return self._connection.push(message_frame(answer))

    def _unsubscribe(self, request: Unsubscribe) -> None:
        channels = [each for each in request.channels if each in self._connection.channels]
        self._hub.audience.unsubscribe(self._connection, channels)
        self._connection.push(message_frame(Unsubscribed(id=request.id, channels=channels)))

    def _admitted(self, request: Subscribe) -> list[str]:
        """Refuse the channels that this client may not hear, each by name; return the others."""
        channels = []
        for channel in dict.fromkeys(request.channels):
            if not exists(channel):
                self._refuse(request.id, "unknown_channel", "No such channel.", channel[:64])
            elif not may_hear(self._connection.identity, channel):
                self._refuse(request.id, "forbidden", "You may not hear this.", channel)
            else:
                channels.append(channel)
        if len(self._connection.channels | set(channels)) > MAX_CHANNELS:
            self._refuse(request.id, "too_many_channels", f"{MAX_CHANNELS} for one socket.")
            return []
        return channels

    async def _subscribe(self, request: Subscribe) -> None:
        cursor = None if request.cursor is None else Position.parse(request.cursor)
        if request.cursor is not None and cursor is None:
            return self._refuse(request.id, "bad_cursor", "Not a cursor of ours.")
        channels = self._admitted(request)
        if not channels:
            return None
        if cursor and cursor.epoch == self._hub.position.epoch and cursor.seq > self._hub.last_seq:
            # It has been told more by another process than we have heard of yet.
            await self._hub.repair()
        return await self._join(request.id, channels, cursor)

    async def _join(
        self, request_id: RequestId | None, channels: list[str], cursor: Position | None
    ) -> None:
        """Subscribe and note the seam in one turn; tell what is missing up to it; then go on."""
        connection, hub = self._connection, self._hub
        connection.hold()
        seam = hub.position
        hub.audience.subscribe(connection, channels)
        recovery = Recovery(complete=True)
        if cursor is not None:
            recovery = await recover(cursor, seam, channels)
        channels = _kept(connection, channels)
        missed = frames(recovery.entries, seam.epoch, channels)
        answer = Subscribed(
            id=request_id, channels=channels, cursor=str(seam), recovered=len(missed)
        )
        answers = [message_frame(answer)]
        if not recovery.complete:
            answers.append(message_frame(Reset(channels=channels, cursor=str(seam))))
        await self._send_in_order(answers + missed)
        # After a failure the hold stays until the socket is closed.
        connection.release()

    async def _send_in_order(self, frames: list[bytes]) -> None:
        try:
            async with asyncio.timeout(REPLAY_DEADLINE):
                chunk = b""
                for frame in frames:
                    chunk += frame
                    if len(chunk) >= REPLAY_CHUNK:
                        self._connection.write(chunk)
                        chunk = b""
                        await self._writer.drain()
                self._connection.write(chunk)
        except TimeoutError:
            self._connection.close(CloseCode.TOO_SLOW)


def _kept(connection: Connection, channels: list[str]) -> list[str]:
    """Those that were not taken away while the missed events were read."""
    return [channel for channel in channels if channel in connection.channels]


def _id_of(value: dict[str, Any]) -> RequestId | None:
    request_id = value.get("id")
    if isinstance(request_id, bool):
        return None
    return request_id if isinstance(request_id, int | str) and len(str(request_id)) <= 64 else None
