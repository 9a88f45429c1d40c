"""Between HTTP and a typed handler: admit, parse, answer with the returned model.

`@endpoint` is also what the API documentation, the authorisation matrix and the idempotency of
a route are made from: a route that does not go through it does not exist.
"""

import inspect
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from cinema.errors import CinemaError
from cinema.http import idempotency
from cinema.http.body import read_bytes, read_json, read_query
from cinema.http.identity import IDENTITY, Access, require
from cinema.http.ratelimit import Limit, throttle

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")


class Shared(StrEnum):
    """What an answer that is the same for everybody is made of."""

    CATALOGUE = "catalogue"
    LISTING = "listing"
    """Names, and which movies a filter finds; nothing of likes, ratings or comments."""


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """An answer that is JSON already, of what `T` would be written as."""

    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What is known of one route beside its address."""

    summary: str
    description: str
    access: Access
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: Any
    status: HTTPStatus
    errors: tuple[type[CinemaError], ...]
    idempotent: bool
    limit: Limit | None
    shared: Shared | None = None


OPERATIONS: dict[Handler, Operation] = {}


def endpoint(
    body: type[BaseModel] | None = None,
    *,
    query: type[BaseModel] | None = None,
    access: Access = Access.USER,
    status: HTTPStatus = HTTPStatus.OK,
    errors: tuple[type[CinemaError], ...] = (),
    idempotent: bool = False,
    limit: Limit | None = None,
    shared: Shared | None = None,
) -> Callable[[Callable[..., Awaitable[Any]]], Handler]:
    """Make a handler of `async def name(request[, body][, query])`, which returns a model, one
    that is `Written`, None or a whole response.

    `idempotent`: an `Idempotency-Key` is honoured (see cinema.http.idempotency).
    `limit`: how often it may be called, by an address and by (or on) an account.
    `shared`: a public answer made of nothing but the address and this (cinema.http.cache).
    The docstring's first line is the operation's summary, the rest its description.
    """

    def decorate(handler: Callable[..., Awaitable[Any]]) -> Handler:
        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            require(request, access)
            arguments = await _arguments(request, body, query)
            if limit is not None:
                await throttle(request, limit, _account(request, arguments))

            async def answer() -> web.StreamResponse:
                return _response(await handler(request, *arguments), status)

            key = request.headers.get("Idempotency-Key") if idempotent else None
            if key is None:
                return await answer()
            return await idempotency.once(request, key, await read_bytes(request), answer)

        summary, _, description = inspect.getdoc(handler).partition("\n")  # type: ignore[union-attr]
        OPERATIONS[handle] = Operation(
            summary=summary.strip(),
            description=" ".join(description.split()),
            access=access,
            body=body,
            query=query,
            answer=_model(typing.get_type_hints(handler).get("return")),
            status=status,
            errors=errors,
            idempotent=idempotent,
            limit=limit,
            shared=shared,
        )
        return handle

    return decorate


def _model(answer: Any) -> Any:
    return typing.get_args(answer)[0] if typing.get_origin(answer) is Written else answer


async def _arguments(
    request: web.Request, body: type[BaseModel] | None, query: type[BaseModel] | None
) -> list[BaseModel]:
    arguments: list[BaseModel] = []
    if body is not None:
        arguments.append(await read_json(request, body))
    if query is not None:
        arguments.append(read_query(request, query))
    return arguments


def _account(request: web.Request, arguments: list[BaseModel]) -> str | None:
    """Name the account that an act is counted on: the caller's, or the one it aims at."""
    identity = request.get(IDENTITY)
    if identity is not None:
        return f"user:{identity.user_id}"
    return next((str(body.email) for body in arguments if hasattr(body, "email")), None)


def _response(result: Any, status: HTTPStatus) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if result is None:
        return web.Response(status=HTTPStatus.NO_CONTENT)
    text = result.text if isinstance(result, Written) else result.model_dump_json()
    return web.json_response(text=text, status=status)
