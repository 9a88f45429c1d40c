"""The Python client: it keeps its place over every interruption."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from cinema import client as module
from cinema.client import Event, LiveClient, LiveRefused, Reset, State
from cinema.outbox import top_of_log
from cinema.realtime.connection import Connection
from cinema.realtime.frames import CloseCode
from tests.realtime.speaking import Speaker, caught_up, epoch, happen, happen_often
from tests.waiting import eventually
from workers.relay import Relay


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHORTEST", 0.05)


@asynccontextmanager
async def following(live: LiveClient) -> AsyncIterator[list[Event | Reset]]:
    """Collect what a client yields."""
    told: list[Event | Reset] = []
    note = told.append

    async def follow() -> None:
        async with aclosing(live.events()) as events:
            async for event in events:
                note(event)

    task = asyncio.create_task(follow())
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def origin(speaker: Speaker) -> str:
    return str(speaker.client.make_url("")).rstrip("/")


def numbers(told: list[Event | Reset]) -> list[int]:
    return [each.data["number"] for each in told if isinstance(each, Event)]


async def test_it_hears_everything_once_though_its_sockets_are_cut(
    relay: Relay, speaker: Speaker
) -> None:
    states: list[State] = []
    start = str(await top_of_log())
    live = LiveClient(
        origin(speaker), {"movie:1": start, "catalogue": start}, on_state=states.append
    )
    async with following(live) as told:
        for number in range(200):
            await happen(
                *(["movie:1", "catalogue"] if number % 3 else ["catalogue"]), number=number
            )
            if number % 20 == 10:
                for connection in speaker.hub.audience:
                    cut(connection)
        await eventually(lambda: len(numbers(told)) == 200, timeout=10)
    assert numbers(told) == list(range(200))
    assert states.count(State.RECONNECTING) >= 3
    assert live.cursors == dict.fromkeys(("movie:1", "catalogue"), f"{await epoch()}.200")


def cut(connection: Connection) -> None:
    connection._wire.abort()


async def test_it_comes_back_after_the_server_went_away(relay: Relay, speaker: Speaker) -> None:
    live = LiveClient(origin(speaker), {"movie:1": None})
    async with following(live) as told:
        await eventually(lambda: live.cursors["movie:1"] is not None)
        [connection] = speaker.hub.audience
        connection.close(CloseCode.GOING_AWAY)
        await happen_often("movie:1", range(10))
        await eventually(lambda: len(told) == 10)
        assert numbers(told) == list(range(10))


async def test_it_proves_who_it_is_and_hears_its_own_events(relay: Relay, speaker: Speaker) -> None:
    user, headers = await speaker.user()

    async def token() -> str:
        return headers["Authorization"].removeprefix("Bearer ")

    live = LiveClient(origin(speaker), {f"user:{user.id}": str(await top_of_log())}, token=token)
    async with following(live) as told:
        await happen(f"user:{user.id}", "staff", number=3)
        await eventually(lambda: numbers(told) == [3])
    [event] = told
    assert isinstance(event, Event)
    assert (event.channels, event.type) == ((f"user:{user.id}",), "test.happened")


async def test_it_is_told_when_it_has_to_start_over(relay: Relay, speaker: Speaker) -> None:
    await happen("movie:1", number=1)
    await caught_up(speaker.hub)
    live = LiveClient(origin(speaker), {"movie:1": "0ther.1"})
    async with following(live) as told:
        await eventually(lambda: len(told) == 1)
        await happen("movie:1", number=2)
        await eventually(lambda: len(told) == 2)
    assert told[0] == Reset(("movie:1",), f"{await epoch()}.1")
    assert numbers(told) == [2]


async def test_another_users_channel_is_refused(speaker: Speaker) -> None:
    live = LiveClient(origin(speaker), {"user:1": None})
    with pytest.raises(LiveRefused, match="forbidden: user:1"):
        await anext(live.events())
