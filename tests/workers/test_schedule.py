"""The clock: each slot once, in whichever worker, with or without Redis."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from cinema.database import dedicated_connection
from cinema.settings import Settings
from tests.waiting import eventually
from workers import schedule as schedule_module
from workers.schedule import LOCK, Schedule, Task

END_KEEPER = """
SELECT pg_terminate_backend(pid) FROM pg_locks
 WHERE locktype = 'advisory' AND objid = $1 AND granted
"""


@asynccontextmanager
async def keeping(*schedules: Schedule) -> AsyncIterator[None]:
    stop = asyncio.Event()
    runs = [asyncio.create_task(schedule.run(stop)) for schedule in schedules]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*runs)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    monkeypatch.setattr(schedule_module, "LOOK", 0.05)
    return Counter()


@pytest.fixture
def schedule(settings: Settings, clean: None, runs: Counter[str]) -> Callable[[str], Schedule]:
    """Make the schedule of a worker that counts its runs under its own name."""

    def make(worker: str) -> Schedule:
        async def count() -> None:
            runs[worker] += 1

        return Schedule(settings, [Task("count", every=0.05, run=count)])

    return make


async def test_of_two_workers_one_keeps_the_schedule(
    schedule: Callable[[str], Schedule], runs: Counter[str]
) -> None:
    async with keeping(schedule("first"), schedule("second")):
        await eventually(lambda: runs.total() >= 10)
    assert len(runs) == 1


async def test_another_worker_takes_over_from_one_that_ends(
    schedule: Callable[[str], Schedule], runs: Counter[str]
) -> None:
    async with keeping(schedule("first")):
        await eventually(lambda: runs["first"])
        async with keeping(schedule("second")):
            pass
        assert runs["second"] == 0
    done = runs["first"]
    async with keeping(schedule("second")):
        await eventually(lambda: runs["second"])
    assert runs["first"] == done


async def test_a_keeper_that_loses_its_connection_takes_the_lock_again(
    settings: Settings, schedule: Callable[[str], Schedule], runs: Counter[str]
) -> None:
    async with keeping(schedule("only")):
        await eventually(lambda: runs["only"])
        async with dedicated_connection(settings) as connection:
            assert await connection.fetchval(END_KEEPER, LOCK)
        done = runs["only"]
        await eventually(lambda: runs["only"] > done + 2)


async def test_a_task_that_fails_is_run_again_and_holds_up_no_other(
    settings: Settings, clean: None, runs: Counter[str]
) -> None:
    async def fail() -> None:
        runs["failing"] += 1
        raise RuntimeError("boom")

    async def hang() -> None:
        runs["hanging"] += 1
        await asyncio.Event().wait()

    async def work() -> None:
        runs["working"] += 1

    tasks = [
        Task("fail", every=0.02, run=fail),
        Task("hang", every=0.02, run=hang, timeout=0.05),
        Task("work", every=0.02, run=work),
    ]
    async with keeping(Schedule(settings, tasks)):
        await eventually(lambda: min(runs["failing"], runs["hanging"], runs["working"]) >= 3)
