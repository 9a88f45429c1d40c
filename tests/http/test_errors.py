"""Every refusal has one form, and no failure tells of the inside."""

import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.exceptions import ConnectionError as RedisDown

from cinema.errors import Conflict, NotFound, TooManyRequests, Unauthenticated
from cinema.http.errors import error_middleware
from cinema.http.request_id import request_id_middleware
from tests.conftest import Client

CANARY = "canary-of-the-inside"


async def raised(error: Exception) -> tuple[int, dict[str, Any], Any]:
    async def handler(request: web.Request) -> web.Response:
        raise error

    app = web.Application(middlewares=[request_id_middleware, error_middleware])
    app.router.add_get("/", handler)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/", headers={"X-Request-ID": "request-7"})
        return response.status, json.loads(await response.text()), response.headers


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Conflict("Taken."), 409, "conflict"),
        (NotFound(), 404, "not_found"),
        (web.HTTPNotFound(), 404, "not_found"),
        (web.HTTPForbidden(), 403, "forbidden"),
        (web.HTTPGone(), 400, "malformed_request"),
        (RedisDown(CANARY), 503, "unavailable"),
        (TimeoutError(CANARY), 503, "unavailable"),
        (RuntimeError(CANARY), 500, "internal_error"),
        (KeyError(CANARY), 500, "internal_error"),
        (web.HTTPInternalServerError(text=CANARY), 500, "internal_error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
async def test_an_error_becomes_a_problem(error: Exception, status: int, code: str) -> None:
    answered, problem, headers = await raised(error)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)
    assert headers["Content-Type"].startswith("application/problem+json")
    assert problem["type"] == f"/problems/{code}"
    assert problem["instance"] == "urn:request:request-7"
    assert CANARY not in json.dumps(problem)


async def test_a_refusal_carries_its_headers_and_members() -> None:
    _, problem, headers = await raised(TooManyRequests(retry_after=7, left=0))
    assert (headers["Retry-After"], problem["left"]) == ("7", 0)
    _, _, headers = await raised(Unauthenticated())
    assert headers["WWW-Authenticate"] == "Bearer"


async def test_a_redirection_is_no_error() -> None:
    async def handler(request: web.Request) -> web.Response:
        raise web.HTTPSeeOther("/there")

    app = web.Application(middlewares=[request_id_middleware, error_middleware])
    app.router.add_get("/", handler)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/", allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, "/there")


async def test_an_unknown_route_is_a_problem_and_a_wrong_method_names_the_right_ones(
    client: Client,
) -> None:
    missing = await client.get("/api/v1/nothing")
    assert (missing.status, (await missing.json())["code"]) == (404, "not_found")
    wrong = await client.put("/api/v1/movies")
    assert wrong.status == 405
    assert "GET" in wrong.headers["Allow"]
