"""What `@endpoint` makes of a function."""

from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel

from cinema.errors import Conflict
from cinema.http.endpoint import OPERATIONS, Handler, endpoint
from cinema.http.errors import error_middleware
from cinema.http.identity import IDENTITY, Access, Identity
from cinema.http.request_id import request_id_middleware
from cinema.roles import Role
from tests.conftest import Client


class Greeting(BaseModel):
    name: str


class Manner(BaseModel):
    loud: bool = False


def client_of(route: Handler, role: Role | None = None) -> Client:
    @web.middleware
    async def someone(request: web.Request, handler: Handler) -> web.StreamResponse:
        if role is not None:
            request[IDENTITY] = Identity(7, "user@example.com", role, 1)
        return await handler(request)

    app = web.Application(middlewares=[request_id_middleware, error_middleware, someone])
    app.router.add_post("/", route)
    return TestClient(TestServer(app))


@pytest.fixture
def greet() -> Handler:
    @endpoint(Greeting, query=Manner, access=Access.PUBLIC, status=HTTPStatus.CREATED)
    async def greet(request: web.Request, body: Greeting, query: Manner) -> Greeting:
        """Greet somebody.

        As loud as it
        is asked for.
        """
        text = f"Hello, {body.name}"
        return Greeting(name=text.upper() if query.loud else text)

    return greet


async def test_body_and_query_are_parsed_and_the_model_is_the_answer(greet: Handler) -> None:
    async with client_of(greet) as client:
        response = await client.post("/?loud=true", json={"name": "Agnès"})
        assert (response.status, await response.json()) == (201, {"name": "HELLO, AGNÈS"})


def test_what_is_declared_is_known(greet: Handler) -> None:
    operation = OPERATIONS[greet]
    assert operation.summary == "Greet somebody."
    assert operation.description == "As loud as it is asked for."
    assert (operation.body, operation.query, operation.answer) == (Greeting, Manner, Greeting)
    assert (operation.status, operation.access) == (201, Access.PUBLIC)


async def test_nothing_is_an_answer_without_a_body() -> None:
    @endpoint(access=Access.PUBLIC)
    async def forget(request: web.Request) -> None:
        """Forget."""

    async with client_of(forget) as client:
        response = await client.post("/")
        assert (response.status, await response.read()) == (204, b"")


async def test_a_declared_error_reaches_the_caller() -> None:
    @endpoint(access=Access.PUBLIC, errors=(Conflict,))
    async def collide(request: web.Request) -> None:
        """Collide."""
        raise Conflict("Taken.")

    async with client_of(collide) as client:
        assert (await client.post("/")).status == 409


@pytest.mark.parametrize(
    ("access", "role", "status"),
    [
        (Access.PUBLIC, None, 204),
        (Access.USER, None, 401),
        (Access.USER, Role.USER, 204),
        (Access.MODERATOR, Role.USER, 403),
        (Access.MODERATOR, Role.MODERATOR, 204),
        (Access.MODERATOR, Role.ADMIN, 204),
        (Access.ADMIN, Role.MODERATOR, 403),
        (Access.ADMIN, Role.ADMIN, 204),
    ],
)
async def test_who_is_not_admitted_is_refused_before_anything_runs(
    access: Access, role: Role | None, status: int
) -> None:
    ran: list[int] = []

    @endpoint(access=access)
    async def act(request: web.Request) -> None:
        """Act."""
        ran.append(1)

    async with client_of(act, role) as client:
        assert (await client.post("/")).status == status
    assert bool(ran) == (status == 204)
