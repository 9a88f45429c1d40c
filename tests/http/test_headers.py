"""Every answer says the same about itself, also a refusal and what is not even HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from cinema.app import create_app
from cinema.http.headers import nonce_of, page_policy
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, make_settings, resources_of
from tests.servers import Servers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/api/v1/movies", 200),
        ("GET", "/no-such-page", 404),
        ("DELETE", "/healthz", 403),
        ("PUT", "/api/v1/accounts/login", 405),
        ("GET", "/api/v1/accounts/me", 401),
    ],
)
async def test_each_answer_carries_the_headers(
    client: Client, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status == status
    assert answer.headers["Server"] == "cinema"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Strict-Transport-Security" not in answer.headers


async def test_what_is_not_http_learns_no_version(client: Client) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(b"GARBAGE\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert b"400" in answer
    assert b"Server: cinema" in answer
    assert b"aiohttp" not in answer


async def test_an_answer_to_a_user_is_not_stored(client: Client) -> None:
    headers = await bearer(await make_user(), resources_of(client).settings)
    answer = await client.get("/api/v1/accounts/me", headers=headers)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.fixture
async def page(servers: Servers, migrated: str, clean: None) -> AsyncIterator[Client]:
    async def show(request: web.Request) -> web.Response:
        return web.Response(text=nonce_of(request), content_type="text/html")

    settings = make_settings(servers, migrated, public_url="https://cinema.example")
    app = create_app(settings)
    app.router.add_get("/_page", show)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_page_has_a_nonce_of_its_own(page: Client) -> None:
    nonces = set()
    for _ in range(2):
        answer = await page.get("/_page")
        nonce = await answer.text()
        nonces.add(nonce)
        policy = answer.headers["Content-Security-Policy"]
        assert f"script-src 'nonce-{nonce}' 'strict-dynamic'" in policy
        assert "unsafe" not in policy
    assert len(nonces) == 2


async def test_over_tls_the_site_stays_on_tls(page: Client) -> None:
    answer = await page.get("/_page")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_page_may_talk_to_itself_the_objects_and_the_checkout(settings: Settings) -> None:
    policy = dict(
        part.split(" ", 1)
        for part in page_policy(
            settings.model_copy(
                update={
                    "s3_public_url": "https://objects.example/bucket",
                    "stripe_api_url": "http://127.0.0.1:12111/v1",
                }
            )
        ).split("; ")
    )
    assert policy["img-src"] == "'self' blob: https://objects.example"
    assert policy["connect-src"] == "'self' ws://127.0.0.1:8000"
    assert policy["form-action"] == "'self' https://checkout.stripe.com http://127.0.0.1:12111"
