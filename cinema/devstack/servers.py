"""What the private servers have in common."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from contextlib import suppress
from signal import Signals
from typing import Any, ClassVar, Protocol

from cinema.devstack.errors import DevstackError
from cinema.devstack.ports import free_port
from cinema.devstack.processes import ChildProcess

PORT_ATTEMPTS = 3
"""How many ports to try when somebody else takes the free one first."""


class Server(Protocol):
    """A private server, as the supervisor sees it."""

    name: str

    @property
    def running(self) -> bool: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


async def all_of(*works: Coroutine[Any, Any, None]) -> None:
    """Do all at once, wait for every one to end, and only then raise the first error."""
    results = await asyncio.gather(*works, return_exceptions=True)
    for error in results:
        if error is not None:
            raise error


class ProcessServer:
    """A server that is one child process. Bound to no event loop."""

    name: str
    farewell: ClassVar[tuple[tuple[Signals, float], ...]] = ((Signals.SIGTERM, 5.0),)
    """The signals that ask it to end, each with the seconds it gets before the next."""

    def __init__(self) -> None:
        self._process: ChildProcess | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    @property
    def process(self) -> ChildProcess:
        """Raises DevstackError where it was never started."""
        if self._process is None:
            raise DevstackError(f"{self.name} was not started")
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    async def stop(self) -> None:
        """End it in order; no matter if it is paused, dead, or was never started."""
        if self._process:
            await self._process.end(*self.farewell)

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            await self._process.end((Signals.SIGKILL, 5.0))

    def pause(self) -> None:
        """Freeze it and all it has started: connections stay open, nothing answers."""
        self.process.pause()

    def resume(self) -> None:
        """Wake what pause() froze."""
        self.process.resume()


class PortServer(ProcessServer, ABC):
    """A server on a port of 127.0.0.1 that stays the same over its restarts; 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.port = port

    async def start(self) -> None:
        """Start it and wait until it answers. Raises DevstackError."""
        if self.port:
            return await self._launch()
        for _ in range(PORT_ATTEMPTS - 1):
            self.port = free_port()
            with suppress(DevstackError):
                return await self._launch()
        self.port = free_port()
        return await self._launch()

    @abstractmethod
    async def _launch(self) -> None: ...
