"""What a CSV file of a million orders costs the web process.

Run it as `python -m bench.export [ROWS]`. It prints the time, the size, and by how much the
process grew while it sent the file (the aim is under 30 MB).
"""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import aiohttp
import uvloop

from bench.realtime_stage import stage
from cinema.accounts.passwords import hash_password
from cinema.accounts.service.registration import add_user
from cinema.database import fetch, open_database, transaction
from cinema.roles import Role
from cinema.settings import Settings

ROWS = 1_000_000
ACCOUNT = {"email": "staff@bench.example", "password": "Demo-cinema-1"}


async def fill(settings: Settings, rows: int) -> None:
    password_hash = await hash_password(ACCOUNT["password"])
    async with open_database(settings), transaction():
        await add_user(ACCOUNT["email"], password_hash, Role.MODERATOR, is_active=True)
        await fetch("SET LOCAL statement_timeout = 0")
        for start in range(0, rows, 50_000):
            await fetch(
                "INSERT INTO orders (user_id, currency, total_amount, expires_at)"
                " SELECT (SELECT min(id) FROM users), 'usd', n % 100, now()"
                " FROM generate_series($1::int, $2::int) n",
                start + 1,
                min(start + 50_000, rows),
            )


def resident(pid: int) -> int:
    """The process's memory in bytes (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def highest(pid: int, peak: list[int]) -> None:
    while True:
        peak[0] = max(peak[0], resident(pid))
        await asyncio.sleep(0.02)


async def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    async with stage() as running:
        await fill(running.settings, rows)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session:
            async with session.post("/api/v1/accounts/login", json=ACCOUNT) as answer:
                access = (await answer.json())["access"]
            headers = {"Authorization": f"Bearer {access}"}
            path = "/api/v1/admin/orders/export"
            async with session.get(f"{path}?to=2000-01-01", headers=headers) as answer:
                await answer.read()
            before = resident(running.server_pid)
            peak = [before]
            watching = asyncio.create_task(highest(running.server_pid, peak))
            start, size, lines = perf_counter(), 0, 0
            timeout = aiohttp.ClientTimeout(total=None)
            async with session.get(path, headers=headers, timeout=timeout) as answer:
                async for chunk in answer.content.iter_chunked(1 << 18):
                    size += len(chunk)
                    lines += chunk.count(b"\n")
            seconds = perf_counter() - start
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
    grown = (peak[0] - before) / 1e6
    print(
        f"{lines - 1} rows, {size / 1e6:.1f} MB in {seconds:.1f} s; the process grew {grown:.1f} MB"
    )


if __name__ == "__main__":
    uvloop.run(main())
