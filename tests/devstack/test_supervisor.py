"""`cinema dev`: one command, everything started, everything ended."""

import asyncio
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from cinema.devstack.data import temporary_folder
from tests.devstack.copies import Copy, is_alive, running_copy
from tests.waiting import eventually

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def used_data() -> Iterator[Path]:
    """A data folder that the tests of this file share, one after the other."""
    with temporary_folder() as folder:
        yield folder / "data"


async def test_everything_runs_on_addresses_that_stand_in_the_env_file(used_data: Path) -> None:
    async with running_copy(used_data) as copy:
        assert stat.S_IMODE(copy.data.env_file.stat().st_mode) == 0o600
        env = copy.env
        assert (await copy.get("/env")).json() == env
        assert env["CINEMA_PUBLIC_URL"] == copy.url
        assert env["CINEMA_MAILBOX_DIR"] == str(used_data / "mailbox")
        connection = await asyncpg.connect(env["CINEMA_DATABASE_URL"])
        assert await connection.fetchval("SELECT current_database()") == "cinema"
        assert await connection.fetchval("SHOW fsync") == "on"
        await connection.close()
        async with Redis.from_url(env["CINEMA_REDIS_URL"]) as redis:
            assert await redis.dbsize() == 0
        for name in ("S3", "SMTP", "STRIPE_API"):
            host, _, port = env[f"CINEMA_{name}_URL"].partition("://")[2].partition(":")
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
        assert env["CINEMA_STRIPE_API_KEY"].startswith("sk_test_")
        said = copy.said
    for word in (copy.url, "moderator@example.com", "Demo-cinema-1", "4242 4242", "/dev/mail"):
        assert word in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_everything_in_order(used_data: Path, number: signal.Signals) -> None:
    async with running_copy(used_data) as copy:
        family = copy.family
        assert len(family) >= 5
        await eventually(lambda: copy.trace.exists() and "started" in copy.last_trace)

        assert await copy.end(number) == 0

        assert [pid for pid in family if is_alive(pid)] == []
        # The worker was asked, not killed.
        assert "ended" in copy.last_trace


async def test_data_and_secrets_are_kept_and_addresses_are_not(folder: Path) -> None:
    async with running_copy(folder / "data") as copy:
        first = copy.env
        connection = await asyncpg.connect(first["CINEMA_DATABASE_URL"])
        await connection.execute("CREATE TABLE kept AS SELECT 3 AS n")
        await connection.close()
    assert "CINEMA_DATABASE_URL" not in copy.env
    assert stat.S_IMODE(copy.data.env_file.stat().st_mode) == 0o600

    async with running_copy(folder / "data") as copy:
        second = copy.env
        connection = await asyncpg.connect(second["CINEMA_DATABASE_URL"])
        assert await connection.fetchval("SELECT n FROM kept") == 3
        await connection.close()
    secrets = [name for name in first if "KEY" in name or "SECRET" in name]
    assert len(secrets) == 6
    assert [first[name] for name in secrets] == [second[name] for name in secrets]


async def test_the_database_is_prepared_once_until_what_prepares_it_changes(
    folder: Path,
) -> None:
    for digest in ("first", "first", "second"):
        async with running_copy(folder / "data", env={"SHOP_DIGEST": digest}):
            pass
    assert (folder / "data/prepared").read_text() == "once\nonce\n"


async def test_a_database_that_is_not_ours_is_prepared_at_every_start(folder: Path) -> None:
    given = {"CINEMA_DATABASE_URL": "postgresql://cinema@db.example/cinema"}
    for _ in range(2):
        async with running_copy(folder / "data", env=given):
            pass
    assert (folder / "data/prepared").read_text() == "once\nonce\n"


async def test_fresh_begins_anew(folder: Path) -> None:
    async with running_copy(folder / "data") as copy:
        first = copy.env
        connection = await asyncpg.connect(first["CINEMA_DATABASE_URL"])
        await connection.execute("CREATE TABLE kept AS SELECT 3 AS n")
        await connection.close()

    async with running_copy(folder / "data", "--fresh") as copy:
        connection = await asyncpg.connect(copy.env["CINEMA_DATABASE_URL"])
        assert await connection.fetchval("SELECT to_regclass('kept')") is None
        await connection.close()
        assert copy.env["CINEMA_SECRET_KEY"] != first["CINEMA_SECRET_KEY"]
        assert (folder / "data/prepared").read_text() == "once\n"


async def test_a_second_copy_on_the_same_data_is_refused(used_data: Path) -> None:
    async with running_copy(used_data) as copy:
        before = copy.env
        for flags in ([], ["--fresh"]):
            second = Copy(used_data, *flags)
            await second.ends_by_itself()
            assert second.process.returncode == 1
            [line] = second.said.splitlines()
            assert f"Another copy runs with the data in {used_data}" in line
            assert f"process {copy.process.pid}" in line
        assert copy.env == before
        assert (await copy.get("/healthz")).status_code == 200


async def test_two_copies_with_data_of_their_own_run_side_by_side(
    folder: Path, used_data: Path
) -> None:
    async with running_copy(used_data) as one, running_copy(folder / "other") as other:
        addresses = [name for name in one.env if name.endswith("_URL")]
        assert len(addresses) == 7
        assert all(one.env[name] != other.env[name] for name in addresses)
        assert await other.end() == 0
        assert (await one.get("/healthz")).status_code == 200


async def test_a_port_in_use_is_said_in_one_sentence_and_starts_nothing(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        copy = Copy(folder / "data", port=port)
        await copy.ends_by_itself()
    assert copy.process.returncode == 1
    [line] = [line for line in copy.said.splitlines() if "stopping" not in line]
    assert f"Port {port} is in use by another program: choose one with --port N." in line
    assert not (folder / "data/postgres").exists()


async def test_a_killed_copy_leaves_no_orphan_and_can_be_started_again(used_data: Path) -> None:
    async with running_copy(used_data) as copy:
        family = copy.family
        assert await copy.end(signal.SIGKILL) == -signal.SIGKILL
        await eventually(lambda: not any(map(is_alive, family)), timeout=15)
    async with running_copy(used_data) as copy:
        assert (await copy.get("/healthz")).status_code == 200


async def test_a_copy_killed_with_its_servers_can_be_started_again(used_data: Path) -> None:
    async with running_copy(used_data) as copy:
        for pid in [copy.process.pid, *copy.family]:
            os.kill(pid, signal.SIGKILL)
        await copy.ends_by_itself()
    async with running_copy(used_data) as copy:
        assert (await copy.get("/healthz")).status_code == 200


async def test_what_dies_is_started_again_on_the_same_address(used_data: Path) -> None:
    async with running_copy(used_data) as copy:
        before = copy.env
        await asyncio.gather(copy.get("/fall"), return_exceptions=True)
        await copy.says("web runs again")
        assert "web ended (killed by signal 9), starting it again in 0.2 s" in copy.said
        assert (await copy.get("/env")).json() == before

        for name in ("redis-server", "postgres", "rclone"):
            os.kill(_process_called(name, copy), signal.SIGKILL)
        for name in ("redis", "postgres", "s3"):
            await copy.says(f"{name} runs again")
        async with Redis.from_url(before["CINEMA_REDIS_URL"]) as redis:
            assert await redis.dbsize() == 0
        connection = await asyncpg.connect(before["CINEMA_DATABASE_URL"])
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


async def test_a_web_process_that_cannot_start_ends_the_copy_with_its_reason(
    used_data: Path,
) -> None:
    copy = Copy(used_data, env={"SHOP_BROKEN": "yes"})
    await copy.ends_by_itself()
    assert copy.process.returncode == 1
    assert "The web process did not start: RuntimeError: the shop is broken" in copy.said


async def test_a_signal_during_the_start_ends_what_has_begun(folder: Path) -> None:
    copy = Copy(folder / "data")
    await eventually(lambda: len(copy.family) >= 2, timeout=10)
    family = copy.family
    assert await copy.end(signal.SIGINT) == 0
    assert "Cinema is open" not in copy.said
    await eventually(lambda: not any(map(is_alive, family)), timeout=10)


async def test_a_second_signal_does_not_wait_for_a_stubborn_worker(used_data: Path) -> None:
    async with running_copy(used_data, env={"SHOP_STUBBORN": "yes"}) as copy:
        copy.process.send_signal(signal.SIGINT)
        await copy.says("stopping")
        family = copy.family
        assert await copy.end(signal.SIGINT) == 0
        assert "stopping at once" in copy.said
        assert not any(map(is_alive, family))


async def test_warnings_reach_the_terminal_and_the_rest_the_log(used_data: Path) -> None:
    async with running_copy(used_data) as copy:
        await copy.get("/warn")
        await copy.says("web | 2026-11-21 [warning  ] the popcorn runs low")
        assert "all is calm" not in copy.said
        assert "all is calm" in (used_data / "logs/web.log").read_text()
    async with running_copy(used_data, "--verbose") as copy:
        await copy.get("/warn")
        await copy.says("all is calm")


async def test_a_server_whose_address_is_given_is_not_started(folder: Path) -> None:
    given = {
        "CINEMA_REDIS_URL": "redis://redis.example:6379/0",
        "CINEMA_STRIPE_API_URL": "https://api.stripe.com",
        "CINEMA_SMTP_URL": "smtp://mail.example:25",
        "CINEMA_DATABASE_URL": "postgresql://cinema@db.example/cinema",
    }
    async with running_copy(folder / "data", env=given) as copy:
        assert given.items() <= copy.env.items()
        assert "CINEMA_MAILBOX_DIR" not in copy.env
        assert sorted(path.name for path in (folder / "data/logs").iterdir()) == [
            *("s3.log", "web.log", "worker.log")
        ]


async def test_a_dotenv_file_counts_as_given_and_the_environment_wins(folder: Path) -> None:
    (folder / ".env").write_text(
        "CINEMA_REDIS_URL=redis://file.example/0\nCINEMA_SMTP_URL=smtp://file.example:25\n"
    )
    environment = {"CINEMA_SMTP_URL": "smtp://environment.example:25"}
    async with running_copy(folder / "data", env=environment) as copy:
        assert copy.env["CINEMA_REDIS_URL"] == "redis://file.example/0"
        assert copy.env["CINEMA_SMTP_URL"] == "smtp://environment.example:25"


async def test_production_is_refused(folder: Path) -> None:
    copy = Copy(folder / "data", env={"CINEMA_ENVIRONMENT": "production"})
    await copy.ends_by_itself()
    assert copy.process.returncode == 1
    assert "CINEMA_ENVIRONMENT is not `development`" in copy.said
    assert not (folder / "data/postgres").exists()


def _process_called(name: str, copy: Copy) -> int:
    own = [pid for pid in copy.family if Path(f"/proc/{pid}/comm").read_text().strip() == name]
    return own[0]
