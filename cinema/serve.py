"""The web process: from its socket to its farewell."""

import asyncio
import gc
import os
import signal
import socket

import structlog
from aiohttp import web

from cinema.app import create_app
from cinema.http.health import READINESS
from cinema.settings import Settings

KEEPALIVE = 30.0
SHUTDOWN_TIMEOUT = 8.0
"""Seconds that running requests have to end after SIGTERM."""
FAREWELL = 0.5
"""Seconds for which `/readyz` says no before the door closes, so that a balancer turns away."""

log = structlog.get_logger()


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`; running requests are answered, sockets told to come again.

    Raises CannotListen.
    """
    app = create_app(settings)
    runner = web.AppRunner(
        app, access_log=None, keepalive_timeout=KEEPALIVE, shutdown_timeout=SHUTDOWN_TIMEOUT
    )
    try:
        await runner.setup()
        # What stands now stays: a full collection would halt the loop for 100 ms to look at it.
        gc.freeze()
        # Several processes share the port in production; elsewhere a taken port must be an error.
        shared = settings.is_production and hasattr(socket, "SO_REUSEPORT")
        await _listen(web.TCPSite(runner, settings.host, settings.port, reuse_port=shared or None))
        log.info("listening", address=str(runner.addresses[0]), url=settings.public_url)
        await stop.wait()
        app[READINESS].draining = True
        await asyncio.sleep(FAREWELL)
    finally:
        await runner.cleanup()
    log.info("stopped")


class CannotListen(Exception):
    """The address is taken, not ours, or not for us."""


async def _listen(site: web.TCPSite) -> None:
    try:
        await site.start()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise CannotListen(f"Cannot listen at {site.name}: {reason}.") from error


async def run_web(settings: Settings) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop)
