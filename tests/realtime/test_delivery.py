"""From a commit to the sockets: once, in order, on the right channel."""

import pytest

from cinema.outbox import top_of_log
from cinema.realtime import hub as module
from cinema.realtime.log import Reading, read_after
from tests.realtime.speaking import Speaker, caught_up, happen, happen_often, log_top
from workers.relay import Relay


async def test_an_event_reaches_everybody_on_its_channel_and_nobody_else(
    relay: Relay, speaker: Speaker
) -> None:
    first, second = await speaker.listen("movie:1"), await speaker.listen("movie:1")
    other = await speaker.listen("movie:2")

    await happen("movie:1", number=7)
    await happen("movie:2", number=8)

    for socket in (first, second):
        frame = await socket.hear_event()
        assert frame["channel"] == "movie:1"
        assert frame["event"] == "test.happened"
        assert frame["data"]["number"] == 7
        assert "topics" not in frame
    assert await other.hear_numbers(1) == [8]
    assert str(await top_of_log()) == other.frames[-1]["cursor"]


async def test_an_event_on_two_channels_of_a_socket_arrives_once_on_the_first(
    relay: Relay, speaker: Speaker
) -> None:
    socket, half = await speaker.listen("movie:1", "catalogue"), await speaker.listen("catalogue")

    await happen("movie:1", "catalogue", number=1)
    await happen("catalogue", "movie:1", number=2)

    frames = [await socket.hear_event() for _ in range(2)]
    assert [(frame["channel"], frame["data"]["number"]) for frame in frames] == [
        ("movie:1", 1),
        ("catalogue", 2),
    ]
    frames = [await half.hear_event() for _ in range(2)]
    assert [frame["channel"] for frame in frames] == ["catalogue", "catalogue"]


async def test_a_thousand_events_of_one_commit_arrive_in_order(
    relay: Relay, speaker: Speaker
) -> None:
    socket = await speaker.listen("movie:1")
    await happen_often("movie:1", range(1000))
    assert await socket.hear_numbers(1000) == list(range(1000))
    assert await log_top() == 1000


async def test_a_repair_that_the_doorbell_overtakes_tells_nothing_twice(
    relay: Relay, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is read, and before the answer is here the next event is delivered."""

    async def overtaken(seq: int) -> Reading:
        reading = await read_after(seq)
        await happen("movie:1", number=2)
        await caught_up(speaker.hub)
        return reading

    socket = await speaker.listen("movie:1")
    await happen("movie:1", number=1)
    await caught_up(speaker.hub)
    monkeypatch.setattr(module, "read_after", overtaken)
    await speaker.hub.repair()
    monkeypatch.setattr(module, "read_after", read_after)
    await happen("movie:1", number=3)

    frames = [await socket.hear() for _ in range(3)]
    assert [frame.get("data", {}).get("number") for frame in frames] == [1, 2, 3]
