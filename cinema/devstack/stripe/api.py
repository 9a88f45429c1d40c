"""The HTTP side of the API: keys, request ids, idempotency, and the faults a test ordered."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .checkout import expire_overdue
from .config import API_VERSION
from .errors import ApiError
from .faults import RouteFault, misbehaviour, spoil
from .forms import decode_form
from .ids import new_id
from .operations import ROUTES, Operation
from .simulator import Cause, SeenRequest, Simulator, cause
from .store import SavedAnswer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MAX_KEY_LENGTH = 255


@dataclass(frozen=True)
class Call:
    """One API request, read and identified."""

    request: web.Request
    operation: Operation
    values: dict[str, Any]
    request_id: str
    key: str | None

    @property
    def route(self) -> str:
        return f"{self.request.method} {self.request.path}"

    @property
    def fingerprint(self) -> str:
        canonical = json.dumps(self.values, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


def add_api(app: web.Application, simulator: Simulator) -> None:
    for (method, path), operation in ROUTES.items():
        app.router.add_route(method, path, _endpoint(simulator, operation, f"{method} {path}"))
    app.router.add_route("*", "/v1/{rest:.*}", _endpoint(simulator, None, "unknown"))


def _endpoint(simulator: Simulator, operation: Operation | None, route: str) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        request_id = new_id("req_", 14)
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        seen = SeenRequest(request.method, request.path, route, key)
        simulator.requests.append(seen)
        try:
            call = await _read(simulator, request, operation, (request_id, key))
            response = await _serve(simulator, call, simulator.faults.take(route))
        except ApiError as error:
            response = _json(json.dumps(error.body(), indent=2), error.status)
        seen.status = response.status
        if not response.prepared:
            _add_headers(response, request_id, key)
        return response

    return handler


async def _read(
    simulator: Simulator,
    request: web.Request,
    operation: Operation | None,
    named: tuple[str, str | None],
) -> Call:
    _authenticate(simulator, request)
    if operation is None:
        raise ApiError(
            f"Unrecognized request URL ({request.method}: {request.path}). Please see"
            " https://stripe.com/docs or we can help at https://support.stripe.com/.",
            status=404,
        )
    request_id, key = named
    if key is not None and len(key) > MAX_KEY_LENGTH:
        raise ApiError(f"Idempotency keys are at most {MAX_KEY_LENGTH} characters long.")
    raw = request.query_string if request.method == "GET" else await _text(request)
    return Call(request, operation, decode_form(raw), request_id, key or None)


async def _text(request: web.Request) -> str:
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError as error:
        raise ApiError("Invalid request: the body is not valid UTF-8.") from error


def _authenticate(simulator: Simulator, request: web.Request) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = _user_of(given)
    if not given:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the"
            " Authorization header, using Bearer auth (e.g. 'Authorization: Bearer"
            " YOUR_SECRET_KEY').",
            status=401,
        )
    if not hmac.compare_digest(given.encode(), simulator.config.api_key.encode()):
        shown = f"{given[:8]}{'*' * 12}{given[-4:]}" if len(given) > 16 else "*" * 12
        raise ApiError(f"Invalid API Key provided: {shown}", status=401)


def _user_of(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def _serve(simulator: Simulator, call: Call, fault: RouteFault | None) -> web.StreamResponse:
    if call.key is None:
        return await _work(simulator, call, fault)
    saved = simulator.store.saved_answer(call.key)
    if saved is not None:
        return await _replay(simulator, call, saved, fault)
    if call.key in simulator.keys_in_flight:
        raise ApiError(
            "There is currently another in-progress request using this Idempotent Key (that"
            " probably means you submitted twice, and the other request is still going"
            f" through): {call.key}. Please try again later.",
            status=409,
            kind="idempotency_error",
            code="idempotency_key_in_use",
        )
    simulator.keys_in_flight.add(call.key)
    try:
        return await _work(simulator, call, fault)
    finally:
        simulator.keys_in_flight.discard(call.key)


async def _replay(
    simulator: Simulator, call: Call, saved: SavedAnswer, fault: RouteFault | None
) -> web.StreamResponse:
    if saved.route != call.route or saved.fingerprint != call.fingerprint:
        what = (
            "for the same endpoint they were first used for ('" + saved.route.split()[1] + "')"
            if saved.route != call.route
            else "with the same parameters they were first used with"
        )
        raise ApiError(
            f"Keys for idempotent requests can only be used {what}. Try using a key other than"
            f" '{call.key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    async with misbehaviour(simulator.faults, fault):
        response = _json(saved.body, saved.status)
    response.headers["Idempotent-Replayed"] = "true"
    response.headers["Original-Request"] = saved.request_id
    return await _spoilt(call, fault, saved.body) or response


async def _work(simulator: Simulator, call: Call, fault: RouteFault | None) -> web.StreamResponse:
    if fault is not None and not fault.after_work and fault.mode != "hang":
        return await spoil(call.request, fault, '{"object": "nothing"}')
    async with misbehaviour(simulator.faults, fault):
        status, body = _perform(simulator, call)
    return await _spoilt(call, fault, body) or _json(body, status)


async def _spoilt(call: Call, fault: RouteFault | None, body: str) -> web.StreamResponse | None:
    if fault is None or fault.mode == "hang":
        return None
    return await spoil(call.request, fault, body)


def _perform(simulator: Simulator, call: Call) -> tuple[int, str]:
    """Do the work and save its answer in one transaction; an error undoes the work."""
    expire_overdue(simulator)
    token = cause.set(Cause(call.request_id, call.key))
    path = call.request.match_info
    try:
        with simulator.transaction():
            answer = call.operation(simulator, path, call.values)
            body = json.dumps(answer, indent=2)
            _remember(simulator, call, 200, body)
    except ApiError as error:
        if not error.remembered:
            raise
        body = json.dumps(error.body(), indent=2)
        with simulator.transaction():
            _remember(simulator, call, error.status, body)
        return error.status, body
    finally:
        cause.reset(token)
    return 200, body


def _remember(simulator: Simulator, call: Call, status: int, body: str) -> None:
    if call.key is None:
        return
    answer = SavedAnswer(call.route, call.fingerprint, status, body, call.request_id)
    simulator.store.save_answer(call.key, answer, simulator.clock.now())


def _json(body: str, status: int) -> web.Response:
    return web.Response(status=status, text=body, content_type="application/json")


def _add_headers(response: web.StreamResponse, request_id: str, key: str | None) -> None:
    response.headers.setdefault("Request-Id", request_id)
    response.headers["Stripe-Version"] = API_VERSION
    response.headers["Cache-Control"] = "no-cache, no-store"
    if response.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Stripe"'
    if key is not None:
        response.headers["Idempotency-Key"] = key
        response.headers.setdefault("Original-Request", response.headers["Request-Id"])
