"""The simulator in a process of its own, killed without a warning."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.waiting import eventually

from .shop import API_KEY, SECRETS, Shop, new_client, open_inbox

PROGRAM = """
import asyncio, sys
from pathlib import Path
from cinema.devstack.stripe import SimulatorConfig, run_simulator

async def main(folder, key, hook, *secrets):
    async with run_simulator(SimulatorConfig(Path(folder), key, hook, secrets)) as url:
        print(url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def killed_at_the_end(folder: Path, hook: str) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, str(folder), API_KEY, hook, *SECRETS),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def test_a_kill_loses_neither_payments_nor_webhooks(tmp_path: Path) -> None:
    async with open_inbox() as (inbox, hook), aiohttp.ClientSession() as browser:
        async with killed_at_the_end(tmp_path, hook) as url:
            shop = Shop(url, new_client(url), browser, inbox)
            await shop.fault(hold_webhooks=True)
            paid = [(await shop.paid()).id for _ in range(5)]
        assert inbox.bodies == []

        async with killed_at_the_end(tmp_path, hook) as url:
            shop = Shop(url, new_client(url), browser, inbox)
            await eventually(lambda: inbox.types.count("checkout.session.completed") == 5)
            again = await shop.client.v1.checkout.sessions.list_async({"status": "complete"})
            assert sorted(session.id for session in again.data) == sorted(paid)
