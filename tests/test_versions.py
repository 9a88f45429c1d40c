"""No release below a known fault: what the lock files hold and what is installed."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "aiohttp": "3.14.5",  # upgrade smuggling, pipelining without limit, memory of frames
    "pyjwt": "2.15.1",
    "pillow": "13.0",
    "redis": "7.4",
    "saq": "0.26.4",  # attempts of one key overlapped
    "tortoise-orm": "1.1.9",
    "aerich": "0.10.1",
    "stripe": "16.1",
    "typing-extensions": "4.15",  # saq imports it without saying so
}
CEILINGS = {"redis": "8"}  # saq's own bound; 8.0 changed every time-out


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
@pytest.mark.parametrize("package", FLOORS)
def test_a_lock_file_holds_no_release_with_a_known_fault(lock: str, package: str) -> None:
    pinned = Version(pins(lock)[package])
    assert pinned >= Version(FLOORS[package])
    assert package not in CEILINGS or pinned < Version(CEILINGS[package])


@pytest.mark.parametrize("package", FLOORS)
def test_what_is_installed_is_what_is_locked(package: str) -> None:
    assert version(package) == pins("requirements-dev.txt")[package]


def test_cryptography_is_new_where_it_comes_in() -> None:
    locked = pins("requirements-dev.txt").get("cryptography")
    assert locked is None or Version(locked) >= Version("50")
