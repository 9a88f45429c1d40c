"""A shop in fifty lines, run by the tests in place of the product: `web` or `worker`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web


async def health(_request: web.Request) -> web.Response:
    return web.Response(text="well")


async def environment(_request: web.Request) -> web.Response:
    return web.json_response({k: v for k, v in os.environ.items() if k.startswith("CINEMA_")})


async def fall(_request: web.Request) -> web.Response:
    os.kill(os.getpid(), signal.SIGKILL)
    return web.Response()


async def warn(_request: web.Request) -> web.Response:
    sys.stdout.write("2026-11-21 [info     ] all is calm\n")
    sys.stdout.write("2026-11-21 [warning  ] the popcorn runs low\n")
    return web.Response()


def serve() -> None:
    if os.environ.get("SHOP_BROKEN"):
        sys.exit("RuntimeError: the shop is broken")
    app = web.Application()
    app.router.add_get("/healthz", health)
    app.router.add_get("/env", environment)
    app.router.add_get("/fall", fall)
    app.router.add_get("/warn", warn)
    web.run_app(app, host=os.environ["CINEMA_HOST"], port=int(os.environ["CINEMA_PORT"]))


async def until_asked_to_end() -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    note("started")
    await ended.wait()
    if os.environ.get("SHOP_STUBBORN"):
        await asyncio.sleep(60)


def note(word: str) -> None:
    with Path(os.environ["SHOP_TRACE"]).open("a") as lines:
        lines.write(f"{word} {os.getpid()}\n")


def work() -> None:
    asyncio.run(until_asked_to_end())
    note("ended")


if __name__ == "__main__":
    if sys.argv[1] == "web":
        serve()
    else:
        work()
