"""Addresses that are free, private and short enough."""

import errno
import hashlib
import os
import socket
import tempfile
from pathlib import Path

MAX_SOCKET_PATH = 103
"""Bytes. `sun_path` holds 108 on Linux and 104 on macOS, the closing zero included."""


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that nobody listens on at this moment; another process may still take it first."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now.

    Raises OSError where the address itself is unusable (a foreign host, a privileged port).
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port in TIME_WAIT counts as free, one that is listened on does not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def socket_folder(preferred: Path, socket_name: str, owner: int) -> Path:
    """The folder for a Unix socket: the preferred one, or a private short one where that is long.

    The short one has a name derived from the preferred path, so that it is the same next time.
    """
    if len(os.fsencode(preferred / socket_name)) <= MAX_SOCKET_PATH:
        return preferred
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"cinema-{digest}"
    if len(os.fsencode(short / socket_name)) > MAX_SOCKET_PATH:
        short = Path("/tmp") / short.name  # noqa: S108 - made with mode 700 and checked below
    short.mkdir(mode=0o700, exist_ok=True)
    if short.lstat().st_uid not in (os.geteuid(), owner) or short.is_symlink():
        raise PermissionError(f"{short} belongs to somebody else")
    if short.stat().st_uid != owner:
        os.chown(short, owner, -1)
    return short
