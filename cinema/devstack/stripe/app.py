import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from aiohttp import web
from yarl import URL

from . import clockwork
from .api import add_api
from .config import SimulatorConfig
from .control import COURIER, add_control
from .page import add_page
from .simulator import Simulator
from .webhooks import Courier, new_http

SHUTDOWN_SECONDS = 1.0


def create_app(config: SimulatorConfig) -> web.Application:
    """Build the simulator; `config.public_url` must already be the address it is served at."""
    simulator = Simulator(config)
    app = web.Application()
    add_api(app, simulator)
    add_page(app, simulator)
    add_control(app, simulator)
    app.router.add_get("/_health", _health)
    app.cleanup_ctx.append(_background(simulator))
    app.on_shutdown.append(_answer_hanging(simulator))
    return app


@asynccontextmanager
async def run_simulator(
    config: SimulatorConfig, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve the simulator and yield its base URL; port 0 takes a free one."""
    site_socket = _bind(host, port)
    bound = URL.build(scheme="http", host=host, port=site_socket.getsockname()[1])
    url = str(bound).rstrip("/")
    app = create_app(replace(config, public_url=config.public_url.rstrip("/") or url))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, site_socket).start()
        yield url
    finally:
        await runner.cleanup()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def _background(
    simulator: Simulator,
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        async with new_http() as http:
            courier = Courier(simulator, http)
            app[COURIER] = courier
            tasks = [_start(courier.run()), _start(clockwork.run(simulator))]
            try:
                yield
            finally:
                await _stop(tasks)
        simulator.close()

    return context


def _answer_hanging(
    simulator: Simulator,
) -> Callable[[web.Application], Awaitable[None]]:
    async def shutdown(app: web.Application) -> None:
        simulator.faults.clear()

    return shutdown


def _start(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work)


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
