"""Child processes that never outlive this one, and how to end, freeze and watch them."""

import asyncio
import ctypes
import inspect
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Any

from cinema.devstack.errors import DevstackError

PR_SET_PDEATHSIG = 1
"""`linux/prctl.h`."""
POLL_SECONDS = 0.01
LINES_SHOWN = 5

WATCHDOG = """
import os, sys
sys.stdin.buffer.read()
try:
    os.kill(int(sys.argv[1]), int(sys.argv[2]))
except ProcessLookupError:
    pass
"""
"""Reads until its parent is gone, then signals the child: for systems without PDEATHSIG."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. Output is appended to `log`; `death_signal` is sent when this process dies."""

    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    cwd: Path | None = None
    user: tuple[int, int] | None = None
    """The uid and gid to run as."""
    death_signal: Signals = signal.SIGTERM
    pdeathsig: bool = sys.platform == "linux"


class ChildProcess:
    """One running child. Bound to no event loop: any loop may wait for it."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._frozen: list[int] = []
        self._log_start = command.log.stat().st_size if command.log.exists() else 0
        # Its own session: Ctrl-C in the terminal reaches the supervisor alone, which then
        # ends the children in order.
        with command.log.open("ab") as log:
            self._popen = subprocess.Popen(
                list(command.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.cwd,
                env=dict(command.env),
                start_new_session=True,
                # Safe beside threads: two system calls that take no lock.
                preexec_fn=_at_birth(command),  # noqa: PLW1509
                **_credentials(command.user),
            )
        self._watchdog = None if command.pdeathsig else _watch(self.pid, command.death_signal)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        if self._popen.poll() is None:
            return True
        self._end_watchdog()
        return False

    @property
    def output(self) -> str:
        """All that it has written to its log so far."""
        with self.command.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    @property
    def exit_code(self) -> int | None:
        return self._popen.returncode

    def send(self, number: Signals) -> None:
        if self.running:
            self._popen.send_signal(number)

    async def wait(self, seconds: float) -> bool:
        """Wait for its end; whether it came within the time."""
        deadline = time.monotonic() + seconds
        while self.running:
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def end(self, *steps: tuple[Signals, float]) -> None:
        """Send each signal in turn, waiting its seconds for the end, and SIGKILL after the last."""
        for number, grace in steps:
            self.send(number)
            # A frozen process takes no signal but SIGKILL.
            self.resume()
            if await self.wait(grace):
                return
        self.send(signal.SIGKILL)
        await self.wait(5)

    def pause(self) -> None:
        """Freeze the process and all it has started (SIGSTOP)."""
        self.send(signal.SIGSTOP)
        self._frozen = [self.pid, *descendants(self.pid)]
        _signal_all(self._frozen, signal.SIGSTOP)

    def resume(self) -> None:
        _signal_all(self._frozen, signal.SIGCONT)
        self._frozen = []

    def _end_watchdog(self) -> None:
        if self._watchdog:
            self._watchdog.kill()
            self._watchdog.communicate()
            self._watchdog = None


async def until_ready(
    name: str,
    process: ChildProcess,
    is_ready: Callable[[], bool | Awaitable[bool]],
    seconds: float = 30,
) -> None:
    """Wait until the server answers.

    Raises DevstackError, with the end of its log, when it exits or stays silent for that long.
    """
    deadline = time.monotonic() + seconds
    while True:
        ready = is_ready()
        if await ready if inspect.isawaitable(ready) else ready:
            return
        if not process.running:
            raise DevstackError(f"{name} did not start: {_last_lines(process)}")
        if time.monotonic() > deadline:
            await process.end()
            raise DevstackError(f"{name} gave no answer for {seconds:g} s: {_last_lines(process)}")
        await asyncio.sleep(POLL_SECONDS)


def _last_lines(process: ChildProcess) -> str:
    lines = process.output.strip().splitlines()[-LINES_SHOWN:]
    return "\n".join(lines) or f"(nothing in {process.command.log})"


def descendants(pid: int) -> list[int]:
    """The process numbers of everything that `pid` has started, children before grandchildren."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found: list[int] = []
    queue = [pid]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def _parents() -> list[tuple[int, int]]:
    if Path("/proc/self/stat").exists():
        return [pair for entry in Path("/proc").glob("[0-9]*") if (pair := _parent_of(entry))]
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)  # noqa: S607
    return [(int(pid), int(ppid)) for pid, ppid in map(bytes.split, listing.stdout.splitlines())]


def _parent_of(entry: Path) -> tuple[int, int] | None:
    try:
        # pid (name, which may hold spaces and brackets) state ppid ...
        ppid = (entry / "stat").read_text().rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return None
    return int(entry.name), int(ppid)


def _signal_all(pids: Sequence[int], number: Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _at_birth(command: Command) -> Callable[[], None] | None:
    if not command.pdeathsig:
        return None
    parent, number = os.getpid(), command.death_signal
    # Loaded before the fork: the child may do next to nothing between fork and exec.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def _watch(pid: int, number: Signals) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", WATCHDOG, str(pid), str(int(number))],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _credentials(user: tuple[int, int] | None) -> dict[str, Any]:
    return {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}
