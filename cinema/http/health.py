"""Whether the process lives (`/healthz`), and whether it should be given requests (`/readyz`)."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from cinema.database import fetch
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access
from cinema.migrate import pending_migrations
from cinema.resources import RESOURCES

CHECK_TIMEOUT = 2.0
"""Seconds for each check: whoever asks would rather hear "no" than wait."""


@dataclass(slots=True)
class Readiness:
    """What this process knows of itself."""

    draining: bool = False
    migrated: bool = False
    """Once at the head it stays there: the head is that of this very code."""


READINESS = web.AppKey("readiness", Readiness)

routes = web.RouteTableDef()


@routes.get("/healthz")
@endpoint(access=Access.PUBLIC)
async def healthz(request: web.Request) -> web.Response:
    """Say that the process lives.

    Nothing it depends on is asked: restarting it would not bring a database back.
    """
    return web.Response()


@routes.get("/readyz")
@endpoint(access=Access.PUBLIC)
async def readyz(request: web.Request) -> web.Response:
    """Say whether requests should come here.

    503 names the parts that are out of reach, migrations that are missing, or the farewell.
    """
    resources, readiness = request.app[RESOURCES], request.app[READINESS]

    async def migrations() -> None:
        if not readiness.migrated:
            if await pending_migrations(resources.settings):
                raise RuntimeError("some are pending")
            readiness.migrated = True

    names = ("database", "redis", "migrations")
    passed = await asyncio.gather(
        _passes(fetch("SELECT 1")),
        _passes(resources.redis.ping()),  # type: ignore[arg-type]
        _passes(migrations()),
    )
    checks = {name: "ok" if ok else "failing" for name, ok in zip(names, passed, strict=True)}
    if readiness.draining:
        checks["process"] = "draining"
    ready = all(passed) and not readiness.draining
    return web.json_response(
        checks,
        status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Cache-Control": "no-store"},
    )


async def _passes(check: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await check
    except Exception:
        return False
    return True
