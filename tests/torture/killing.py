"""Lets a victim die at each of its awaits, one after the other."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cinema.database import fetch
from cinema.settings import Settings
from tests.chaos.processes import ROOT, environment
from tests.torture.victim import DIED, LIVED, NAME
from tests.waiting import eventually


class Victim:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def lives(self, act: str, last: int, **arguments: Any) -> bool:
        """Let it do something and die at its `last`-th suspension; whether it was done before."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        command = {"act": act, "arguments": arguments, "last": last}
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), 30)
        code = int(line)
        assert code in {LIVED, DIED}, "what it did failed: see the victim's standard error"
        await eventually(_is_buried, timeout=10)
        return code == LIVED


async def _is_buried() -> bool:
    """Whether PostgreSQL has ended what the dead process had begun."""
    rows = await fetch("SELECT FROM pg_stat_activity WHERE application_name LIKE $1", f"{NAME}%")
    return not rows


@asynccontextmanager
async def victim(settings: Settings, folder: Path) -> AsyncIterator[Victim]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.torture.victim",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # Where no .env lies.
        cwd=folder,
        env=environment(settings) | {"PYTHONPATH": str(ROOT)},
    )
    try:
        yield Victim(process)
    finally:
        process.kill()
        await process.wait()
