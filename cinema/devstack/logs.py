"""The children's log files, and what of them a person at the terminal should see."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LEVEL = re.compile(r"\[(warning|error|critical|exception) *\]|^(WARNING|ERROR|CRITICAL)\b")
LOUD = {"warning", "error", "critical", "exception"}
TRACEBACK = "Traceback (most recent call last):"


class LogFollower:
    """Reads what is added to one log file and keeps the lines that matter.

    Those are warnings and worse, in JSON or in structlog's console form, and whole tracebacks;
    with `everything` all lines.
    """

    def __init__(self, name: str, path: Path, *, everything: bool = False) -> None:
        self.name = name
        self.path = path
        self.everything = everything
        self._position = path.stat().st_size if path.exists() else 0
        self._rest = ""
        self._in_traceback = False

    def new_lines(self) -> Iterator[str]:
        """Yield the lines to show that were added since the last call, without their ends."""
        for line in self._read():
            if self.everything or self._matters(COLOUR.sub("", line)):
                yield line

    def _read(self) -> list[str]:
        if not self.path.exists():
            return []
        with self.path.open("rb") as log:
            log.seek(self._position)
            added = log.read()
        self._position += len(added)
        *lines, self._rest = (self._rest + added.decode(errors="replace")).split("\n")
        return lines

    def _matters(self, line: str) -> bool:
        if line.startswith(TRACEBACK):
            self._in_traceback = True
            return True
        if self._in_traceback:
            # It ends with the first line that is not indented: the error itself.
            self._in_traceback = line.startswith((" ", "\t")) or not line
            return True
        return _level_of(line) in LOUD


def _level_of(line: str) -> str | None:
    if line.startswith("{"):
        try:
            return str(json.loads(line).get("level", "")).lower()
        except ValueError:
            return None
    found = LEVEL.search(line)
    return (found[1] or found[2]).lower() if found else None


def rotate(path: Path) -> None:
    """Set a log aside as `<name>.1` once it has grown past 10 MiB."""
    if path.exists() and path.stat().st_size > MAX_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
