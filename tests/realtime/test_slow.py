"""A client that does not read is sent away; nobody waits for it, and it loses nothing."""

import asyncio
import base64
import socket as sockets

import pytest

from cinema.outbox import top_of_log
from cinema.realtime import connection
from cinema.realtime import socket as socket_module
from cinema.realtime.connection import Connection, Turn
from cinema.realtime.frames import CloseCode, text_frame
from tests.realtime.speaking import URL, Speaker, happen
from tests.waiting import eventually
from workers.relay import Relay

PADDING = "x" * 8000


async def stalled_reader(speaker: Speaker, channel: str) -> sockets.socket:
    """Open a raw socket with a small receive buffer, subscribe, and never read again."""
    server = speaker.client.server
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (server.host, server.port))
    key = base64.b64encode(bytes(16)).decode()
    handshake = (
        f"GET {URL} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    await loop.sock_sendall(raw, handshake.encode())
    await loop.sock_recv(raw, 4096)
    payload = f'{{"type":"subscribe","channels":["{channel}"]}}'.encode()
    await loop.sock_sendall(raw, bytes((0x81, 0x80 | len(payload), 0, 0, 0, 0)) + payload)
    await eventually(lambda: bool(speaker.hub.audience.listeners(channel)))
    return raw


async def test_a_reader_that_stalls_is_cut_off_and_holds_up_nobody(
    relay: Relay, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CLOSE_GRACE", 0.5)
    start = str(await top_of_log())
    raw = await stalled_reader(speaker, "movie:1")
    [slow] = speaker.hub.audience
    reader = await speaker.listen("movie:1")

    sent = 0
    while slow.close_code is None:
        await happen("movie:1", number=sent, padding=PADDING)
        frame = await reader.hear_event(timeout=1)
        assert frame["data"]["number"] == sent
        sent += 1
        assert sent < 2000
    assert slow.close_code is CloseCode.TOO_SLOW
    await eventually(lambda: len(speaker.hub.audience) == 1, timeout=3)
    raw.close()

    back = await speaker.open()
    await back.subscribe("movie:1", cursor=start)
    assert await back.hear_numbers(sent) == list(range(sent))


class Pipe:
    """A transport whose peer takes nothing."""

    def __init__(self) -> None:
        self.written = b""
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted

    def get_write_buffer_size(self) -> int:
        return len(self.written)


async def test_what_waits_for_a_socket_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CLOSE_GRACE", 0.01)
    pipe = Pipe()
    slow = Connection(pipe, Turn(), "::1", None)
    for _ in range(100):
        slow.push(bytes(10_000))
        await asyncio.sleep(0)
    assert slow.close_code is CloseCode.TOO_SLOW
    assert len(pipe.written) <= connection.MAX_BYTES + 4
    assert pipe.written.endswith(b"\x88\x02" + (4408).to_bytes(2, "big"))
    await eventually(lambda: pipe.aborted)


async def test_what_waits_for_a_socket_is_bounded_in_number() -> None:
    pipe = Pipe()
    slow = Connection(pipe, Turn(), "::1", None)
    slow.push(b"first")
    await asyncio.sleep(0)
    for _ in range(connection.MAX_FRAMES + 1):
        slow.push(b"x")
        await asyncio.sleep(0)
    assert slow.close_code is CloseCode.TOO_SLOW


async def test_what_waits_behind_a_replay_is_bounded() -> None:
    slow = Connection(Pipe(), Turn(), "::1", None)
    slow.hold()
    for _ in range(30):
        slow.push(bytes(10_000))
    assert slow.close_code is CloseCode.TOO_SLOW


async def test_the_frames_of_one_turn_leave_in_one_write() -> None:
    pipe = Pipe()
    client = Connection(pipe, Turn(), "::1", None)
    for letter in (b"a", b"b", b"c"):
        client.push(letter)
    assert pipe.written == b""
    await asyncio.sleep(0)
    assert pipe.written == b"abc"


async def test_a_farewell_comes_after_what_was_said_before_it() -> None:
    pipe = Pipe()
    client = Connection(pipe, Turn(), "::1", None)
    client.push(b"a")
    client.close(CloseCode.UNAUTHENTICATED)
    client.push(b"b")
    await asyncio.sleep(0)
    assert pipe.written == b"a\x88\x02" + (4401).to_bytes(2, "big")


async def test_a_farewell_takes_nothing_along_that_waits_behind_a_replay() -> None:
    """A client that heard the newer events first would never ask for the older ones again."""
    pipe = Pipe()
    client = Connection(pipe, Turn(), "::1", None)
    client.push(b"a")
    client.hold()
    client.push(b"c")
    client.close(CloseCode.GOING_AWAY)
    client.write(b"b")
    client.release()
    await asyncio.sleep(0)
    assert pipe.written == b"a\x88\x02" + (4503).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_says_its_length_as_rfc_6455_has_it(size: int, header: bytes) -> None:
    assert text_frame(bytes(size)) == header + bytes(size)


async def test_a_peer_that_answers_no_ping_is_gone_after_one_and_a_half_heartbeats(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "HEARTBEAT", 0.4)
    monkeypatch.setattr(connection, "CLOSE_GRACE", 0.1)
    raw = await stalled_reader(speaker, "movie:1")
    alive = await speaker.listen("movie:2")
    listening = asyncio.create_task(alive.raw.receive())  # which answers the pings
    await eventually(lambda: not speaker.hub.audience.listeners("movie:1"), timeout=2)
    assert len(speaker.hub.audience) == 1
    raw.close()
    listening.cancel()
