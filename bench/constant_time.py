"""Whether an answer's time tells that an address has an account: it must not.

Run it as `python -m bench.constant_time`. It calls login (with a wrong password), forgot and
resend 200 times each for a known and for an unknown address, in turn, and prints the means in
milliseconds, their difference, and the noise: three standard errors of that difference.
"""

import os
from itertools import count
from statistics import fmean, stdev
from time import perf_counter

import aiohttp
import uvloop

from bench.login_load import make_users
from bench.realtime_stage import stage

CALLS = 200
PASSWORD = "Wrong-password-1"
PATHS = {
    "login": {"password": PASSWORD},
    "password/forgot": {},
    "resend-activation": {},
}


async def time_one(session: aiohttp.ClientSession, path: str, email: str) -> float:
    """Return the milliseconds of one call."""
    start = perf_counter()
    body = {"email": email, **PATHS[path]}
    async with session.post(f"/api/v1/accounts/{path}", json=body) as answer:
        await answer.read()
        assert answer.status in {200, 401}, answer.status
    return (perf_counter() - start) * 1000


async def compare(session: aiohttp.ClientSession, path: str) -> None:
    known: list[float] = []
    unknown: list[float] = []
    numbers = count()
    for _ in range(CALLS):
        number = next(numbers)
        known.append(await time_one(session, path, f"user-{number}@bench.example"))
        unknown.append(await time_one(session, path, f"nobody-{number}@bench.example"))
    gap = fmean(known) - fmean(unknown)
    noise = 3 * ((stdev(known) ** 2 + stdev(unknown) ** 2) / CALLS) ** 0.5
    print(
        f"{path:18} known {fmean(known):7.2f} ms  unknown {fmean(unknown):7.2f} ms"
        f"  difference {gap:+6.2f} ms  noise {noise:5.2f} ms"
    )


async def main() -> None:
    os.environ["CINEMA_RATE_LIMITS"] = "0"
    async with stage() as running:
        await make_users(running.settings)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session:
            for path in PATHS:
                await compare(session, path)


if __name__ == "__main__":
    uvloop.run(main())
