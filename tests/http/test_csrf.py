"""What another site makes a browser send is refused; what our own pages send is not."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from cinema.accounts.models import Session
from cinema.app import create_app
from cinema.http.csrf import FORM_FIELD, check_form_token, csrf_token
from cinema.http.identity import ACCESS_COOKIE
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of

OWN = "http://127.0.0.1:8000"
CASES = [
    ({}, False),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "none"}, False),
    ({"Sec-Fetch-Site": ""}, False),
    ({"Origin": OWN}, True),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": OWN + ".evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"Referer": OWN + "/"}, False),
    ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, True),
    ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, False),
]


async def cookies_of(client: Client) -> dict[str, str]:
    headers = await bearer(await make_user(), resources_of(client).settings)
    return {ACCESS_COOKIE: headers["Authorization"].removeprefix("Bearer ")}


@pytest.mark.parametrize(("headers", "is_let_through"), CASES)
async def test_a_cookie_acts_only_for_our_own_pages(
    client: Client, headers: dict[str, str], is_let_through: bool
) -> None:
    cookies = await cookies_of(client)
    [session] = await Session.all()
    answer = await client.delete(
        f"/api/v1/accounts/sessions/{session.id}", headers=headers, cookies=cookies
    )
    assert answer.status == (204 if is_let_through else 403)
    await session.refresh_from_db()
    assert (session.revoked_at is not None) is is_let_through


async def test_a_bearer_token_needs_no_origin(client: Client) -> None:
    headers = await bearer(await make_user(), resources_of(client).settings)
    [session] = await Session.all()
    answer = await client.delete(f"/api/v1/accounts/sessions/{session.id}", headers=headers)
    assert answer.status == 204


async def test_a_stale_cookie_is_a_cookie_too(client: Client) -> None:
    answer = await client.post(
        "/api/v1/accounts/activate", json={"token": "x"}, cookies={ACCESS_COOKIE: "stale"}
    )
    assert (answer.status, (await answer.json())["code"]) == (403, "cross_site_request")


async def test_a_page_address_takes_no_foreign_form(client: Client) -> None:
    answer = await client.post("/login", data={}, headers={"Origin": "https://evil.example"})
    assert answer.status == 403


@pytest.fixture
async def forms(settings: Settings, clean: None) -> AsyncIterator[Client]:
    """The application with one page that holds a form."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=csrf_token(request))

    async def take(request: web.Request) -> web.Response:
        check_form_token(request, await request.post())
        return web.Response(text="taken")

    app = create_app(settings)
    app.add_routes([web.get("/_form", show), web.post("/_form", take)])
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_guest_form_is_taken_with_its_token_and_cookie(forms: Client) -> None:
    shown = await forms.get("/_form")
    token = await shown.text()
    cookie = shown.cookies["cinema_guest"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    own = {"Sec-Fetch-Site": "same-origin"}
    taken = await forms.post("/_form", data={FORM_FIELD: token}, headers=own)
    assert (taken.status, await taken.text()) == (200, "taken")
    assert "cinema_guest" not in taken.cookies


@pytest.mark.parametrize("fields", [{}, {FORM_FIELD: "0" * 64}, {FORM_FIELD: "é"}])
async def test_a_form_without_its_token_is_refused(forms: Client, fields: dict[str, str]) -> None:
    await forms.get("/_form")
    answer = await forms.post("/_form", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status, (await answer.json())["code"]) == (403, "form_expired")


async def test_the_token_of_one_session_is_not_that_of_another(forms: Client) -> None:
    first, second = await cookies_of(forms), await cookies_of(forms)
    token = await (await forms.get("/_form", cookies=first)).text()
    own = {"Sec-Fetch-Site": "same-origin"}
    foreign = await forms.post("/_form", data={FORM_FIELD: token}, headers=own, cookies=second)
    assert foreign.status == 403
    taken = await forms.post("/_form", data={FORM_FIELD: token}, headers=own, cookies=first)
    assert taken.status == 200
