"""What a test may ask to go wrong (`POST /_faults`)."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["500", "503", "429", "502", "409", "bad_json", "cut_body", "reset", "hang"]


class RouteFault(BaseModel):
    """`times` answers of `route` ("POST /v1/refunds", "GET /v1/refunds/{id}" or "*") go wrong.

    With `after_work` the request is carried out (and its answer saved under the idempotency key)
    and only the answer is spoilt. "hang" answers properly, but only after `seconds`.
    """

    model_config = ConfigDict(extra="forbid")
    route: str = "*"
    mode: Mode = "500"
    times: Annotated[int, Field(ge=1)] = 1
    after_work: bool = False
    seconds: Annotated[float, Field(ge=0)] = 100.0


class HangAfterWork(BaseModel):
    model_config = ConfigDict(extra="forbid")
    route: str = "*"
    times: Annotated[int, Field(ge=1)] = 1
    seconds: Annotated[float, Field(ge=0)] = 100.0


class FaultOrder(BaseModel):
    """One `POST /_faults`; what it does not name stays as it was.

    Webhook faults concern the events that happen from then on, except holding and releasing,
    which concern all that are still to be sent. A list names event types.
    """

    model_config = ConfigDict(extra="forbid")
    delay_webhooks: Annotated[float, Field(ge=0)] | None = None
    duplicate_webhooks: Annotated[int, Field(ge=0, le=100)] | None = None
    reorder_webhooks: bool | None = None
    drop_webhooks: bool | list[str] | None = None
    hold_webhooks: bool | list[str] | None = None
    release: bool = False
    fail_next: RouteFault | list[RouteFault] | None = None
    hang_after_work: HangAfterWork | None = None
    clock_ahead: float | None = None


class Faults:
    def __init__(self) -> None:
        self.released = asyncio.Event()
        self.clear()

    def clear(self) -> None:
        """Forget every fault; whoever hangs is answered."""
        self.delay = 0.0
        self.copies = 0
        self.reorder = False
        self.drop: bool | list[str] = False
        self.hold: bool | list[str] = False
        self.routes: list[RouteFault] = []
        self.released.set()
        self.released = asyncio.Event()

    def apply(self, order: FaultOrder) -> None:
        if order.delay_webhooks is not None:
            self.delay = order.delay_webhooks
        if order.duplicate_webhooks is not None:
            self.copies = order.duplicate_webhooks
        if order.reorder_webhooks is not None:
            self.reorder = order.reorder_webhooks
        if order.drop_webhooks is not None:
            self.drop = order.drop_webhooks
        if order.hold_webhooks is not None:
            self.hold = order.hold_webhooks
        if order.release:
            self.hold = False
        self._add_routes(order)

    def _add_routes(self, order: FaultOrder) -> None:
        if isinstance(order.fail_next, RouteFault):
            self.routes.append(order.fail_next)
        elif order.fail_next is not None:
            self.routes.extend(order.fail_next)
        if order.hang_after_work is not None:
            asked = order.hang_after_work.model_dump()
            self.routes.append(RouteFault(mode="hang", after_work=True, **asked))

    def drops(self, event_type: str) -> bool:
        return _concerns(self.drop, event_type)

    def holds(self, event_type: str) -> bool:
        return _concerns(self.hold, event_type)

    def take(self, route: str) -> RouteFault | None:
        """The fault for one request of this route, if one was ordered; it counts as used."""
        for fault in self.routes:
            if fault.route in ("*", route):
                fault.times -= 1
                if fault.times == 0:
                    self.routes.remove(fault)
                return fault
        return None

    async def hang(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.released.wait()
        except TimeoutError:
            return


def _concerns(setting: bool | list[str], event_type: str) -> bool:
    return setting if isinstance(setting, bool) else event_type in setting


async def spoil(request: web.Request, fault: RouteFault, body: str) -> web.StreamResponse:
    """Answer wrongly instead of with `body`."""
    if fault.mode == "reset":
        return _reset(request)
    if fault.mode == "cut_body":
        return await _cut(request, body)
    if fault.mode == "bad_json":
        return web.Response(text='{"id": "cs_te', content_type="application/json")
    if fault.mode == "502":
        page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
        return web.Response(status=502, text=page, content_type="text/html")
    return _error_answer(fault.mode)


def _error_answer(mode: Mode) -> web.Response:
    kind, code, message = {
        "429": (
            "invalid_request_error",
            "rate_limit",
            "Too many requests. Try again later.",
        ),
        "409": (
            "invalid_request_error",
            "lock_timeout",
            "This object cannot be accessed now.",
        ),
    }.get(mode, ("api_error", None, "An unknown error occurred."))
    error = {"type": kind, "message": message} | ({"code": code} if code else {})
    return web.Response(
        status=int(mode),
        text=json.dumps({"error": error}),
        content_type="application/json",
    )


def _reset(request: web.Request) -> web.Response:
    transport = request.transport
    if transport is not None:
        plug = transport.get_extra_info("socket")
        # Lingering for 0 seconds makes the kernel send RST where it would send FIN.
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _cut(request: web.Request, body: str) -> web.StreamResponse:
    raw = body.encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(raw)
    response.force_close()
    await response.prepare(request)
    await response.write(raw[: len(raw) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


@asynccontextmanager
async def misbehaviour(faults: Faults, fault: RouteFault | None) -> AsyncIterator[None]:
    """Hang around the work in the block, on the side of it that the fault names."""
    hangs = fault is not None and fault.mode == "hang"
    if fault is not None and hangs and not fault.after_work:
        await faults.hang(fault.seconds)
    yield
    if fault is not None and hangs and fault.after_work:
        await faults.hang(fault.seconds)
