"""Argon2id off the event loop: at most WORKERS hashes at once, at most QUEUE waiting."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cinema.accounts.errors import HashingBusy

T = TypeVar("T")

WORKERS = 2
QUEUE = 50
"""Logins that wait for a hash; at about 30 ms a hash the last one waits under a second."""
NICENESS = 5
"""Enough to let others go first; more, and on a full machine they would wait for the interpreter's
lock in the hands of a thread that gets no turn."""
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 iterations, 1 lane."""
UNUSABLE = "!"
"""Stands where a password was and matches none."""
DUMMY = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "1CgNrbOv4RLWRurkS9QTng$zt9bLUAFZzhaQD8x2Y1jgCu4EwfOGFKj5jqSOyiarJs"
)
"""What an unknown address is verified against, so that it takes as long as a known one: the hash
of 32 random bytes that nobody kept."""


def _give_way() -> None:
    """Let the event loop's thread win the processor: on Linux a thread has its own niceness."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class _Pool:
    """The threads of this process that hash, and how many callers they have."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(WORKERS, "argon2", initializer=_give_way)
        self._callers = 0

    async def run(self, work: Callable[[], T]) -> T:
        if self._callers >= WORKERS + QUEUE:
            raise HashingBusy(retry_after=1)
        self._callers += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._callers -= 1


_POOL = _Pool()


async def hash_password(password: str) -> str:
    """Raises HashingBusy (503) when too many wait already."""
    return await _POOL.run(lambda: HASHER.hash(password))


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password is right; None as the hash costs the same and is never right.

    Raises HashingBusy (503) when too many wait already.
    """
    usable = password_hash not in {None, UNUSABLE}
    stored = password_hash if usable and password_hash is not None else DUMMY
    return await _POOL.run(lambda: _verify(stored, password)) and usable


def needs_rehash(password_hash: str) -> bool:
    """Tell whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
