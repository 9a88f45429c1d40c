"""Bodies and query strings, from bytes to validated models."""

import asyncio
import json
import math
import re
from typing import Any, TypeVar

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError

from cinema.errors import InvalidRequest, MalformedRequest, NotFound, TooLarge, UnsupportedType

M = TypeVar("M", bound=BaseModel)

BODY_DEADLINE = 15.0
"""Seconds in which a body has to arrive: aiohttp itself would wait for ever."""
MAX_DEPTH = 20
MAX_KEYS = 1000
MAX_INTEGER = 2**53
"""Beyond it a JavaScript client no longer reads the number that was written."""
PATH_ID = re.compile(r"[0-9]{1,18}")


async def read_bytes(request: web.Request) -> bytes:
    """Read the whole body within its deadline and the application's size limit."""
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            return await request.read()
    except TimeoutError:
        raise MalformedRequest("The body did not arrive in time.") from None
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge from None


async def read_json(request: web.Request, model: type[M]) -> M:
    """Read a JSON body; raises 400, 413, 415 or 422, the last with every faulty field."""
    if request.content_type != "application/json":
        raise UnsupportedType("Send application/json.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedType("Send the body without a content encoding.")
    return validate(model, parse_json(await read_bytes(request)), "body")


def validate(model: type[M], value: Any, where: str) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        errors = [
            {"loc": [where, *map(str, fault["loc"])], "msg": fault["msg"], "type": fault["type"]}
            for fault in faults
        ]
        raise InvalidRequest("Some fields are not valid.", errors=errors) from None


def parse_json(raw: bytes) -> Any:
    """Parse JSON as strictly as RFC 8259 with I-JSON (RFC 7493) asks for."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except RecursionError:
        raise MalformedRequest("The JSON is nested too deeply.") from None
    except ValueError as error:
        raise MalformedRequest(f"The body is not valid JSON: {_reason(error)}.") from None
    _check(value, 0)
    return value


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise ValueError("too many members")
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a member is named twice")
    return result


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _bounded_int(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ValueError("an integer is out of range")
    return int(text)


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number


def _check(value: Any, depth: int) -> None:
    """Refuse what PostgreSQL cannot store and what is nested without end."""
    if depth > MAX_DEPTH:
        raise MalformedRequest("The JSON is nested too deeply.")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key)
            _check(item, depth + 1)


def check_text(text: str) -> None:
    """Refuse a NUL character and lone surrogates: no text column can hold them."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise MalformedRequest("A text holds a NUL character or half a surrogate pair.")


def read_query(request: web.Request, model: type[M]) -> M:
    """Read the query string; a parameter that is not declared a list may stand once only."""
    return validate(model, query_values(request.query, model), "query")


def query_values(query: "MultiMapping[str]", model: type[BaseModel]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in dict.fromkeys(query.keys()):
        given = query.getall(name)
        for text in (name, *given):
            check_text(text)
        field = model.model_fields.get(name)
        repeatable = field is not None and "tuple" in str(field.annotation)
        if len(given) > 1 and not repeatable:
            raise InvalidRequest.at("query", name, msg="Given more than once.", kind="repeated")
        values[name] = given if repeatable else given[0]
    return values


def path_id(request: web.Request, name: str) -> int:
    """Read an id from the path; what cannot be an id does not exist."""
    text = request.match_info[name]
    if not PATH_ID.fullmatch(text):
        raise NotFound
    return int(text)
