"""The documents: valid, complete, and only for whom they are."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from cinema.apidocs.openapi import document
from cinema.apidocs.swagger import to_3_0
from cinema.app import create_app
from cinema.http.endpoint import OPERATIONS
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, make_settings
from tests.servers import Servers

Json = dict[str, Any]


@pytest.fixture
def api(settings: Settings) -> Json:
    described: Json = json.loads(document(create_app(settings), settings.public_url))
    return described


def operations(api: Json) -> list[tuple[str, Json]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in api["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_valid_openapi_3_1(api: Json) -> None:
    assert api["openapi"] == "3.1.1"
    assert [str(error) for error in OpenAPIV31SpecValidator(api).iter_errors()] == []


def test_its_older_form_is_valid_openapi_3_0(api: Json) -> None:
    older = to_3_0(api)
    assert older["openapi"] == "3.0.3"
    assert [str(error) for error in OpenAPIV30SpecValidator(older).iter_errors()] == []


def test_every_route_of_the_api_is_in_it(api: Json, settings: Settings) -> None:
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in create_app(settings).router.routes()
        if route.resource and route.resource.canonical.startswith("/api/")
        if route.method != "HEAD"
    }
    described = {name for name, _ in operations(api) if " /api/" in name}
    assert described == routes
    assert len(described) > 40


def test_every_operation_says_what_it_does_and_what_it_refuses(api: Json) -> None:
    for name, operation in operations(api):
        assert operation["summary"], name
        assert operation["description"], name
        assert {"401", "500", "503"} <= set(operation["responses"]), name
    identifiers = [operation["operationId"] for _, operation in operations(api)]
    assert len(identifiers) == len(set(identifiers))


def test_a_body_comes_with_an_example_that_the_api_itself_would_read(
    api: Json, settings: Settings
) -> None:
    models = {
        f"{route.method} {route.resource.canonical}": OPERATIONS[route.handler].body
        for route in create_app(settings).router.routes()
        if route.resource and route.handler in OPERATIONS
    }
    tried = 0
    for name, operation in operations(api):
        model = models[name]
        if model is not None:
            body = operation["requestBody"]["content"]["application/json"]["example"]
            model.model_validate(body)
            tried += 1
    assert tried >= 15


def test_an_order_is_described_with_its_key_its_errors_and_their_examples(api: Json) -> None:
    order = api["paths"]["/api/v1/orders"]["post"]
    assert order["security"] == [{"bearer": []}, {"cookie": []}]
    assert [p["name"] for p in order["parameters"]] == ["Idempotency-Key"]
    conflicts = order["responses"]["409"]["content"]["application/problem+json"]["examples"]
    assert {"idempotency_key_in_use", "price_changed"} <= set(conflicts)
    assert conflicts["idempotency_key_in_use"]["value"]["status"] == 409
    assert "201" in order["responses"]


def test_a_list_is_described_with_its_pages(api: Json) -> None:
    orders = api["paths"]["/api/v1/orders"]["get"]
    parameters = {p["name"]: p["schema"] for p in orders["parameters"]}
    assert parameters["per_page"]["maximum"] == 100
    assert {"page", "per_page", "cursor"} <= set(parameters)


def test_a_nullable_field_is_said_in_the_words_of_3_0() -> None:
    newer = {"openapi": "3.1.1", "x": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    assert to_3_0(newer) == {"openapi": "3.0.3", "x": {"type": "string", "nullable": True}}


DOCUMENTS = ["/openapi.json", "/docs", "/docs/openapi-3.0.json", "/docs/assets/docs.js"]


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_a_stranger_does_not_see_the_documents(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 401


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_a_user_sees_the_documents(client: Client, settings: Settings, path: str) -> None:
    headers = await bearer(await make_user(), settings)
    response = await client.get(path, headers=headers)
    assert response.status == 200
    assert len(await response.read()) > 100


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("access", "stranger", "user", "admin"),
    [("public", 200, 200, 200), ("moderator", 401, 403, 200), ("admin", 401, 403, 200)],
)
async def test_the_setting_decides_who_sees_them(
    servers: Servers, migrated: str, access: str, stranger: int, user: int, admin: int
) -> None:
    settings = make_settings(servers, migrated, docs_access=access)
    async with TestClient(TestServer(create_app(settings))) as client:
        callers: list[dict[str, str]] = [
            {},
            await bearer(await make_user(), settings),
            await bearer(await make_user(Role.ADMIN), settings),
        ]
        answers = [await client.get("/openapi.json", headers=headers) for headers in callers]
        assert [answer.status for answer in answers] == [stranger, user, admin]


async def test_the_page_loads_everything_from_here_and_runs_nothing_inline(
    client: Client, settings: Settings
) -> None:
    headers = await bearer(await make_user(), settings)
    response = await client.get("/docs", headers=headers)
    page, policy = await response.text(), response.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert page.count(f'nonce="{nonce}"') == page.count("<script") == 2
    assert "unsafe" not in policy
    assert "//" not in page.replace("<!doctype html>", "")


async def test_an_asset_that_is_not_listed_does_not_exist(
    client: Client, settings: Settings
) -> None:
    headers = await bearer(await make_user(), settings)
    for name in ("index.html", "..%2Fopenapi.py", "docs.html"):
        assert (await client.get(f"/docs/assets/{name}", headers=headers)).status == 404
