"""One word for each request, in its answer and in every line it logs."""

import logging
import re
from random import getrandbits
from time import perf_counter

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

REQUEST_ID = web.RequestKey("request_id", str)
ACCEPTABLE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

log = structlog.get_logger()


@web.middleware
async def request_id_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    given = request.headers.get("X-Request-ID", "")
    request[REQUEST_ID] = given if ACCEPTABLE.fullmatch(given) else _word()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request[REQUEST_ID])
    start = perf_counter()
    response = await handler(request)
    if not response.prepared:
        response.headers["X-Request-ID"] = request[REQUEST_ID]
    if log.is_enabled_for(logging.INFO):
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status,
            ms=round((perf_counter() - start) * 1000, 1),
        )
    return response


def _word() -> str:
    # It keeps no secret, so it need not wait for the system's entropy.
    return f"{getrandbits(128):032x}"
