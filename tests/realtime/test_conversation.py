"""What a client may say, and what happens to one that does not keep to it."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cinema.errors import CinemaError
from cinema.http.body import parse_json
from cinema.realtime import conversation, feeding
from cinema.realtime.messages import MAX_CHANNELS, REQUEST
from tests.realtime.speaking import URL, Speaker, epoch, happen
from tests.waiting import eventually
from workers.relay import Relay


async def test_an_unsubscribed_channel_falls_silent(relay: Relay, speaker: Speaker) -> None:
    socket = await speaker.listen("movie:1", "movie:2")
    await socket.say(id="a", type="unsubscribe", channels=["movie:1", "movie:7"])
    assert await socket.hear() == {"id": "a", "type": "unsubscribed", "channels": ["movie:1"]}
    await happen("movie:1", number=1)
    await happen("movie:2", number=2)
    assert await socket.hear_numbers(1) == [2]
    assert not speaker.hub.audience.listeners("movie:1")


async def test_an_unknown_request_is_answered_and_not_punished(speaker: Speaker) -> None:
    socket = await speaker.open()
    for _ in range(5):
        await socket.say(id=9, type="dance")
        assert await socket.hear() == {
            "id": 9,
            "type": "error",
            "code": "unknown_type",
            "detail": "There is no such request.",
        }
    assert (await socket.subscribe("movie:1"))["type"] == "subscribed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '"subscribe"',
        "{}",
        '{"type": 7}',
        '{"type": ["subscribe"]}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "channels": []}',
        '{"type": "subscribe", "channels": "movie:1"}',
        '{"type": "subscribe", "channels": ["movie:1"], "extra": 1}',
        '{"type": "subscribe", "channels": ["movie:1"], "id": 1.5}',
        '{"type": "subscribe", "type": "subscribe", "channels": ["movie:1"]}',
        '{"type": "subscribe", "channels": [' + '"movie:1",' * MAX_CHANNELS + '"movie:2"]}',
        '{"type": "authenticate"}',
        "[" * 5000,
    ],
)
async def test_the_third_bad_frame_ends_the_socket(speaker: Speaker, text: str) -> None:
    socket = await speaker.open()
    for _ in range(2):
        await socket.raw.send_str(text)
        answer = await socket.hear()
        assert (answer["type"], answer["code"]) == ("error", "bad_frame")
    await socket.raw.send_str(text)
    assert await socket.closed() == 4400
    await eventually(lambda: len(speaker.hub.audience) == 0)


async def test_binary_frames_are_bad_frames(speaker: Speaker) -> None:
    socket = await speaker.open()
    await socket.raw.send_bytes(b'{"type": "subscribe", "channels": ["movie:1"]}')
    assert (await socket.hear())["code"] == "bad_frame"
    assert len(speaker.hub.audience.listeners("movie:1")) == 0


@pytest.mark.parametrize(
    "channel", ["", "movie", "movie:", "movie:0", "movie:x", "user:-1", "MOVIE:1", "movie:1 ", "*"]
)
async def test_what_is_no_channel_is_refused_by_name(speaker: Speaker, channel: str) -> None:
    socket = await speaker.open()
    answer = await socket.subscribe(channel)
    assert (answer["code"], answer["channel"]) == ("unknown_channel", channel)


async def test_a_socket_has_fifty_channels_and_no_more(speaker: Speaker) -> None:
    socket = await speaker.open()
    full = [f"movie:{number}" for number in range(1, MAX_CHANNELS + 1)]
    assert (await socket.subscribe(*full))["channels"] == full
    assert (await socket.subscribe("movie:99"))["code"] == "too_many_channels"
    assert (await socket.subscribe("movie:1"))["type"] == "subscribed"
    assert not speaker.hub.audience.listeners("movie:99")


async def test_a_frame_too_large_ends_the_socket(speaker: Speaker) -> None:
    socket = await speaker.open()
    await socket.raw.send_str(json.dumps({"type": "x", "padding": "x" * 17_000}))
    assert await socket.closed() == 1009
    await eventually(lambda: len(speaker.hub.audience) == 0)


async def test_too_many_frames_end_the_socket(speaker: Speaker) -> None:
    socket = await speaker.open()
    for _ in range(conversation.FRAMES_PER_SECOND * 2):
        await socket.say(type="dance")
    assert await socket.closed() == 4429


async def test_a_quiet_client_is_told_how_far_the_log_has_come(
    relay: Relay, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "HEARTBEAT", 0.5)
    socket, silent = await speaker.listen("movie:1"), await speaker.open()
    await happen("movie:2", number=1)
    expected = {"type": "position", "cursor": f"{await epoch()}.1"}
    while await socket.hear() != expected:
        pass
    cursor = expected["cursor"]
    await happen("movie:1", number=2)
    returning = await speaker.open()
    await returning.subscribe("movie:1", cursor=cursor)
    assert await returning.hear_numbers(1) == [2]
    with pytest.raises(TimeoutError):
        await silent.raw.receive(0.6)  # who hears nothing needs no position


async def test_a_plain_get_is_told_to_upgrade(speaker: Speaker) -> None:
    answer = await speaker.client.get(URL)
    assert answer.status == 400
    assert len(speaker.hub.audience) == 0


async def test_ten_thousand_bad_frames_leave_the_process_as_it_was(
    relay: Relay, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "FRAMES_PER_SECOND", 1_000_000)
    monkeypatch.setattr(conversation, "MAX_FAULTS", 1_000_000)
    chance = random.Random(7)
    listener = await speaker.listen("movie:1")
    socket = await speaker.open()
    good = json.dumps({"type": "subscribe", "channels": ["movie:1"], "cursor": "x.1"})
    for _ in range(10_000):
        text = list(good)
        for _ in range(chance.randint(1, 6)):
            text[chance.randrange(len(text))] = chr(chance.choice([34, 44, 58, 91, 123, 0x10FFFF]))
        await socket.raw.send_str("".join(text))
        await socket.raw.receive(5)
    assert not socket.raw.closed
    await happen("movie:1", number=1)
    assert await listener.hear_numbers(1) == [1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "id", "channels", "cursor", "token"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_a_request_is_parsed_or_refused_and_nothing_else(value: Any) -> None:
    try:
        request = REQUEST.validate_python(parse_json(json.dumps(value).encode()))
    except (CinemaError, ValidationError):
        return
    assert request.type in {"subscribe", "unsubscribe", "authenticate"}
