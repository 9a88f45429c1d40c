"""Waiting for a condition instead of for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(
    predicate: Callable[[], Coroutine[Any, Any, T]], *, timeout: float = 5.0
) -> T: ...
@overload
async def eventually(predicate: Callable[[], T], *, timeout: float = 5.0) -> T: ...
async def eventually(predicate: Callable[[], Any], *, timeout: float = 5.0) -> Any:
    """Return the first true result of the predicate; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        result = predicate()
        value = await result if isinstance(result, Awaitable) else result
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"still {value!r} after {timeout} s")
        await asyncio.sleep(0.02)
