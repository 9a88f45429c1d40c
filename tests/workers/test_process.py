"""The worker process: killed, stopped, and without what it stands on."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from cinema.accounts.events import UserActivated
from cinema.database import fetch, open_database, transaction
from cinema.devstack.postgres import run_postgres
from cinema.devstack.redis import RedisServer, run_redis
from cinema.devstack.smtp import MailFault, SmtpCatcher, run_smtp
from cinema.migrate import migrate
from cinema.outbox import emit
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.processes import running
from tests.waiting import eventually
from workers.process import together

RECOVERY = 20.0
"""Seconds in which the job of a killed worker has to be done (RELIABILITY, E2)."""


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A Redis that no other process of the tests uses, so that no other worker takes our jobs."""
    async with run_redis(tmp_path / "redis", keep=False) as redis:
        yield redis


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[SmtpCatcher]:
    async with run_smtp(tmp_path / "mail") as catcher:
        yield catcher


@pytest.fixture
def alone(settings: Settings, own_redis: RedisServer, catcher: SmtpCatcher) -> Settings:
    """The settings of a house with servers of its own."""
    changes = {
        "redis_url": own_redis.url,
        "smtp_url": SecretStr(catcher.url),
        "log_level": "info",
    }
    return settings.model_copy(update=changes)


@pytest.fixture
async def house(alone: Settings, clean: None) -> AsyncIterator[Settings]:
    """The same, its database open in the test."""
    async with open_database(alone, "test"):
        yield alone


async def tell_somebody() -> None:
    """Let something happen that a mail follows."""
    user = await make_user()
    async with transaction():
        await emit(UserActivated(user_id=user.id))


async def attempts() -> int:
    rows = await fetch("SELECT attempts FROM job_runs WHERE job = 'mail_activated'")
    return rows[0]["attempts"] if rows else 0


async def is_done() -> bool:
    return bool(await fetch("SELECT FROM job_runs WHERE done_at IS NOT NULL"))


@pytest.mark.chaos
async def test_an_event_becomes_a_mail_and_sigterm_is_the_end(
    house: Settings, catcher: SmtpCatcher, tmp_path: Path
) -> None:
    async with running(house, "worker", cwd=tmp_path) as worker:
        await tell_somebody()
        await eventually(catcher.mailbox.mails, timeout=20)
        await eventually(is_done)
        began = time.monotonic()
        assert await worker.end() == 0
        assert time.monotonic() - began < 5
    assert worker.said("worker_stopped")
    assert not worker.said("Traceback"), "\n".join(worker.lines)


@pytest.mark.chaos
async def test_the_job_of_a_killed_worker_is_done_by_the_next_one_in_twenty_seconds(
    house: Settings, catcher: SmtpCatcher, tmp_path: Path
) -> None:
    catcher.fail(MailFault.HANG, times=1)
    async with running(house, "worker", cwd=tmp_path) as worker:
        await tell_somebody()
        await eventually(attempts, timeout=20)
        worker.kill()
        killed = time.monotonic()
    catcher.work()
    async with running(house, "worker", cwd=tmp_path):
        await eventually(is_done, timeout=RECOVERY)
    assert time.monotonic() - killed < RECOVERY
    assert await attempts() == 2
    names = {mail.message_id for mail in catcher.mailbox.mails()}
    assert len(names) == 1, "a repeat is the same mail"


@pytest.mark.chaos
async def test_a_job_that_runs_at_sigterm_is_finished_first(
    house: Settings, catcher: SmtpCatcher, tmp_path: Path
) -> None:
    catcher.fail(MailFault.HANG, times=1)
    async with running(house, "worker", cwd=tmp_path) as worker:
        await tell_somebody()
        await eventually(attempts, timeout=20)
        worker.process.send_signal(signal.SIGTERM)
        catcher.work()
        assert await worker.end() == 0
    assert await is_done()
    assert await attempts() == 1
    assert len(catcher.mailbox.mails()) == 1


@pytest.mark.chaos
async def test_a_redis_that_restarts_empty_loses_nothing(
    house: Settings, catcher: SmtpCatcher, own_redis: RedisServer, tmp_path: Path
) -> None:
    async with running(house, "worker", cwd=tmp_path) as worker:
        await eventually(lambda: worker.said("schedule_kept"), timeout=20)
        await own_redis.kill()
        await tell_somebody()
        await eventually(lambda: worker.said("queue_lost"), timeout=10)
        await own_redis.start()
        await tell_somebody()
        await eventually(lambda: len(catcher.mailbox.mails()) == 2, timeout=20)
        assert await worker.end() == 0
    assert len({mail.message_id for mail in catcher.mailbox.mails()}) == 2
    assert not worker.said("Traceback"), "\n".join(worker.lines)


@pytest.mark.chaos
async def test_orders_expire_and_mails_leave_while_redis_is_away(
    house: Settings, catcher: SmtpCatcher, own_redis: RedisServer, tmp_path: Path
) -> None:
    await own_redis.stop()
    user = await make_user()
    await fetch(
        "INSERT INTO orders (user_id, currency, total_amount, expires_at)"
        " VALUES ($1, 'usd', 0, now() - interval '1 second')",
        user.id,
    )
    async with running(house, "worker", cwd=tmp_path):
        await eventually(
            lambda: [mail.subject for mail in catcher.mailbox.mails()] == ["Order 1 has expired"],
            timeout=30,
        )
    assert await fetch("SELECT status::text FROM orders") == [{"status": "expired"}]


@pytest.mark.chaos
async def test_two_workers_do_each_job_once(
    house: Settings, catcher: SmtpCatcher, tmp_path: Path
) -> None:
    async with (
        running(house, "worker", cwd=tmp_path) as first,
        running(house, "worker", cwd=tmp_path) as second,
        running(house, "relay", cwd=tmp_path) as relay,
    ):
        for _ in range(20):
            await tell_somebody()
        await eventually(lambda: len(catcher.mailbox.mails()) == 20, timeout=30)
        for process in (first, second, relay):
            assert await process.end() == 0
    assert await fetch("SELECT max(attempts) AS most, count(*) AS n FROM job_runs") == [
        {"most": 1, "n": 20}
    ]
    assert len(catcher.mailbox.mails()) == 20


@pytest.mark.chaos
async def test_a_worker_outlives_its_database(
    alone: Settings, catcher: SmtpCatcher, tmp_path: Path
) -> None:
    async with run_postgres(tmp_path / "postgres", durable=False) as postgres:
        house = alone.model_copy(update={"database_url": await postgres.ensure_database("cinema")})
        await migrate(house)
        async with running(house, "worker", cwd=tmp_path) as worker:
            await eventually(lambda: worker.said("schedule_kept"), timeout=20)
            await postgres.restart(immediate=True)
            async with open_database(house, "test"):
                await tell_somebody()
                await eventually(catcher.mailbox.mails, timeout=20)
            assert await worker.end() == 0
    assert not worker.said("never retrieved"), "\n".join(worker.lines)


async def test_the_end_of_one_part_is_the_orderly_end_of_all() -> None:
    stop, ended = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        await stop.wait()
        ended.set()

    async def fail() -> None:
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        await together(stop, wait(), fail())
    assert ended.is_set()
