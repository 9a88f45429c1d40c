"""One running copy of the product, with a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from itertools import count
from pathlib import Path
from urllib.error import URLError

from cinema.database import fetch, open_database
from cinema.devstack.pghome import remove_cluster
from cinema.roles import Role
from cinema.settings import load_settings
from tests.accounts_factory import make_user

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class House:
    """`cinema dev` as a process; it is given an environment without settings of the caller's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._numbers = count(1)

    def open(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CINEMA_")}
        # Many visitors come from one address here.
        environment |= {"CINEMA_RATE_LIMITS": "0"}
        self._log = (self.folder / "dev.log").open("wb")
        command = [sys.executable, "-m", "cinema", "dev", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--data", str(self.folder / "data")],
            cwd=ROOT,
            env=environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "dev.log").read_text())
            time.sleep(0.1)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=40)
        finally:
            self.process.kill()
            self._log.close()
            # For root it may lie elsewhere, where nobody tidies up.
            remove_cluster(self.folder / "data" / "postgres")

    def new_email(self) -> str:
        return f"visitor-{next(self._numbers)}@example.com"

    async def make_account(self, role: Role = Role.USER) -> str:
        """Make an active account with PASSWORD, without its registration; returns its address."""
        email = self.new_email()
        settings = load_settings(self.folder / "data")
        async with open_database(settings, "tests"):
            await make_user(role, email=email)
        return email

    async def sql(self, statement: str, *values: object) -> None:
        """Do to the running house's database what no page offers, such as letting time pass."""
        async with open_database(load_settings(self.folder / "data"), "tests"):
            await fetch(statement, *values)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
