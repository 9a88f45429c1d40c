"""The data folder of `cinema dev`: its lock, its env file, its secrets."""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from cinema.devstack.errors import DevstackError

MARK = "development-only"
"""By which `production` knows a secret of ours (cinema.settings); Stripe's have their own forms."""
SECRET_BYTES = 32


class DataFolder:
    """Everything `cinema dev` keeps lies under `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: TextIOWrapper | None = None

    @property
    def env_file(self) -> Path:
        return self.path / "env"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def mailbox(self) -> Path:
        return self.path / "mailbox"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder and hold its lock for the block.

        Raises DevstackError where another copy holds it or the folder cannot be written to.
        """
        try:
            self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise DevstackError(_unwritable(self.path, error)) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DevstackError(self._taken(lock)) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def prepare(self) -> None:
        """Make the folders inside. Only for the holder of the lock."""
        for folder in (self.logs, self.mailbox):
            folder.mkdir(mode=0o700, exist_ok=True)

    def clear(self) -> None:
        """Remove all that is kept, the lock excepted. Only for its holder."""
        for entry in self.path.iterdir():
            if entry.name == "lock":
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def read_env(self) -> dict[str, str]:
        """The CINEMA_* lines of the last start; empty where there was none."""
        from dotenv import dotenv_values

        if not self.env_file.exists():
            return {}
        lines = dotenv_values(self.env_file, interpolate=False)
        return {key: value for key, value in lines.items() if value}

    def write_env(self, values: Mapping[str, str]) -> None:
        """Replace the env file in one step, readable by its owner alone."""
        lines = ["# Written by `cinema dev` at each start. Development only."]
        lines += [f"{key}={_quoted(value)}" for key, value in values.items()]
        unfinished = self.env_file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
            f.write("\n".join(lines) + "\n")
        unfinished.replace(self.env_file)

    def secrets(self) -> dict[str, str]:
        """The development secrets of this folder: made once, kept over restarts."""
        kept = self.read_env()
        return {name: kept.get(name, fresh) for name, fresh in fresh_secrets().items()}

    def _taken(self, lock: TextIOWrapper) -> str:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        return (
            f"Another copy runs with the data in {self.path} (process {holder}). "
            "Stop it first, or start this one with --data DIR and --port N."
        )


def fresh_secrets() -> dict[str, str]:
    """New secrets for one data folder, by the name of their setting."""
    token = secrets.token_hex
    return {
        "CINEMA_SECRET_KEY": f"{MARK}-{token(SECRET_BYTES)}",
        "CINEMA_ACCESS_TOKEN_KEYS": f"dev:{MARK}-{token(SECRET_BYTES)}",
        "CINEMA_STRIPE_API_KEY": f"sk_test_{token(16)}",
        "CINEMA_STRIPE_WEBHOOK_SECRETS": f"whsec_{token(16)}",
        "CINEMA_S3_ACCESS_KEY": f"cinema{token(6)}",
        "CINEMA_S3_SECRET_KEY": f"{MARK}-{token(16)}",
    }


@contextmanager
def temporary_folder(given: Path | None = None) -> Iterator[Path]:
    """The given folder, or one of its own that is gone after the block.

    Others may pass through it, though not list it: a server that runs as another user must.
    """
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="cinema-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quoted(value: str) -> str:
    # Single quotes: dotenv then reads the text as it stands.
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _unwritable(path: Path, error: OSError) -> str:
    return (
        f"The data folder {path} cannot be used ({error.strerror}). It may belong to another user: "
        "choose one of your own with --data DIR."
    )
