"""Numbers in the order of the commits, told in that order, whoever relays and whatever fails."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from redis.exceptions import RedisError

from cinema.database import fetch, transaction
from cinema.outbox import CHANNEL, emit
from cinema.resources import Resources, blocking_client
from tests.realtime.speaking import Happened, happen, happen_often, log_top, waiting
from tests.waiting import eventually
from workers import relay as module
from workers.jobs import open_queue
from workers.relay import Relay, number_pending, publish_pending


@asynccontextmanager
async def relaying(resources: Resources, count: int = 1) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = [asyncio.create_task(Relay(resources).run(stop)) for _ in range(count)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*running)


@asynccontextmanager
async def overhearing(resources: Resources) -> AsyncIterator[list[int]]:
    """Collect the numbers that are told on Redis."""
    numbers: list[int] = []
    async with blocking_client(resources.settings) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        await pubsub.get_message(timeout=1)

        note = numbers.append

        async def listen() -> None:
            async for message in pubsub.listen():
                note(json.loads(message["data"])["seq"])

        task = asyncio.create_task(listen())
        try:
            yield numbers
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def numbers_in_order() -> list[tuple[int, int]]:
    rows = await fetch("SELECT seq, data->>'number' AS number FROM outbox ORDER BY seq")
    return [(row["seq"], int(row["number"])) for row in rows]


async def test_nothing_waits_and_nothing_is_told(resources: Resources) -> None:
    assert await publish_pending(resources) == 0
    assert await log_top() == 0


async def test_what_waits_is_numbered_told_and_marked_once(resources: Resources) -> None:
    await happen("movie:1", number=1)
    await happen(number=2)  # for jobs alone, and yet it has its number
    async with overhearing(resources) as numbers:
        assert await publish_pending(resources) == 2
        assert await publish_pending(resources) == 0
        await eventually(lambda: len(numbers) == 2)
    assert numbers == [1, 2]
    assert await waiting("published_at IS NULL") == 0
    assert await log_top() == 2


async def test_what_no_channel_hears_stays_in_the_database(resources: Resources) -> None:
    async with blocking_client(resources.settings) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        await pubsub.get_message(timeout=1)
        await happen(number=1, padding="private")
        await publish_pending(resources)
        message = await pubsub.get_message(timeout=2)
    assert message is not None
    assert json.loads(message["data"])["data"] == {}
    assert "private" not in message["data"]


async def test_a_rolled_back_event_leaves_no_number_and_no_word(resources: Resources) -> None:
    async def fail() -> None:
        async with transaction():
            await emit(Happened(on=("movie:1",), number=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await happen("movie:1", number=2)
    assert await publish_pending(resources) == 1
    assert await numbers_in_order() == [(1, 2)]


async def test_a_late_commit_is_numbered_when_it_comes(resources: Resources) -> None:
    """The row was written before others that committed first: nobody who reads on skips it."""
    async with relaying(resources):
        for round_number in range(100):
            late, early = 2 * round_number, 2 * round_number + 1
            written, release = asyncio.Event(), asyncio.Event()
            holding = asyncio.create_task(_hold_back(late, written, release))
            await written.wait()
            await happen("movie:1", number=early)
            while await waiting("seq IS NULL") > 0:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            release.set()
            await holding
        while await waiting("seq IS NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    in_order = await numbers_in_order()
    assert [seq for seq, _ in in_order] == list(range(1, 201))
    expected = [number for each in range(100) for number in (2 * each + 1, 2 * each)]
    assert [number for _, number in in_order] == expected


async def _hold_back(number: int, written: asyncio.Event, release: asyncio.Event) -> None:
    async with transaction():
        await emit(Happened(on=("movie:1",), number=number))
        written.set()
        await release.wait()


async def test_three_relays_racing_leave_no_gap_and_tell_everything(resources: Resources) -> None:
    async def produce(start: int) -> None:
        for number in range(start, start + 50):
            await happen("movie:1", number=number)

    async with overhearing(resources) as numbers:
        async with relaying(resources, 3):
            await asyncio.gather(*(produce(1000 * each) for each in range(4)))
            await eventually(lambda: len(set(numbers)) == 200)
        assert set(numbers) == set(range(1, 201))
    in_order = await numbers_in_order()
    assert [seq for seq, _ in in_order] == list(range(1, 201))
    for start in range(4):
        own = [number for _, number in in_order if number // 1000 == start]
        assert own == sorted(own)
    assert await log_top() == 200


async def test_numbering_goes_on_while_redis_is_away(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise RedisError("away")

    publish = Relay._publish
    monkeypatch.setattr(Relay, "_publish", refuse)
    async with relaying(resources), overhearing(resources) as numbers:
        await happen_often("movie:1", range(20))
        while await log_top() < 20:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert await waiting("published_at IS NULL") == 20
        monkeypatch.setattr(Relay, "_publish", publish)
        await eventually(lambda: len(numbers) >= 20)
        assert numbers[:20] == list(range(1, 21))
    assert await waiting("published_at IS NULL") == 0


async def test_what_a_dead_relay_left_untold_is_told_by_another(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ORPHANED", module.ANY_AGE)
    await happen("movie:1", number=1)
    await number_pending()  # and here its process is killed
    async with overhearing(resources) as numbers, relaying(resources):
        await eventually(lambda: numbers == [1])


async def test_the_top_of_the_log_survives_its_pruning(resources: Resources) -> None:
    await happen_often("movie:1", range(5))
    await publish_pending(resources)
    await fetch("DELETE FROM outbox")
    await happen("movie:1", number=9)
    await publish_pending(resources)
    assert await numbers_in_order() == [(6, 9)]


async def test_the_jobs_of_an_event_are_written_with_its_number_and_woken_once(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "JOBS_BY_TYPE", {"test.happened": ("first", "second")})
    await happen("movie:1", number=1)
    async with open_queue(resources.settings) as queue:
        await publish_pending(resources, queue)
        await publish_pending(resources, queue)
        assert await queue.count("queued") == 2
    rows = await fetch("SELECT job, done_at, attempts FROM job_runs ORDER BY job")
    assert rows == [
        {"job": "first", "done_at": None, "attempts": 0},
        {"job": "second", "done_at": None, "attempts": 0},
    ]


async def test_a_thousand_and_one_events_of_one_commit_take_their_turns(
    resources: Resources,
) -> None:
    await happen_often("movie:1", range(1001))
    assert await publish_pending(resources) == 1001
    assert await numbers_in_order() == [(number + 1, number) for number in range(1001)]


async def test_a_relay_stops_when_it_is_told_to(resources: Resources) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(Relay(resources).run(stop))
    await happen("movie:1", number=1)
    while await waiting("published_at IS NULL"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(running, 1)
