"""Answers that take the same time whatever was found."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

STEP = 0.1
"""Seconds; several times what the longest of the paths takes on an idle machine."""


@asynccontextmanager
async def constant_time(step: float = STEP) -> AsyncIterator[None]:
    """Let a block end on the next multiple of `step` seconds, also when it fails."""
    clock = asyncio.get_running_loop().time
    start = clock()
    try:
        yield
    finally:
        steps = math.ceil((clock() - start) / step)
        await asyncio.sleep(start + steps * step - clock())
