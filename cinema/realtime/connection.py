"""One socket of this process: what waits for it, and how it ends."""

import asyncio
from typing import Protocol

from cinema.http.identity import Identity
from cinema.realtime.frames import CloseCode, close_frame

MAX_BYTES = 192 * 1024
"""That may wait for one socket, the transport's own buffer included."""
MAX_FRAMES = 1000
CLOSE_GRACE = 2.0
"""Seconds for a client to read its close frame; after them the connection is cut."""


class Wire(Protocol):
    """The part of asyncio.Transport that a connection needs."""

    def write(self, data: bytes) -> None: ...
    def abort(self) -> None: ...
    def is_closing(self) -> bool: ...
    def get_write_buffer_size(self) -> int: ...


class Turn:
    """The sockets to write to at the end of this turn of the loop, each once."""

    def __init__(self) -> None:
        self._waiting: list[Connection] = []

    def add(self, connection: "Connection") -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(connection)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for connection in waiting:
            connection.flush()


class Connection:
    """A client. Frames pushed in one turn of the loop leave in one write.

    There is no queue of its own beside that: what a client does not take waits in the transport's
    buffer, and a client that lets too much wait there is sent away. While it is on hold, because
    older events must reach it first, its frames wait here.
    """

    __slots__ = (
        "_behind",
        "_bytes",
        "_frames",
        "_held",
        "_turn",
        "_wire",
        "address",
        "channels",
        "close_code",
        "identity",
    )

    def __init__(self, wire: Wire, turn: Turn, address: str, identity: Identity | None) -> None:
        self.address = address
        self.identity = identity
        self.channels: set[str] = set()
        self.close_code: CloseCode | None = None
        self._wire = wire
        self._turn = turn
        self._frames: list[bytes] = []
        self._behind = 0
        self._held = False
        self._bytes = 0

    @property
    def held(self) -> bool:
        return self._held

    def push(self, frame: bytes) -> None:
        """Send a frame, at the end of this turn of the loop."""
        frames = self._frames
        if not self._held:
            if not frames:
                self._turn.add(self)
            frames.append(frame)
            return
        frames.append(frame)
        self._bytes += len(frame)
        if self._bytes > MAX_BYTES or len(frames) > MAX_FRAMES:
            self.close(CloseCode.TOO_SLOW)

    def hold(self) -> None:
        """Keep everything that is pushed from now on back."""
        self.flush()
        self._held = True
        self._bytes = 0

    def release(self) -> None:
        """Send what was kept back, after what was written meanwhile."""
        self._held = False
        if self._frames:
            self._turn.add(self)

    def write(self, data: bytes) -> None:
        """Send at once, past a hold."""
        if self.close_code is None and not self._wire.is_closing():
            self._wire.write(data)

    def flush(self) -> None:
        frames = self._frames
        if not frames or self._held:
            return
        self._frames = []
        wire = self._wire
        if self.close_code is not None or wire.is_closing():
            return
        data = frames[0] if len(frames) == 1 else b"".join(frames)
        waiting = wire.get_write_buffer_size()
        if waiting:
            self._behind += len(frames)
            if waiting + len(data) > MAX_BYTES or self._behind > MAX_FRAMES:
                self.close(CloseCode.TOO_SLOW)
                return
        else:
            self._behind = 0
        wire.write(data)

    def close(self, code: CloseCode) -> None:
        """Say why and end it: politely, and by force where that is not heard within CLOSE_GRACE."""
        if self.close_code is not None:
            return
        if code is not CloseCode.TOO_SLOW:
            # Not what is on hold: a client that hears it before the older events it stands behind
            # would take itself to be past those, and never ask for them again.
            self.flush()
        self.close_code = code
        self._frames = []
        if not self._wire.is_closing():
            self._wire.write(close_frame(code))
        self.cut()

    def cut(self) -> None:
        """Cut the connection after CLOSE_GRACE: a transport with a deaf peer never closes."""
        asyncio.get_running_loop().call_later(CLOSE_GRACE, self._wire.abort)
