"""A run: claimed by one, tried until it is done, never lost."""

import asyncio
from dataclasses import dataclass, field

import pytest

from cinema.database import fetch
from cinema.errors import Unavailable
from cinema.jobs import GiveUp, Job, RunContext, lasting
from cinema.resources import Resources
from tests.waiting import eventually
from tests.workers.runs import BellRang, Notebook, make_due, make_run, run_row
from workers import runner as runner_module
from workers.runner import MAX_BACKOFF, Runner, backoff


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def runner(resources: Resources, notebook: Notebook) -> Runner:
    return Runner(resources, {"note": notebook.note})


async def test_a_run_is_done_once_though_asked_for_twenty_times_at_once(
    runner: Runner, notebook: Notebook
) -> None:
    run_id = await make_run(times=7)
    outcomes = await asyncio.gather(*(runner.run(run_id) for _ in range(20)))
    assert outcomes.count(True) == 1
    assert notebook.seen == [(7, 1)]
    row = await run_row(run_id)
    assert (row["attempts"], row["error"], row["done"]) == (1, "", True)


async def test_a_done_run_is_never_run_again(runner: Runner, notebook: Notebook) -> None:
    run_id = await make_run()
    assert await runner.run(run_id)
    await make_due(run_id)
    assert not await runner.run(run_id)
    assert notebook.seen == [(1, 1)]


async def test_a_run_that_does_not_exist_is_nothing(runner: Runner, notebook: Notebook) -> None:
    assert not await runner.run(4711)
    assert notebook.contexts == []


async def test_the_context_names_the_event_and_the_attempt(
    runner: Runner, notebook: Notebook
) -> None:
    run_id = await make_run()
    await runner.run(run_id)
    [context] = notebook.contexts
    [event] = await fetch("SELECT id, seq, created_at FROM outbox")
    assert context == RunContext(event["id"], event["seq"], 1, event["created_at"])


async def test_a_failed_run_waits_and_then_succeeds(runner: Runner, notebook: Notebook) -> None:
    notebook.failures = [Unavailable("The mail server is away."), ValueError("boom")]
    run_id = await make_run()
    assert not await runner.run(run_id)
    row = await run_row(run_id)
    assert (row["attempts"], row["done"]) == (1, False)
    assert row["error"] == "Unavailable: The mail server is away."
    assert 0.5 < row["due_in"] <= 1.0
    assert not await runner.run(run_id), "it is not due yet"
    await make_due(run_id)
    assert not await runner.run(run_id)
    assert 1.0 < (await run_row(run_id))["due_in"] <= 2.0
    await make_due(run_id)
    assert await runner.run(run_id)
    row = await run_row(run_id)
    assert (row["attempts"], row["error"], row["done"]) == (3, "", True)
    assert notebook.seen == [(1, 3)]


async def test_giving_up_ends_a_run_and_keeps_the_reason(
    runner: Runner, notebook: Notebook
) -> None:
    notebook.failures = [GiveUp("550 no such mailbox")]
    run_id = await make_run()
    assert await runner.run(run_id)
    row = await run_row(run_id)
    assert (row["attempts"], row["error"], row["done"]) == (1, "GiveUp: 550 no such mailbox", True)


async def test_an_error_is_kept_without_the_secrets_in_it(
    runner: Runner, notebook: Notebook
) -> None:
    notebook.failures = [RuntimeError("no key sk_test_abc123 at postgresql://joe:hush@db/x")]
    run_id = await make_run()
    await runner.run(run_id)
    error = (await run_row(run_id))["error"]
    assert error.startswith("RuntimeError: no key [secret] at postgresql://")
    assert "abc123" not in error
    assert "hush" not in error


async def test_a_job_that_takes_too_long_is_cut_off(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(resources: Resources, event: BellRang, run: RunContext) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(runner_module, "TIMEOUT", 0.05)
    run_id = await make_run("hang")
    assert not await Runner(resources, {"hang": hang}).run(run_id)
    row = await run_row(run_id)
    assert (row["error"], row["done"]) == ("TimeoutError", False)


async def test_a_cancelled_run_is_free_at_once(resources: Resources) -> None:
    started, seen = asyncio.Event(), []

    async def hang_once(resources: Resources, event: BellRang, run: RunContext) -> None:
        seen.append(run.attempt)
        if run.attempt == 1:
            started.set()
            await asyncio.Event().wait()

    run_id = await make_run("hang_once")
    runner = Runner(resources, {"hang_once": hang_once})
    task = asyncio.create_task(runner.run(run_id))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await eventually(lambda: runner.run(run_id))
    assert seen == [1, 2]


async def test_the_next_worker_takes_over_when_the_lease_of_a_dead_one_ends(
    runner: Runner, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "LEASE", 0.2)
    run_id = await make_run()
    claim = await runner_module.claim_run(run_id)
    assert claim is not None
    assert not await runner.run(run_id), "the dead one's lease still holds"
    await eventually(lambda: runner.run(run_id))
    assert notebook.seen == [(1, 2)]


async def test_who_slept_through_the_lease_no_longer_writes_the_outcome(
    runner: Runner, notebook: Notebook
) -> None:
    run_id = await make_run()
    sleeper = await runner_module.claim_run(run_id)
    assert sleeper is not None
    await make_due(run_id)
    notebook.failures = [Unavailable()]
    await runner.run(run_id)
    await runner_module._finish(sleeper, "")
    row = await run_row(run_id)
    assert (row["attempts"], row["done"]) == (2, False)


async def test_a_job_of_another_version_waits_for_that_version(
    resources: Resources, notebook: Notebook
) -> None:
    run_id = await make_run("job_of_tomorrow")
    assert not await Runner(resources, {}).run(run_id)
    row = await run_row(run_id)
    assert row["error"] == "UnknownJob: job_of_tomorrow after test.bell_rang"
    await make_due(run_id)
    assert await Runner(resources, {"job_of_tomorrow": notebook.note}).run(run_id)


def test_the_wait_doubles_up_to_ten_minutes() -> None:
    for attempt, most in ((1, 1.0), (2, 2.0), (5, 16.0), (10, 512.0), (11, 600.0), (60, 600.0)):
        waits = [backoff(attempt) for _ in range(200)]
        assert most * 0.75 <= min(waits) < max(waits) <= most
    assert MAX_BACKOFF == 600.0


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short lease, renewed often, and a queue that soon stops waiting."""
    monkeypatch.setattr(runner_module, "TIMEOUT", 0.2)
    monkeypatch.setattr(runner_module, "LEASE", 0.4)
    monkeypatch.setattr(runner_module, "RENEWAL", 0.1)
    monkeypatch.setattr(runner_module, "PATIENCE", 0.2)


@dataclass
class Slow:
    """A job that lasts until it is let go."""

    begun: list[int] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def job(self) -> Job:
        @lasting(30)
        async def slow(resources: Resources, event: BellRang, run: RunContext) -> None:
            self.begun.append(run.attempt)
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                self.ended.append("interrupted")
                raise
            self.ended.append("done")

        return slow


@pytest.mark.usefixtures("patience")
async def test_a_job_that_lasts_keeps_its_lease_and_does_not_hold_up_the_queue(
    resources: Resources,
) -> None:
    slow = Slow()
    runner = Runner(resources, {"slow": slow.job()})
    run_id = await make_run("slow")
    await runner.attend(run_id)
    assert (slow.begun, len(runner.running)) == ([1], 1)
    # Far over the lease and the ordinary time: nobody else can take it.
    for _ in range(8):
        await asyncio.sleep(0.1)
        assert not await Runner(resources, {"slow": slow.job()}).run(run_id)
    slow.let_go.set()
    await eventually(lambda: not runner.running)
    assert (slow.begun, slow.ended) == ([1], ["done"])
    assert (await run_row(run_id))["done"]


@pytest.mark.usefixtures("patience")
async def test_a_worker_that_closes_leaves_what_lasts_to_the_next_one_at_once(
    resources: Resources,
) -> None:
    slow = Slow()
    job = slow.job()
    first, second = Runner(resources, {"slow": job}), Runner(resources, {"slow": job})
    run_id = await make_run("slow")
    await first.attend(run_id)
    await first.close()
    assert slow.ended == ["interrupted"]
    slow.let_go.set()
    assert await second.run(run_id)
    assert (slow.begun, slow.ended) == ([1, 2], ["interrupted", "done"])


@pytest.mark.usefixtures("patience")
async def test_a_job_that_lasts_ends_when_another_worker_has_its_lease(
    resources: Resources,
) -> None:
    slow = Slow()
    runner = Runner(resources, {"slow": slow.job()})
    run_id = await make_run("slow")
    await runner.attend(run_id)
    await fetch("UPDATE job_runs SET attempts = attempts + 1 WHERE id = $1", run_id)
    await eventually(lambda: not runner.running)
    row = await run_row(run_id)
    assert (slow.ended, row["attempts"], row["done"]) == (["interrupted"], 2, False)
