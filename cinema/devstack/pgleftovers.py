"""What a killed PostgreSQL leaves behind."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from signal import Signals

from cinema.devstack.errors import DevstackError

PROC = Path("/proc")
STEPS = ((signal.SIGINT, 5.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 2.0))


async def clear_leftovers(folder: Path, socket_lock: Path) -> None:
    """End what still runs on the cluster, and remove lock files that name a stranger.

    PostgreSQL takes any living process with the recorded number for a server, so that after a
    reboot (or in a container, where numbers repeat) it refuses to start; a file that names a dead
    process it handles itself. The caller holds the data folder's lock: whatever runs here is left
    from a crash.
    """
    await end_all(folder)
    for lock in (folder / "postmaster.pid", socket_lock):
        pid = _recorded_pid(lock)
        if pid is not None and _is_alive(pid):
            lock.unlink(missing_ok=True)


def servers_on(folder: Path) -> list[int]:
    """The PostgreSQL processes of that cluster, the postmaster first."""
    recorded = _recorded_pid(folder / "postmaster.pid")
    if not (PROC / "self").exists():
        return [recorded] if recorded and str(folder) in _command_line(recorded) else []
    found = [int(entry.name) for entry in PROC.glob("[0-9]*") if _serves(entry, folder)]
    return sorted(found, key=lambda pid: (pid != recorded, pid))


def _serves(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "comm").read_text() == "postgres\n" and os.path.samefile(
            entry / "cwd", folder
        )
    except OSError:
        return False


async def end_all(folder: Path) -> None:
    left: Sequence[int] = servers_on(folder)
    for number, grace in STEPS:
        # The postmaster ends its backends in order; they are told only where it is gone.
        _send(left if number is signal.SIGKILL else left[:1], number)
        deadline = time.monotonic() + grace
        while left and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            left = servers_on(folder)
        if not left:
            return
    raise DevstackError(f"PostgreSQL from an earlier run does not end: processes {left}")


def _send(pids: Sequence[int], number: Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_line(pid: int) -> str:
    command = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _recorded_pid(lock: Path) -> int | None:
    try:
        # A negative number is a single-user server's.
        return abs(int(lock.read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError):
        return None
