"""What administrators do to accounts, and what is written down of it."""

import asyncio
from typing import Any

from cinema.accounts import service
from cinema.accounts.errors import EmailTaken, LastAdmin
from cinema.accounts.models import User
from cinema.database import fetch
from cinema.errors import InvalidRequest
from cinema.roles import Role
from tests.accounts.calls import events
from tests.accounts_factory import PASSWORD, bearer, make_user
from tests.conftest import Client, resources_of

API = "/api/v1/admin"


async def headers_of(client: Client, user: User) -> dict[str, str]:
    return await bearer(user, resources_of(client).settings)


async def admin(client: Client) -> tuple[User, dict[str, str]]:
    user = await make_user(Role.ADMIN)
    return user, await headers_of(client, user)


async def listed(client: Client, query: str, headers: dict[str, str]) -> list[Any]:
    answer = await (await client.get(f"{API}/users{query}", headers=headers)).json()
    return [item["email"] for item in answer["items"]]


async def test_accounts_are_listed_by_address_group_and_state(client: Client) -> None:
    chief, headers = await admin(client)
    await make_user(email="ada_l@example.com")
    await make_user(Role.MODERATOR, email="bob@example.com")
    await make_user(email="eve@example.org", active=False)
    assert await listed(client, "", headers) == [
        "eve@example.org",
        "bob@example.com",
        "ada_l@example.com",
        chief.email,
    ]
    assert await listed(client, "?email=ADA_", headers) == ["ada_l@example.com"]
    assert await listed(client, "?email=a%25l", headers) == []
    assert await listed(client, "?group=MODERATOR", headers) == ["bob@example.com"]
    assert await listed(client, "?is_active=false", headers) == ["eve@example.org"]
    page = await (await client.get(f"{API}/users?per_page=2&page=2", headers=headers)).json()
    assert (page["total_items"], page["total_pages"], len(page["items"])) == (4, 2, 2)
    assert set(page["items"][0]) == {"id", "email", "group", "is_active", "created_at"}
    for query in ("?group=KING", "?is_active=maybe", "?password_hash=x", "?per_page=101"):
        assert (await client.get(f"{API}/users{query}", headers=headers)).status == 422


async def test_a_deactivated_user_is_out_at_once(client: Client) -> None:
    chief, headers = await admin(client)
    ada = await make_user(email="ada@example.com")
    own = await headers_of(client, ada)
    answer = await client.post(f"{API}/users/{ada.id}/deactivate", headers=headers)
    assert (answer.status, (await answer.json())["is_active"]) == (200, False)
    assert (await client.get("/api/v1/accounts/me", headers=own)).status == 401
    login = await client.post(
        "/api/v1/accounts/login", json={"email": ada.email, "password": PASSWORD}
    )
    assert login.status == 403
    answer = await client.post(f"{API}/users/{ada.id}/activate", headers=headers)
    assert (await answer.json())["is_active"] is True
    assert await events() == ["session.revoked", "user.deactivated", "user.activated"]
    log = await fetch("SELECT actor_id, action, subject, ip FROM audit_log ORDER BY id")
    assert [(line["actor_id"], line["action"], line["subject"]) for line in log] == [
        (chief.id, "user.deactivated", f"user:{ada.id}"),
        (chief.id, "user.activated", f"user:{ada.id}"),
    ]
    assert {line["ip"] for line in log} == {"127.0.0.1"}


async def test_another_group_counts_from_the_next_request_on(client: Client) -> None:
    _, headers = await admin(client)
    bob = await make_user(Role.ADMIN)
    own = await headers_of(client, bob)
    assert (await client.get(f"{API}/users", headers=own)).status == 200
    answer = await client.put(
        f"{API}/users/{bob.id}/group", json={"group": "USER"}, headers=headers
    )
    assert (answer.status, (await answer.json())["group"]) == (200, "USER")
    assert (await client.get(f"{API}/users", headers=own)).status == 403
    assert (await client.get("/api/v1/accounts/me", headers=own)).status == 200
    assert await events() == ["user.role_changed"]
    [line] = await fetch("SELECT before, after FROM audit_log")
    assert (line["before"], line["after"]) in [
        ({"group": "ADMIN"}, {"group": "USER"}),
        ('{"group": "ADMIN"}', '{"group": "USER"}'),
    ]


async def test_nobody_changes_the_own_account(client: Client) -> None:
    chief, headers = await admin(client)
    await make_user(Role.ADMIN)
    group = await client.put(
        f"{API}/users/{chief.id}/group", json={"group": "USER"}, headers=headers
    )
    closing = await client.post(f"{API}/users/{chief.id}/deactivate", headers=headers)
    assert [(answer.status, (await answer.json())["code"]) for answer in (group, closing)] == [
        (403, "own_account"),
        (403, "own_account"),
    ]
    assert await events() == []


async def test_two_admins_cannot_demote_each_other(client: Client) -> None:
    first, second = await make_user(Role.ADMIN), await make_user(Role.ADMIN)
    await make_user(Role.ADMIN, active=False)
    for _ in range(10):
        acts = [
            service.change_group(first.id, second.id, Role.USER),
            service.deactivate_user(second.id, first.id),
        ]
        results = await asyncio.gather(*acts, return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["LastAdmin", "NoneType"]
        await service.change_group(0, second.id, Role.ADMIN)
        await service.activate_user(first.id)


async def test_the_last_admin_stays(client: Client) -> None:
    chief, headers = await admin(client)
    answer = await client.delete("/api/v1/accounts/me", headers=headers)
    assert (answer.status, (await answer.json())["code"]) == (409, "last_admin")
    results = await asyncio.gather(
        service.change_group(0, chief.id, Role.MODERATOR),
        service.deactivate_user(0, chief.id),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [LastAdmin, LastAdmin]
    assert (await client.get(f"{API}/users", headers=headers)).status == 200
    assert await events() == []


async def test_what_is_not_there_is_a_404(client: Client) -> None:
    _, headers = await admin(client)
    for method, path, body in [
        ("GET", "users/999", None),
        ("POST", "users/999/activate", None),
        ("POST", "users/999/deactivate", None),
        ("PUT", "users/999/group", {"group": "USER"}),
        ("GET", "users/999/cart", None),
        ("GET", "users/99999999999999999999", None),
        ("GET", "users/١", None),
        ("GET", "users/me", None),
    ]:
        answer = await client.request(method, f"{API}/{path}", json=body, headers=headers)
        assert (answer.status, path) == (404, path)
    assert await fetch("SELECT 1 FROM audit_log") == []


async def test_the_cart_of_a_user_is_shown(client: Client) -> None:
    _, headers = await admin(client)
    ada = await make_user()
    cart = await (await client.get(f"{API}/users/{ada.id}/cart", headers=headers)).json()
    assert (cart["items"], cart["total"], cart["currency"]) == ([], "0.00", "usd")


async def test_the_audit_log_is_read_by_page_and_by_cursor(client: Client) -> None:
    chief, headers = await admin(client)
    for _ in range(3):
        user = await make_user()
        await client.post(f"{API}/users/{user.id}/deactivate", headers=headers)
    page = await (
        await client.get(f"{API}/audit-log?actor_id={chief.id}&per_page=2", headers=headers)
    ).json()
    assert (page["total_items"], page["items"][0]["subject"]) == (3, f"user:{user.id}")
    assert page["items"][0]["before"] == {"is_active": True}
    seen, cursor = [], ""
    while cursor is not None:
        part = await (
            await client.get(f"{API}/audit-log?per_page=2&cursor={cursor}", headers=headers)
        ).json()
        seen += [item["id"] for item in part["items"]]
        cursor = part["next_cursor"]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 3
    for bad in ("x", "WyJhIl0", "W10"):
        answer = await client.get(f"{API}/audit-log?cursor={bad}", headers=headers)
        assert answer.status == 422


async def test_the_first_admin_comes_from_the_command_line(client: Client) -> None:
    await service.create_admin(" Chief@Example.com ", "Demo-cinema-9")
    login = await client.post(
        "/api/v1/accounts/login",
        json={"email": "chief@example.com", "password": "Demo-cinema-9"},
    )
    headers = {"Authorization": f"Bearer {(await login.json())['access']}"}
    assert (await client.get(f"{API}/users", headers=headers)).status == 200
    refusals = await asyncio.gather(
        service.create_admin("chief@example.com", "Demo-cinema-9"),
        service.create_admin("no address", "Demo-cinema-9"),
        service.create_admin("other@example.com", "password1"),
        return_exceptions=True,
    )
    assert [type(refusal) for refusal in refusals] == [EmailTaken, InvalidRequest, InvalidRequest]
    assert await User.all().count() == 1
