"""Real processes of the product, beside servers of the test's own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from cinema.settings import Settings

ROOT = Path(__file__).parents[2]


def environment(settings: Settings) -> dict[str, str]:
    """Spell settings as the environment variables that another process reads them from."""
    found = {k: v for k, v in os.environ.items() if not k.startswith("CINEMA_")}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is None:
            continue
        parts = value if isinstance(value, tuple) else (value,)
        found[f"CINEMA_{name.upper()}"] = ",".join(
            part.get_secret_value() if isinstance(part, SecretStr) else str(part) for part in parts
        )
    return found


@contextmanager
def running(settings: Settings, command: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m cinema COMMAND`, killed after the block if it still runs."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cinema", command],
            # Where no .env lies.
            cwd=log.parent,
            env=environment(settings) | {"PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
