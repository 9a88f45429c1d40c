"""Who may call what: every route of the application against the table of tests/rights.py.

Each route is called by everybody, with a body that is empty: who is let in sees a refusal of the
body or an answer, who is not sees 401, 403, 404 or the page for logging in. A route that the
table does not name fails the test.
"""

import hmac
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from cinema.accounts.models import Session, User
from cinema.app import create_app
from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.http.csrf import FORM_FIELD, GUEST_COOKIE
from cinema.http.endpoint import OPERATIONS
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, make_settings, resources_of
from tests.factories import make_movie
from tests.rights import (
    ADMIN,
    API,
    BODIES,
    CHECK_BY_THEMSELVES,
    LET_IN,
    MISSING,
    MODERATOR,
    OWNER,
    OWNER_OR_ADMIN,
    OWNER_OR_MODERATOR,
    PUBLIC,
    ROUTES,
    TO_LOGIN,
    USER,
)
from tests.servers import Servers

PLACES = {
    "digest": "0",
    "name": "cinema.css",
    "key": "0" * 32,
    "width": 400,
    "import_id": 1,
    "medium": "poster",
}
"""What stands in an address and is nobody's."""
STRANGERS = ("anonymous", "inactive", "other", "moderator", "admin")


@dataclass(frozen=True)
class Cast:
    """Everybody, made anew for each route, and what the owner owns."""

    headers: dict[str, dict[str, str]]
    ids: dict[str, Any]


@pytest.fixture
async def app_client(
    servers: Servers, migrated: str, clean: None, tmp_path: Path
) -> AsyncIterator[Client]:
    settings = make_settings(servers, migrated, rate_limits=0, mailbox_dir=tmp_path)
    async with TestClient(TestServer(create_app(settings))) as client:
        yield client


def is_page(route: str) -> bool:
    _, path = route.split()
    return not path.startswith((API, "/docs", "/openapi.json"))


OWNERS = {
    OWNER: {"owner"},
    OWNER_OR_ADMIN: {"owner", "admin"},
    OWNER_OR_MODERATOR: {"owner", "moderator", "admin"},
}
"""Whom the owners' routes let in, by the right that they have."""


def expected(route: str, actor: str) -> str:
    right = ROUTES[route]
    if actor == "inactive":
        return "401"
    if right == PUBLIC:
        return LET_IN
    if actor == "anonymous":
        return TO_LOGIN if is_page(route) else "401"
    if right in OWNERS:
        is_let_in = actor in OWNERS[right]
        # A page's form answers a refusal with its page and a sentence on it.
        is_form = is_page(route) and route.startswith("POST")
        return LET_IN if is_let_in or is_form else "404"
    ranks = {"owner": USER, "other": USER, "moderator": MODERATOR, "admin": ADMIN}
    order = [USER, MODERATOR, ADMIN]
    return LET_IN if order.index(ranks[actor]) >= order.index(right) else "403"


async def seen(answer: ClientResponse, actor: str) -> str:
    target = answer.headers.get("Location", "")
    if actor == "anonymous" and answer.status == 303 and target.partition("?")[0] == "/login":
        return TO_LOGIN
    if answer.status == 403 and answer.content_type == "application/problem+json":
        # Such as: an administrator may not do this to the own account.
        return "403" if (await answer.json())["code"] == "forbidden" else LET_IN
    if answer.status in {401, 403, 404}:
        return str(answer.status)
    return LET_IN


async def make_cast(settings: Settings, movie: Movie) -> Cast:
    users = {
        "inactive": await make_user(),
        "owner": await make_user(),
        "other": await make_user(),
        "moderator": await make_user(Role.MODERATOR),
        "admin": await make_user(Role.ADMIN),
    }
    headers: dict[str, dict[str, str]] = {"anonymous": {}}
    for name, user in users.items():
        headers[name] = await bearer(user, settings)
    await User.filter(id=users["inactive"].id).update(is_active=False)
    subject = await make_user()
    return Cast(headers, await own_things(users["owner"], movie) | {"subject_id": subject.id})


async def own_things(owner: User, movie: Movie) -> dict[str, Any]:
    [made] = await fetch(
        "WITH o AS (INSERT INTO orders (user_id, currency, total_amount, expires_at)"
        " VALUES ($1, 'usd', 9.99, now() + interval '1 hour') RETURNING id),"
        " i AS (INSERT INTO order_items (order_id, movie_id, movie_name, price_at_order)"
        " SELECT id, $2, 'Film', 9.99 FROM o RETURNING id),"
        " q AS (INSERT INTO pending_items (user_id, movie_id, order_item_id)"
        " SELECT $1, $2, id FROM i),"
        " p AS (INSERT INTO payments (user_id, order_id, amount, currency)"
        " SELECT $1, id, 9.99, 'usd' FROM o RETURNING id),"
        " n AS (INSERT INTO notifications (user_id, kind, payload, source)"
        ' VALUES ($1, \'order_paid\', \'{"order_id": 1, "total": "9.99", "currency": "usd"}\','
        " 'test') RETURNING id),"
        " c AS (INSERT INTO comments (user_id, movie_id, text) VALUES ($1, $2, 'Hm.')"
        " RETURNING id),"
        " r AS (INSERT INTO comment_reports (user_id, comment_id, reason) SELECT $1, id, 'x'"
        " FROM c RETURNING id),"
        " w AS (INSERT INTO webhook_events (stripe_event_id, type, payload)"
        " VALUES (gen_random_uuid()::text, 'test', '{}') RETURNING id)"
        " SELECT o.id AS order_id, p.id AS payment_id, n.id AS notification_id,"
        " w.id AS event_id,"
        " c.id AS comment_id, r.id AS report_id FROM o, p, n, w, c, r",
        owner.id,
        movie.id,
    )
    session = await Session.get(user_id=owner.id)
    return (
        made
        | PLACES
        | {
            "user_id": owner.id,
            "session_id": session.id,
            "movie_id": movie.id,
            "movie": movie.id,
            "uuid": movie.uuid,
            "kind": "genres",
            "label_id": 1,
        }
    )


OWNED = """
SELECT (SELECT status::text FROM orders WHERE id = $1) AS status,
       (SELECT count(*) FROM checkouts WHERE order_id = $1) AS checkouts,
       (SELECT read_at FROM notifications WHERE id = $2) AS read_at,
       (SELECT revoked_at FROM sessions WHERE id = $3) AS revoked_at
"""


async def owned(ids: dict[str, Any]) -> list[dict[str, Any]]:
    return await fetch(OWNED, ids["order_id"], ids["notification_id"], ids["session_id"])


def address(route: str, ids: dict[str, Any]) -> str:
    path = route.split()[1]
    if "/admin/" in path:
        ids = ids | {"user_id": ids["subject_id"]}
    ids = ids | {"id": ids["session_id"] if "/sessions/" in path else ids["user_id"]}
    return re.sub(r"\{(\w+)\}", lambda match: str(ids[match[1]]), path)


async def call(client: Client, route: str, actor: str, cast: Cast) -> ClientResponse:
    """Call a route as a browser's own page or as a program would, with nothing in the body."""
    method, _ = route.split()
    headers = {"Sec-Fetch-Site": "same-origin"} | cast.headers[actor]
    path = address(route, cast.ids)
    if not is_page(route):
        body = BODIES.get(route, {}) if method in {"POST", "PUT", "PATCH"} else None
        return await client.request(method, path, json=body, headers=headers)
    form = {FORM_FIELD: await form_token(client, headers)} if method == "POST" else None
    return await client.request(
        method,
        path,
        data=form,
        headers=headers,
        cookies={GUEST_COOKIE: "guest"},
        allow_redirects=False,
    )


async def form_token(client: Client, headers: dict[str, str]) -> str:
    bearer_of_forms = "guest:guest"
    if "Authorization" in headers:
        answer = await client.get(f"{API}/accounts/sessions", headers=headers)
        items = (await answer.json()).get("items", [{"id": 0}])
        bearer_of_forms = f"session:{items[0]['id']}"
    key = resources_of(client).settings.secret_key.get_secret_value().encode()
    return hmac.new(key, f"csrf|{bearer_of_forms}".encode(), "sha256").hexdigest()


def routes_of(client: Client) -> dict[str, Any]:
    app = client.app
    assert app is not None
    return {
        f"{route.method} {route.resource.canonical}": route.handler
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }


async def test_every_route_is_in_the_table_and_declares_the_same(app_client: Client) -> None:
    routes = routes_of(app_client)
    assert sorted(routes) == sorted(ROUTES)
    undeclared = [name for name, handler in routes.items() if handler not in OPERATIONS]
    assert undeclared == []
    declared = {name: str(OPERATIONS[handler].access) for name, handler in routes.items()}
    wrong = {
        name: access
        for name, access in declared.items()
        if not name.partition(" ")[2].startswith(CHECK_BY_THEMSELVES)
        and access != (USER if ROUTES[name] in OWNERS else ROUTES[name])
    }
    assert wrong == {}


async def fault(client: Client, route: str, actor: str, cast: Cast) -> str | None:
    """Say what is wrong with the answer to this actor, if anything is."""
    answer = await call(client, route, actor, cast)
    if answer.status >= 500:
        return f"{route} fails with {answer.status} for {actor}"
    outcome, right = await seen(answer, actor), expected(route, actor)
    if outcome == right or (right == LET_IN and outcome == MISSING.get(route)):
        return None
    return f"{route} answers {outcome} to {actor}, not {right}"


async def test_everybody_gets_what_the_table_says(app_client: Client) -> None:
    settings = resources_of(app_client).settings
    movie = await make_movie()
    faults: list[str | None] = []
    for route, right in ROUTES.items():
        cast = await make_cast(settings, movie)
        before = await owned(cast.ids)
        for actor in STRANGERS:
            faults += [await fault(app_client, route, actor, cast)]
        if right in OWNERS and await owned(cast.ids) != before:
            faults.append(f"{route} lets a stranger change what is the owner's")
        faults.append(await fault(app_client, route, "owner", cast))
    assert "\n".join(fault for fault in faults if fault is not None) == ""
