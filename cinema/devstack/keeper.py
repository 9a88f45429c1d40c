"""Starting again what dies."""

import asyncio
import time
from collections.abc import Callable

from cinema.devstack.servers import ProcessServer, Server

CHECK_SECONDS = 0.1
FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
STEADY_SECONDS = 30.0
"""Who has lived that long is not in a loop of failures: its next delay is the first again."""


async def keep(server: Server, say: Callable[[str], None]) -> None:
    """Watch a started server until cancelled, starting it again with growing delays."""
    delay = FIRST_DELAY
    while True:
        born = time.monotonic()
        while server.running:  # noqa: ASYNC110 - a process ends without telling an event
            await asyncio.sleep(CHECK_SECONDS)
        if time.monotonic() - born > STEADY_SECONDS:
            delay = FIRST_DELAY
        say(f"{server.name} ended{_reason(server)}, starting it again in {delay:g} s")
        await asyncio.sleep(delay)
        delay = min(delay * 2, LONGEST_DELAY)
        try:
            await server.start()
        except Exception as error:
            # Whatever it is, it is said and tried again: the other parts stay up.
            say(f"{server.name} did not start again: {error}")
        else:
            say(f"{server.name} runs again")


def _reason(server: Server) -> str:
    if not isinstance(server, ProcessServer):
        return ""
    code = server.process.exit_code
    if code is None:
        return ""
    return f" (exit code {code})" if code >= 0 else f" (killed by signal {-code})"
