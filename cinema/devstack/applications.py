"""The product's own processes, as children of `cinema dev`."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import Signals

from cinema.devstack.logs import rotate
from cinema.devstack.processes import ChildProcess, Command, until_ready
from cinema.devstack.servers import ProcessServer

WEB_SECONDS = 60
"""How long the web process may take until it answers /healthz."""


class Application(ProcessServer):
    """One process of the product. It counts as started when it runs."""

    # More than the worker gives its jobs (15 s) and aiohttp its requests (8 s).
    farewell = ((Signals.SIGTERM, 20.0),)

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        super().__init__()
        self.name = name
        self.log = log
        self._argv = argv
        self._env = env

    async def start(self) -> None:
        rotate(self.log)
        # Killed with us: without its servers it could do nothing in peace, and the product is
        # made to survive it.
        self._process = ChildProcess(
            Command(self._argv, log=self.log, env=self._env, death_signal=Signals.SIGKILL)
        )


class WebApplication(Application):
    """The web process. It counts as started when /healthz answers 200."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        *,
        address: tuple[str, int],
    ) -> None:
        super().__init__(name, argv, env, log)
        self._address = address

    async def start(self) -> None:
        await super().start()
        await until_ready("The web process", self.process, self._is_healthy, WEB_SECONDS)

    async def _is_healthy(self) -> bool:
        return await answers_ok(*self._address)


async def answers_ok(host: str, port: int) -> bool:
    """Whether GET /healthz is answered with 200 within 2 s."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        status = await asyncio.wait_for(reader.readline(), 2)
        return status.split(b" ")[1:2] == [b"200"]
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
