"""`cinema dev`: everything that the product needs, in one command."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cinema.devstack import screen
from cinema.devstack.applications import Application, WebApplication
from cinema.devstack.data import DataFolder
from cinema.devstack.errors import DevstackError
from cinema.devstack.keeper import keep
from cinema.devstack.logs import LogFollower
from cinema.devstack.pghome import data_folder, remove_cluster
from cinema.devstack.pgleftovers import end_all
from cinema.devstack.ports import free_port, port_is_free
from cinema.devstack.recipe import Recipe
from cinema.devstack.servers import all_of
from cinema.devstack.stack import DATABASE, Address, Stack, given_settings

FOLLOW_SECONDS = 0.2


def run_dev(
    port: int, data: Path, fresh: bool, verbose: bool = False, recipe: Recipe | None = None
) -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP; return the exit code of the process.

    0 after a signal, 1 where it could not start, with one sentence that says why.
    """
    folder = DataFolder(data)
    try:
        with folder.locked():
            return asyncio.run(_supervise(folder, port, fresh, verbose, recipe or Recipe()))
    except DevstackError as error:
        screen.say(str(error))
        return 1


async def _supervise(
    folder: DataFolder, port: int, fresh: bool, verbose: bool, recipe: Recipe
) -> int:
    stopping = _stop_signals()
    if fresh:
        await _clear(folder)
    folder.prepare()
    supervisor = Supervisor(folder, port, verbose, recipe)
    starting = asyncio.create_task(supervisor.start())
    waiting = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            await waiting
        screen.say("stopping")
        return 0
    finally:
        # A second signal means: at once.
        stopping.clear()
        ending = asyncio.create_task(_end(supervisor, starting))
        hurrying = asyncio.create_task(stopping.wait())
        await asyncio.wait({ending, hurrying}, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            screen.say("stopping at once")
            await supervisor.kill()
        await ending


async def _end(supervisor: "Supervisor", starting: "asyncio.Task[None]") -> None:
    starting.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await starting
    await supervisor.stop()


def _stop_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # `nohup` has asked for the hangup to be ignored: so it is.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, stopping.set)
    return stopping


async def _clear(folder: DataFolder) -> None:
    cluster = folder.path / "postgres"
    await end_all(data_folder(cluster))
    remove_cluster(cluster)
    folder.clear()


class Supervisor:
    """One running copy: its private servers, its processes, and who watches over them."""

    def __init__(self, folder: DataFolder, port: int, verbose: bool, recipe: Recipe) -> None:
        given = given_settings()
        self.folder = folder
        self.recipe = recipe
        self.address = Address(given.get("CINEMA_HOST", "127.0.0.1"), port or free_port())
        self.stack = Stack(folder, given, self.address)
        self.applications: list[Application] = []
        self._verbose = verbose
        self._keepers: list[asyncio.Task[None]] = []
        self._followers: list[asyncio.Task[None]] = []
        self._began = time.monotonic()

    async def start(self) -> None:
        """Start everything and say so. Raises DevstackError; stop() is due in any case."""
        self._check_port()
        await self.stack.start()
        self.folder.write_env(self.stack.env)
        await self._prepare()
        await self._start_applications()
        for server in (*self.stack.servers, *self.applications):
            self._keepers.append(asyncio.create_task(keep(server, screen.say)))
        self._say_open()

    async def stop(self) -> None:
        """End all in order: the product first, then what it stands on."""
        await _cancel(self._keepers)
        await all_of(*(application.stop() for application in self.applications))
        await _cancel(self._followers)
        await self.stack.stop()
        # The addresses are nobody's from here on; only the secrets are kept.
        if self.folder.env_file.exists():
            self.folder.write_env(self.stack.secrets)

    async def kill(self) -> None:
        """End the product's processes without their farewell."""
        await all_of(*(application.kill() for application in self.applications))

    def _check_port(self) -> None:
        host, port = self.address.host, self.address.port
        try:
            free = port_is_free(host, port)
        except OSError as error:
            raise DevstackError(f"Cannot listen on {host} port {port}: {error.strerror}.") from None
        if not free:
            raise DevstackError(
                f"Port {port} is in use by another program: choose one with --port N."
            )

    async def _start_applications(self) -> None:
        env = {**os.environ, **self.stack.env, "PYTHONUNBUFFERED": "1"}
        logs = self.folder.logs
        web = WebApplication(
            "web", self.recipe.web, env, logs / "web.log", address=self.address.reachable
        )
        worker = Application("worker", self.recipe.worker, env, logs / "worker.log")
        self.applications = [web, worker]
        for application in self.applications:
            follower = LogFollower(application.name, application.log, everything=self._verbose)
            self._followers.append(asyncio.create_task(_follow(follower)))
        await all_of(web.start(), self.stack.start_correspondents())
        # After the web process: on two cores its loading would hold up the first page.
        await worker.start()

    async def _prepare(self) -> None:
        postgres, digest = self.stack.postgres, self.recipe.digest()
        # Left out where nothing has changed: it loads half the product, and every warm start
        # would wait for that. A database that is not ours has no such note.
        if postgres is None or await postgres.read_note(DATABASE) != digest:
            await self.recipe.prepare(self.folder.path)
            if postgres is not None:
                await postgres.write_note(DATABASE, digest)

    def _say_open(self) -> None:
        notes = {}
        if self.stack.postgres and self.stack.postgres.moved:
            # As root where the data folder is closed to PostgreSQL's own user.
            notes["Database"] = f"kept in {self.stack.postgres.folder.parent}"
        url = self.stack.env["CINEMA_PUBLIC_URL"]
        screen.show_table(url, seconds=time.monotonic() - self._began, notes=notes)


async def _cancel(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _follow(follower: LogFollower) -> None:
    while True:
        for line in follower.new_lines():
            screen.say(line, follower.name)
        await asyncio.sleep(FOLLOW_SECONDS)
