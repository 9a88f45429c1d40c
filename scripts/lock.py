"""Write requirements.txt, what production needs, out of requirements-dev.txt.

The pins and hashes are those of the one resolution, so that both files can never disagree. Which
packages production needs is read from what is installed: `make lock`.
"""

import re
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# Made of requirements-dev.txt by scripts/lock.py: `make lock`.\n"


def blocks(text: str) -> dict[str, str]:
    """Split a lock file into one block of text for each package."""
    found = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    return {canonicalize_name(block.split("==")[0].strip()): block for block in found}


def needed(roots: list[str], pinned: set[str]) -> set[str]:
    """Follow the requirements of the installed packages from the roots on."""
    queue = [Requirement(text) for text in roots]
    seen: set[tuple[str, frozenset[str]]] = set()
    while queue:
        requirement = queue.pop()
        extras = frozenset(requirement.extras)
        name = canonicalize_name(requirement.name)
        if (name, extras) in seen or name not in pinned:
            continue
        seen.add((name, extras))
        for text in requires(name) or ():
            child = Requirement(text)
            marker = child.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *extras)):
                queue.append(child)
    return {name for name, _ in seen}


def lock() -> str:
    pinned = blocks((ROOT / "requirements-dev.txt").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = needed(project["dependencies"], set(pinned))
    return HEAD + "\n" + "".join(pinned[name] for name in sorted(names))


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit((ROOT / "requirements.txt").read_text() != lock() and "run `make lock`")
    (ROOT / "requirements.txt").write_text(lock())
