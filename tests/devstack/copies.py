"""Copies of `cinema dev` as the tests start them: processes of their own, on free ports."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from cinema.devstack.data import DataFolder
from cinema.devstack.ports import free_port
from cinema.devstack.processes import descendants
from tests.waiting import eventually

PROGRAM = Path(__file__).with_name("run_copy.py")
ROOT = PROGRAM.parents[2]


class Copy:
    """One copy, running or ended; `said` is all that it wrote to the terminal."""

    def __init__(
        self, data: Path, *flags: str, port: int = 0, env: Mapping[str, str] | None = None
    ) -> None:
        self.data = DataFolder(data)
        self.port = port or free_port()
        self.trace = data.with_name(f"{data.name}.{self.port}.trace")
        self._output = data.with_name(f"{data.name}.{self.port}.out")
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CINEMA_")}
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(self.port), str(data), *flags],
                # Where no .env lies.
                cwd=data.parent,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={
                    **clean,
                    "PYTHONPATH": str(ROOT),
                    "SHOP_TRACE": str(self.trace),
                    **(env or {}),
                },
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def last_trace(self) -> str:
        """What the small shop's worker wrote last: `started PID`, `ended PID`; nothing yet: ''."""
        lines = self.trace.read_text().splitlines()  # the file is there before its first line is
        return lines[-1] if lines else ""

    @property
    def env(self) -> dict[str, str]:
        return self.data.read_env()

    @property
    def family(self) -> list[int]:
        """The numbers of all processes it has started."""
        return descendants(self.process.pid)

    async def is_open(self) -> None:
        await eventually(lambda: "Cinema is open" in self.said or self.ended, timeout=40)
        assert not self.ended, self.said

    async def says(self, words: str) -> None:
        await eventually(lambda: words in self.said, timeout=15)

    async def ends_by_itself(self) -> None:
        await eventually(lambda: self.ended, timeout=30)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Send the signal, wait for its end, return its exit code."""
        if not self.ended:
            self.process.send_signal(number)
        await eventually(lambda: self.ended, timeout=30)
        assert self.process.returncode is not None
        return self.process.returncode

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as client:
            return await client.get(path)


@asynccontextmanager
async def running_copy(
    data: Path, *flags: str, port: int = 0, env: Mapping[str, str] | None = None
) -> AsyncIterator[Copy]:
    """A copy that is open, ended after the block whatever happens in it."""
    copy = Copy(data, *flags, port=port, env=env)
    try:
        await copy.is_open()
        yield copy
    finally:
        await copy.end()


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
