"""Children that never outlive their parent."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cinema.devstack.errors import DevstackError
from cinema.devstack.processes import ChildProcess, Command, descendants, until_ready
from tests.devstack.copies import ROOT, is_alive
from tests.waiting import eventually

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = (
    *(sys.executable, "-c"),
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True);"
    "time.sleep(60)",
)
PARENT = """
import sys, time
from pathlib import Path
from cinema.devstack.processes import ChildProcess, Command
command = Command(
    [sys.executable, "-c", "import time; time.sleep(60)"],
    log=Path(sys.argv[1]), pdeathsig=sys.argv[2] == "prctl",
)
print(ChildProcess(command).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("way", ["prctl", "watchdog"])
async def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path, way: str) -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", PARENT, str(tmp_path / "log"), way],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert is_alive(child)

    parent.kill()
    parent.communicate()

    await eventually(lambda: not is_alive(child))


async def test_the_watchdog_ends_with_the_child(tmp_path: Path) -> None:
    before = set(descendants(os.getpid()))
    child = ChildProcess(Command(SLEEPER, log=tmp_path / "log", pdeathsig=False))
    assert len(set(descendants(os.getpid())) - before) == 2

    await child.end((signal.SIGTERM, 5))

    assert not child.running
    assert set(descendants(os.getpid())) <= before


async def test_a_deaf_child_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    child = ChildProcess(Command(STUBBORN, log=tmp_path / "log"))
    await eventually(lambda: child.output == "deaf\n")

    await child.end((signal.SIGTERM, 0.2))

    assert child.exit_code == -signal.SIGKILL


async def test_a_paused_child_is_woken_to_hear_its_farewell(tmp_path: Path) -> None:
    child = ChildProcess(Command(SLEEPER, log=tmp_path / "log"))
    child.pause()
    await eventually(lambda: _state(child.pid) == "T")

    await child.end((signal.SIGTERM, 5))

    assert child.exit_code == -signal.SIGTERM


async def test_a_server_that_exits_shows_the_end_of_its_own_output(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of an earlier start\n")
    lines = "".join(f"line {number}\n" for number in range(1, 8))
    child = ChildProcess(Command((sys.executable, "-c", f"print({lines!r})"), log=log))
    with pytest.raises(DevstackError) as failure:
        await until_ready("It", child, lambda: False)
    assert str(failure.value) == ("It did not start: line 3\nline 4\nline 5\nline 6\nline 7")


async def test_a_server_that_stays_silent_is_ended(tmp_path: Path) -> None:
    child = ChildProcess(Command(SLEEPER, log=tmp_path / "log"))
    with pytest.raises(DevstackError, match=r"It gave no answer for 0\.2 s"):
        await until_ready("It", child, lambda: asyncio.sleep(0, False), seconds=0.2)
    assert not child.running


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
