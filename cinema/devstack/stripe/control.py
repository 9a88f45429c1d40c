"""The doors for tests, which the real Stripe does not have; all take and give JSON."""

import json
import time
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import disputes, objects, refunds
from .errors import ApiError, resource_missing
from .faults import FaultOrder
from .simulator import Simulator, public
from .webhooks import Courier, post, sign


class EventOrder(BaseModel):
    """One webhook to send at once: a stored event by `id`, a whole `event`, or one made of
    `type` and `object`. `changes` are laid over the event's object, `event_changes` over the
    event itself; `secrets` and `signed_at` spoil the signature; `raw` replaces the body."""

    model_config = ConfigDict(extra="forbid")
    id: str | None = None
    event: dict[str, Any] | None = None
    type: str | None = None
    object: dict[str, Any] = {}
    changes: dict[str, Any] = {}
    event_changes: dict[str, Any] = {}
    secrets: list[str] | None = None
    signed_at: int | None = None
    signature: str | None = None
    raw: str | None = None
    times: Annotated[int, Field(ge=1, le=1000)] = 1


class WebhookOrder(BaseModel):
    """Where webhooks go until the next start, for a shop that got its port after the simulator."""

    model_config = ConfigDict(extra="forbid")
    url: str


class RefundOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    refund: str


class DisputeOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    charge: str | None = None
    payment_intent: str | None = None


Model = TypeVar("Model", bound=BaseModel)
COURIER: web.AppKey[Courier] = web.AppKey("stripe_courier", Courier)


def add_control(app: web.Application, simulator: Simulator) -> None:
    control = Control(simulator)
    app.router.add_post("/_faults", control.order_faults)
    app.router.add_delete("/_faults", control.clear_faults)
    app.router.add_get("/_requests", control.list_requests)
    app.router.add_delete("/_requests", control.forget_requests)
    app.router.add_post("/_events", control.send_event)
    app.router.add_post("/_webhook", control.set_webhook_url)
    app.router.add_post("/_refunds/fail", control.fail_refund)
    app.router.add_post("/_disputes", control.open_dispute)


class Control:
    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    async def order_faults(self, request: web.Request) -> web.Response:
        order = await _read(request, FaultOrder)
        self.simulator.faults.apply(order)
        if order.clock_ahead is not None:
            self.simulator.clock.ahead = order.clock_ahead
        if order.release:
            self.simulator.outgoing.release(time.time())
        self.simulator.wake.set()
        return web.json_response({"ok": True})

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Forget all faults; webhooks that were held or delayed are due at once."""
        self.simulator.faults.clear()
        self.simulator.clock.ahead = 0.0
        self.simulator.outgoing.release(time.time())
        self.simulator.wake.set()
        return web.json_response({"ok": True})

    async def list_requests(self, request: web.Request) -> web.Response:
        """The API requests received, oldest first; `?route=POST /v1/refunds` picks some."""
        route = request.query.get("route")
        seen = [asdict(item) for item in self.simulator.requests if route in (None, item.route)]
        return web.json_response({"data": seen})

    async def forget_requests(self, request: web.Request) -> web.Response:
        self.simulator.requests.clear()
        return web.json_response({"ok": True})

    async def send_event(self, request: web.Request) -> web.Response:
        order = await _read(request, EventOrder)
        event = self._event_of(order)
        body = json.dumps(event, indent=2).encode() if order.raw is None else order.raw.encode()
        config = self.simulator.config
        secrets = config.webhook_secrets if order.secrets is None else order.secrets
        signed_at = int(time.time()) if order.signed_at is None else order.signed_at
        signature = order.signature or sign(body, signed_at, secrets)
        http = request.app[COURIER].http
        statuses = [
            await post(http, self.simulator.webhook_url, body, signature)
            for _ in range(order.times)
        ]
        return web.json_response({"id": event["id"], "status": statuses[-1], "statuses": statuses})

    def _event_of(self, order: EventOrder) -> dict[str, Any]:
        if order.event is not None:
            event = order.event
        elif order.id is not None:
            event = self._require("event", order.id)
        else:
            event = objects.event(order.type or "ping", order.object, self.simulator.clock.now())
        event.setdefault("id", "evt_none")
        event |= order.event_changes
        if order.changes:
            event["data"]["object"] |= order.changes
        return event

    async def set_webhook_url(self, request: web.Request) -> web.Response:
        self.simulator.webhook_url = (await _read(request, WebhookOrder)).url
        return web.json_response({"ok": True})

    async def fail_refund(self, request: web.Request) -> web.Response:
        order = await _read(request, RefundOrder)
        with self.simulator.transaction():
            refund = self._require("refund", order.refund)
            refunds.fail_refund(self.simulator, refund)
        return web.json_response(public(refund))

    async def open_dispute(self, request: web.Request) -> web.Response:
        order = await _read(request, DisputeOrder)
        charge_id = order.charge
        if order.payment_intent is not None:
            charge_id = self._require("payment_intent", order.payment_intent)["latest_charge"]
        charge = self._require("charge", charge_id or "")
        try:
            with self.simulator.transaction():
                dispute = disputes.open_dispute(self.simulator, charge)
        except ApiError as error:
            raise _bad_request(error) from error
        return web.json_response(public(dispute))

    def _require(self, kind: str, object_id: str) -> dict[str, Any]:
        found = self.simulator.store.find(object_id, kind)
        if found is None:
            raise _bad_request(resource_missing(kind, object_id, "id"))
        return found


async def _read(request: web.Request, model: type[Model]) -> Model:
    """Read a JSON body. Other content types are refused, so that no foreign page can post one."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _bad_request(error: ApiError) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps(error.body()), content_type="application/json")
