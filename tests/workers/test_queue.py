"""The queue wakes workers up; nothing is lost with it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from saq import Status

from cinema.devstack.redis import RedisServer, run_redis
from cinema.resources import Resources, open_resources
from cinema.settings import Settings
from tests.waiting import eventually
from tests.workers.runs import Notebook, make_due, make_run, run_row
from workers import jobs
from workers.jobs import Queue, enqueue, make_worker, open_queue, sweep
from workers.runner import Runner


@asynccontextmanager
async def working(runner: Runner, queue: Queue) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = asyncio.create_task(make_worker(runner, queue).run(stop))
    try:
        yield
    finally:
        stop.set()
        await worker


async def is_drained(queue: Queue) -> bool:
    return await queue.count("incomplete") == 0


@pytest.fixture
async def queue(settings: Settings, clean: None) -> AsyncIterator[Queue]:
    async with open_queue(settings) as queue:
        yield queue


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def runner(resources: Resources, notebook: Notebook) -> Runner:
    return Runner(resources, {"note": notebook.note})


async def test_a_job_runs_once_though_enqueued_three_times(
    runner: Runner, queue: Queue, notebook: Notebook
) -> None:
    run_id = await make_run(times=3)
    for ring in range(3):
        await enqueue(queue, [run_id], again=str(ring))
    async with working(runner, queue):
        await eventually(lambda: notebook.seen)
        await eventually(lambda: is_drained(queue))
    assert notebook.seen == [(3, 1)]


async def test_a_hundred_jobs_are_all_done_once(
    runner: Runner, queue: Queue, notebook: Notebook
) -> None:
    runs = [await make_run(times=number) for number in range(100)]
    async with working(runner, queue):
        await enqueue(queue, runs)
        await eventually(lambda: len(notebook.seen) == 100, timeout=20)
    assert sorted(notebook.seen) == [(number, 1) for number in range(100)]


async def test_a_job_that_failed_is_woken_up_by_the_sweeper(
    runner: Runner, queue: Queue, notebook: Notebook
) -> None:
    notebook.failures = [ValueError("boom")]
    run_id = await make_run()
    async with working(runner, queue):
        await enqueue(queue, [run_id])
        await eventually(lambda: notebook.contexts)
        await make_due(run_id)
        assert await sweep(runner, queue) == 1
        await eventually(lambda: notebook.seen)
    assert notebook.seen == [(1, 2)]


async def test_what_redis_forgot_is_found_again(
    runner: Runner, queue: Queue, notebook: Notebook, resources: Resources
) -> None:
    runs = [await make_run(times=number) for number in range(5)]
    await enqueue(queue, runs)
    await resources.redis.flushall()
    for run_id in runs:
        await make_due(run_id)
    async with working(runner, queue):
        assert await sweep(runner, queue) == 5
        await eventually(lambda: len(notebook.seen) == 5)
    assert sorted(notebook.seen) == [(number, 1) for number in range(5)]


async def test_the_sweeper_leaves_alone_what_is_done_or_not_due(
    runner: Runner, queue: Queue
) -> None:
    done, young = await make_run(), await make_run()
    await runner.run(done)
    await make_due(done)
    assert (await run_row(young))["attempts"] == 0
    assert await sweep(runner, queue) == 0
    assert await queue.count("incomplete") == 0


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    async with run_redis(tmp_path / "redis", keep=False) as redis:
        yield redis


@pytest.mark.chaos
async def test_without_redis_the_sweeper_does_the_jobs_itself(
    settings: Settings, clean: None, own_redis: RedisServer, notebook: Notebook
) -> None:
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with open_resources(settings, "test") as resources, open_queue(settings) as queue:
        await own_redis.stop()
        runs = [await make_run(times=number) for number in range(8)]
        for run_id in runs:
            await make_due(run_id)
        assert await sweep(Runner(resources, {"note": notebook.note}), queue) == 8
    assert sorted(notebook.seen) == [(number, 1) for number in range(8)]


@pytest.mark.chaos
async def test_a_worker_without_redis_rests_and_goes_on_when_it_is_back(
    settings: Settings, clean: None, own_redis: RedisServer, notebook: Notebook
) -> None:
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with open_resources(settings, "test") as resources, open_queue(settings) as queue:
        runner = Runner(resources, {"note": notebook.note})
        async with working(runner, queue):
            await own_redis.kill()
            await eventually(lambda: queue.is_away)
            began, used = time.monotonic(), os.times()
            await asyncio.sleep(4)
            now = os.times()
            share = (now.user + now.system - used.user - used.system) / (time.monotonic() - began)
            assert share <= 0.05, f"{share:.1%} of a core while Redis was away"
            await own_redis.start()
            run_id = await make_run()
            await enqueue(queue, [run_id])
            await eventually(lambda: notebook.seen, timeout=10)
    assert notebook.seen == [(1, 1)]


async def test_a_run_that_a_killed_worker_had_taken_is_rung_for_anew(
    runner: Runner, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SAQ keeps the key of a job in the hands of the dead for its whole time-out."""
    monkeypatch.setattr(jobs, "RING_AGAIN", 0.05)
    run_id = await make_run()
    await make_due(run_id)
    await sweep(runner, queue)
    assert await queue.dequeue(1) is not None

    await asyncio.sleep(0.06)
    await sweep(runner, queue)

    rung = await queue.dequeue(1)
    assert rung is not None
    assert rung.kwargs == {"run_id": run_id}


async def test_a_queue_that_has_enough_to_do_is_not_rung_again(
    runner: Runner, queue: Queue, notebook: Notebook
) -> None:
    run_id = await make_run(times=1)
    await make_due(run_id)
    await enqueue(queue, range(run_id + 1, run_id + 1 + jobs.BACKLOG))
    assert await sweep(runner, queue) == 0
    assert await queue.count("queued") == jobs.BACKLOG
    async with working(runner, queue):
        await eventually(lambda: is_drained(queue))
    assert notebook.seen == []

    assert await sweep(runner, queue) == 1
    async with working(runner, queue):
        await eventually(lambda: notebook.seen)


async def test_a_job_that_has_just_begun_is_not_taken_for_lost(queue: Queue) -> None:
    await enqueue(queue, [1])
    found = await queue.dequeue(timeout=1)
    assert found is not None
    as_swept = await queue.job(found.key)
    await queue.update(found, status=Status.ACTIVE, started=int(time.time() * 1000))
    assert as_swept is not None
    assert as_swept.status is Status.QUEUED

    with pytest.raises(jobs.GoesOn):
        await queue.abort(as_swept, "swept")

    stored = await queue.job(found.key)
    assert stored is not None
    assert stored.status is Status.ACTIVE


async def test_a_job_that_ends_while_it_is_swept_is_no_fault(queue: Queue) -> None:
    await enqueue(queue, [1])
    found = await queue.dequeue(timeout=1)
    assert found is not None

    async def is_aborted() -> bool:
        stored = await queue.job(found.key)
        return stored is not None and stored.status is Status.ABORTING

    sweeping = asyncio.create_task(queue.sweep())
    await eventually(is_aborted)
    await queue.finish(found, Status.COMPLETE)
    assert await sweeping == []
    assert await queue.count("incomplete") == 0
