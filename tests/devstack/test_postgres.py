"""PostgreSQL as `cinema dev` and the tests run it."""

import asyncio
import os
import shutil
import signal
import tempfile
from pathlib import Path

import asyncpg
import pytest

from cinema.devstack.data import temporary_folder
from cinema.devstack.pghome import (
    INSTALLATION,
    WHEEL,
    data_folder,
    find_home,
    installed_binaries,
    reachable_by_others,
    remove_cluster,
)
from cinema.devstack.pgleftovers import servers_on
from cinema.devstack.postgres import PostgresServer, run_postgres
from tests.waiting import eventually


async def ask(server: PostgresServer, query: str, database: str = "postgres") -> object:
    connection = await asyncpg.connect(server.url(database), timeout=5)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_data_is_kept_over_a_restart_and_a_kill() -> None:
    with temporary_folder() as folder:
        async with run_postgres(folder / "postgres") as server:
            await server.ensure_database("cinema")
            await ask(server, "CREATE TABLE kept (n int)", "cinema")
            await ask(server, "INSERT INTO kept VALUES (7)", "cinema")
            url = server.url("cinema")

            os.kill(server.pid, signal.SIGKILL)
            await eventually(lambda: not server.running)
            await server.start()

            assert server.url("cinema") == url
            assert await ask(server, "SELECT n FROM kept", "cinema") == 7
        async with run_postgres(folder / "postgres") as server:
            assert await server.ensure_database("cinema") == server.url("cinema")
            assert await ask(server, "SELECT n FROM kept", "cinema") == 7
        assert servers_on(folder / "postgres") == []


async def test_the_server_is_durable_unless_told_otherwise() -> None:
    with temporary_folder() as folder:
        async with run_postgres(folder / "postgres") as server:
            assert await ask(server, "SHOW fsync") == "on"
            assert await ask(server, "SHOW synchronous_commit") == "on"
            assert await ask(server, "SHOW max_connections") == "200"
        async with run_postgres(folder / "postgres", durable=False) as server:
            assert await ask(server, "SHOW fsync") == "off"
            assert await ask(server, "SHOW synchronous_commit") == "off"
            assert await ask(server, "SHOW listen_addresses") == ""


async def test_a_server_left_over_from_a_crash_is_ended_at_the_next_start() -> None:
    with temporary_folder() as folder:
        orphaned = PostgresServer(folder / "postgres", durable=False)
        await orphaned.start()
        left = orphaned.pid

        async with run_postgres(folder / "postgres", durable=False) as server:
            assert not orphaned.running
            assert server.pid != left
            assert await ask(server, "SELECT 1") == 1


async def test_lock_files_that_name_a_stranger_do_not_hinder_a_start() -> None:
    with temporary_folder() as folder:
        async with run_postgres(folder / "postgres", durable=False) as server:
            lock = server.folder / "postmaster.pid"
            socket_lock = next(server.folder.glob(".s.PGSQL.*.lock"))
            contents = lock.read_text(), socket_lock.read_text()
            dead = str(server.pid)
        # As after a reboot, when the recorded number belongs to somebody else: this process.
        alive = str(os.getppid())
        lock.write_text(contents[0].replace(dead, alive, 1))
        socket_lock.write_text(contents[1].replace(dead, alive, 1))

        async with run_postgres(folder / "postgres", durable=False) as server:
            assert await ask(server, "SELECT 1") == 1


async def test_an_interrupted_first_start_leaves_nothing_half_made() -> None:
    with temporary_folder() as folder:
        unfinished = folder / "postgres.new"
        unfinished.mkdir()
        (unfinished / "PG_VERSION").write_text("18")

        async with run_postgres(folder / "postgres", durable=False) as server:
            assert await ask(server, "SELECT 1") == 1
        assert not unfinished.exists()


async def test_a_database_is_made_from_a_template_and_dropped() -> None:
    async with run_postgres(durable=False) as server:
        await server.create_database("template_one")
        await ask(server, "CREATE TABLE t AS SELECT 42 AS n", "template_one")

        url = await server.create_database("copy_one", template="template_one")

        assert url == server.url("copy_one")
        assert await ask(server, "SELECT n FROM t", "copy_one") == 42
        await server.drop_database("copy_one")
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await ask(server, "SELECT 1", "copy_one")
        with pytest.raises(ValueError, match="no plain database name"):
            await server.create_database('x"; DROP DATABASE template_one; --')


async def test_a_paused_server_answers_nobody_until_it_is_resumed() -> None:
    async with run_postgres(durable=False) as server:
        connection = await asyncpg.connect(server.url())
        server.pause()
        answer = asyncio.create_task(connection.fetchval("SELECT 5"))

        done, _ = await asyncio.wait([answer], timeout=0.3)
        assert not done
        with pytest.raises(TimeoutError):
            await asyncpg.connect(server.url(), timeout=0.3)

        server.resume()
        assert await asyncio.wait_for(answer, 5) == 5
        await connection.close()


async def test_a_paused_server_can_be_stopped() -> None:
    async with run_postgres(durable=False) as server:
        server.pause()
        await server.stop()
        assert not server.running


async def test_an_immediate_restart_cuts_connections_and_keeps_the_address() -> None:
    async with run_postgres(durable=False) as server:
        connection = await asyncpg.connect(server.url())
        url, pid = server.url(), server.pid

        await server.restart(immediate=True)

        assert server.url() == url
        assert server.pid != pid
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.fetchval("SELECT 1")
        assert await ask(server, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket_gets_a_short_one() -> None:
    with temporary_folder() as folder:
        deep = folder / ("long" * 15) / ("path" * 15)
        deep.mkdir(parents=True)
        async with run_postgres(deep / "postgres", durable=False) as server:
            assert await ask(server, "SELECT 1") == 1
            assert str(deep) not in server.url()
            short = server.url().partition("host=")[2]
            assert oct(os.stat(short).st_mode) == "0o40700"
        assert not os.path.exists(short)  # noqa: ASYNC240


async def test_letters_outside_ascii_have_case() -> None:
    async with run_postgres(durable=False) as server:
        assert await ask(server, "SELECT lower('AMÉLIE')") == "amélie"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its user")
async def test_as_root_a_closed_folder_stays_closed_and_the_cluster_goes_elsewhere(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    try:
        async with run_postgres(closed / "postgres") as server:
            assert server.moved
            assert server.folder == data_folder(closed / "postgres")
            assert server.folder.is_relative_to("/var/lib/cinema-dev")
            assert await ask(server, "SELECT 1") == 1
            assert closed.stat().st_mode & 0o777 == 0o700
            assert [path.name for path in closed.iterdir()] == ["postgres.log"]
        place = server.folder
        assert place.exists()
    finally:
        remove_cluster(closed / "postgres")
    assert not place.parent.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its user")
@pytest.mark.parametrize("durable", [False, True])
async def test_as_root_a_cluster_that_is_not_to_last_goes_to_the_temporary_files(
    tmp_path: Path, durable: bool
) -> None:
    assert not reachable_by_others(tmp_path), "pytest's folders are closed"
    server = PostgresServer(tmp_path / "postgres", durable=durable, lasting=False)
    try:
        await server.start()
        assert server.folder.parent.parent == Path(tempfile.gettempdir())
        assert await ask(server, "SHOW fsync") == ("on" if durable else "off")
        await server.stop()
        await server.start()
        assert await ask(server, "SELECT 1") == 1
    finally:
        await server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its user")
def test_as_root_an_open_folder_is_used_as_it_is() -> None:
    with temporary_folder() as folder:
        home = find_home(folder / "postgres")
        assert home.folder == folder / "postgres"
        assert home.uid != 0
        assert reachable_by_others(home.bin)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its user")
async def test_as_root_binaries_in_a_closed_folder_are_copied_to_where_they_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = installed_binaries().parents[2]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in (f"{WHEEL}/{INSTALLATION}", f"{WHEEL}.libs"):
        shutil.copytree(packages / name, closed / name, symlinks=True)
    (closed / WHEEL / "__init__.py").touch()
    monkeypatch.syspath_prepend(closed)
    assert installed_binaries().is_relative_to(closed)
    try:
        async with run_postgres(durable=False) as server:
            assert await ask(server, "SELECT 1") == 1
            place = Path(f"/proc/{server.pid}/exe").readlink()  # noqa: ASYNC240
        assert place.is_relative_to("/var/lib/cinema-dev")
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(place.parents[3])
