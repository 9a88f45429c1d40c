"""The product's processes as they run in production: `python -m cinema ...`."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from cinema.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def environment(settings: Settings, **changes: str) -> dict[str, str]:
    """Write settings as the variables that a process reads them from."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("CINEMA_")}
    for name in settings.model_fields_set:
        given[f"CINEMA_{name.upper()}"] = _text(getattr(settings, name))
    return given | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | changes


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(_text(one) for one in value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@dataclass
class Running:
    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()

    async def end(self, timeout: float = 20) -> int:
        """Ask it to stop and return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(timeout):
            return await self.process.wait()

    def said(self, text: str) -> str | None:
        """Return the line that holds the text, as soon as there is one."""
        return next((line for line in self.lines if text in line), None)


@asynccontextmanager
async def running(
    settings: Settings, *arguments: str, cwd: Path, **changes: str
) -> AsyncIterator[Running]:
    """Run `cinema` with the settings for the time of the block; killed where it is still there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cinema",
        *arguments,
        env=environment(settings, **changes),
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    running = Running(process)
    reading = asyncio.create_task(_read(running))
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(running: Running) -> None:
    assert running.process.stdout
    async for line in running.process.stdout:
        running.lines.append(line.decode().rstrip())


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


async def cinema(
    *arguments: str, env: dict[str, str], cwd: Path, text: str = "", timeout: float = 60
) -> Outcome:
    """Run one command to its end, with `text` on its standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cinema",
        *arguments,
        env=env,
        cwd=cwd,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(timeout):
        out, err = await process.communicate(text.encode())
    assert process.returncode is not None
    return Outcome(process.returncode, out.decode(), err.decode())
