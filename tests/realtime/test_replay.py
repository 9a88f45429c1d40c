"""Returning clients: all that they missed, in order, or a reset."""

import asyncio

import pytest

from cinema.database import fetch
from cinema.outbox import top_of_log
from cinema.realtime import conversation, replay
from cinema.realtime.frames import CloseCode
from tests.realtime.speaking import Speaker, caught_up, epoch, happen, happen_often
from workers.relay import Relay


async def test_a_returning_client_hears_what_it_missed_and_only_that(
    relay: Relay, speaker: Speaker
) -> None:
    await happen("movie:1", number=1)
    await caught_up(speaker.hub)
    cursor = str(await top_of_log())
    await happen("movie:1", number=2)
    await happen("movie:2", number=3)
    await happen("catalogue", "movie:1", number=4)
    await caught_up(speaker.hub)

    socket = await speaker.open()
    answer = await socket.subscribe("movie:1", cursor=cursor)
    assert answer == {
        "id": 1,
        "type": "subscribed",
        "channels": ["movie:1"],
        "cursor": f"{await epoch()}.4",
        "recovered": 2,
    }
    assert await socket.hear_numbers(2) == [2, 4]
    await happen("movie:1", number=5)
    assert await socket.hear_numbers(1) == [5]
    assert [frame["cursor"] for frame in socket.frames[1:]] == [
        f"{await epoch()}.{seq}" for seq in (2, 4, 5)
    ]


async def test_nothing_is_lost_or_repeated_at_the_seam(relay: Relay, speaker: Speaker) -> None:
    """Clients return in the middle of a stream, each from the beginning."""
    start = str(await top_of_log())

    async def produce() -> None:
        for number in range(300):
            await happen("movie:1", number=number)

    producing = asyncio.create_task(produce())
    sockets = []
    while not producing.done():
        socket = await speaker.open()
        await socket.subscribe("movie:1", cursor=start)
        sockets.append(socket)
        if len(sockets) >= 40:
            break
    await producing
    assert len(sockets) > 5
    for socket in sockets:
        assert await socket.hear_numbers(300) == list(range(300))


async def test_a_client_may_return_while_the_page_it_shows_is_rendered(
    relay: Relay, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The render gap: an event between the reading of the cursor and the subscription."""
    monkeypatch.setattr(conversation, "FRAMES_PER_SECOND", 10_000)
    socket = await speaker.open()
    for number in range(200):
        cursor = str(await top_of_log())
        await happen(f"movie:{number + 1}", number=number)
        await socket.say(type="subscribe", channels=[f"movie:{number + 1}"], cursor=cursor)
        assert await socket.hear_numbers(1) == [number]
        await socket.say(type="unsubscribe", channels=[f"movie:{number + 1}"])


@pytest.mark.parametrize("cursor", ["", "7", "nonsense", "a.b", "e.-1", "e." + "9" * 30])
async def test_a_cursor_that_is_none_is_refused(
    relay: Relay, speaker: Speaker, cursor: str
) -> None:
    socket = await speaker.open()
    answer = await socket.subscribe("movie:1", cursor=cursor)
    assert (answer["type"], answer["code"]) == ("error", "bad_cursor")
    assert not speaker.hub.audience.listeners("movie:1")


async def test_a_cursor_of_another_log_brings_a_reset(relay: Relay, speaker: Speaker) -> None:
    await happen("movie:1", number=1)
    await caught_up(speaker.hub)
    socket = await speaker.open()
    answer = await socket.subscribe("movie:1", cursor="0ther.1")
    assert (answer["type"], answer["recovered"]) == ("subscribed", 0)
    assert await socket.hear() == {
        "type": "reset",
        "channels": ["movie:1"],
        "cursor": str(await top_of_log()),
    }
    await happen("movie:1", number=2)
    assert await socket.hear_numbers(1) == [2]


async def test_a_cursor_from_the_future_brings_a_reset(relay: Relay, speaker: Speaker) -> None:
    socket = await speaker.open()
    await socket.subscribe("movie:1", cursor=f"{await epoch()}.99")
    assert (await socket.hear())["type"] == "reset"


async def test_a_cursor_ahead_of_this_process_makes_it_catch_up(
    relay: Relay, speaker: Speaker
) -> None:
    """It was told more by another process than this one has heard of."""
    await happen("movie:1", number=1)
    await caught_up(speaker.hub)
    speaker.hub.position = type(speaker.hub.position)(speaker.hub.position.epoch, 0)

    socket = await speaker.open()
    answer = await socket.subscribe("movie:1", cursor=f"{await epoch()}.1")
    assert (answer["cursor"], answer["recovered"]) == (f"{await epoch()}.1", 0)
    await happen("movie:1", number=2)
    assert await socket.hear_numbers(1) == [2]


async def test_too_much_missed_brings_a_reset_and_not_a_part(
    relay: Relay, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "MAX_MISSED", 10)
    start = str(await top_of_log())
    await happen_often("movie:1", range(10))
    await caught_up(speaker.hub)
    whole = await speaker.open()
    assert (await whole.subscribe("movie:1", cursor=start))["recovered"] == 10

    await happen("movie:1", number=10)
    await caught_up(speaker.hub)
    late = await speaker.open()
    assert (await late.subscribe("movie:1", cursor=start))["recovered"] == 0
    assert (await late.hear())["type"] == "reset"


@pytest.mark.parametrize(
    "lost", ["DELETE FROM outbox WHERE seq = 2", "UPDATE outbox SET created_at = '2020-01-01'"]
)
async def test_a_cursor_older_than_the_log_brings_a_reset(
    relay: Relay, speaker: Speaker, lost: str
) -> None:
    await happen_often("movie:1", range(3))
    await caught_up(speaker.hub)
    await fetch(lost)
    socket = await speaker.open()
    await socket.subscribe("movie:1", cursor=f"{await epoch()}.1")
    assert (await socket.hear())["type"] == "reset"


async def test_a_long_replay_arrives_whole_while_new_events_wait_their_turn(
    relay: Relay, speaker: Speaker
) -> None:
    start = str(await top_of_log())
    await happen_often("movie:1", range(1000))
    await caught_up(speaker.hub)
    socket = await speaker.open()
    await socket.say(type="subscribe", channels=["movie:1"], cursor=start)
    for number in range(1000, 1020):
        await happen("movie:1", number=number)
    assert await socket.hear_numbers(1020) == list(range(1020))


@pytest.mark.parametrize("ending", ["closed", "failed"])
async def test_a_replay_that_ends_early_lets_no_newer_event_pass(
    relay: Relay, speaker: Speaker, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    start = str(await top_of_log())
    await happen("movie:1", number=0)
    await caught_up(speaker.hub)

    async def interrupted(*_: object) -> replay.Recovery:
        await happen("movie:1", number=1)
        await caught_up(speaker.hub)
        if ending == "failed":
            raise ConnectionError("the database is gone")
        for connection in speaker.hub.audience:
            connection.close(CloseCode.GOING_AWAY)
        return replay.Recovery(complete=True)

    with monkeypatch.context() as patch:
        patch.setattr(conversation, "recover", interrupted)
        socket = await speaker.open()
        await socket.say(type="subscribe", channels=["movie:1"], cursor=start)
        assert await socket.closed() == CloseCode.GOING_AWAY
    assert socket.frames == []

    back = await speaker.open()
    await back.subscribe("movie:1", cursor=start)
    assert await back.hear_numbers(2) == [0, 1]
