"""The life of an account over HTTP: from its registration to its last session."""

import asyncio

from cinema.accounts.models import ActivationToken, RefreshToken, Session, User
from cinema.accounts.tokens import activation_token, token_hash
from cinema.database import fetch
from tests.accounts.calls import API, events, post
from tests.accounts_factory import PASSWORD, bearer, make_user
from tests.conftest import Client, resources_of

NEWCOMER = {"email": "ada@example.com", "password": PASSWORD}


async def test_an_account_lives_from_registration_to_logout(client: Client) -> None:
    status, answer = await post(client, "register", NEWCOMER)
    assert (status, answer) == (
        201,
        {"message": "Registration successful. Check email for activation."},
    )
    assert (await post(client, "login", NEWCOMER))[0] == 403
    token = activation_token(resources_of(client).settings, await ActivationToken.get())
    assert await post(client, "activate", {"token": token}) == (
        200,
        {"message": "Account activated."},
    )
    status, pair = await post(client, "login", NEWCOMER)
    assert (status, pair["token_type"], pair["expires_in"]) == (200, "Bearer", 900)
    headers = {"Authorization": f"Bearer {pair['access']}"}
    me = await (await client.get(f"{API}/me", headers=headers)).json()
    assert (me["email"], me["group"], me["is_active"]) == ("ada@example.com", "USER", True)
    assert await post(client, "logout", {"refresh": pair["refresh"]}, **headers) == (
        200,
        {"message": "Logged out."},
    )
    assert (await client.get(f"{API}/me", headers=headers)).status == 401
    assert (await post(client, "refresh", {"refresh": pair["refresh"]}))[0] == 401
    assert await events() == ["user.registered", "user.activated", "session.revoked"]


async def test_fifty_registrations_of_one_address_make_one_account(client: Client) -> None:
    variants = [" Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM "]
    answers = await asyncio.gather(
        *(
            post(client, "register", NEWCOMER | {"email": variants[number % 3]})
            for number in range(50)
        )
    )
    assert sorted(status for status, _ in answers) == [201] + [409] * 49
    assert {answer["code"] for status, answer in answers if status == 409} == {"email_taken"}
    assert [user.email for user in await User.all()] == ["ada@example.com"]
    assert await fetch("SELECT count(*)::int AS n FROM carts") == [{"n": 1}]
    assert await events() == ["user.registered"]


async def test_twenty_parallel_refreshes_get_one_successor(client: Client) -> None:
    await make_user(email="ada@example.com")
    _, pair = await post(client, "login", NEWCOMER)
    answers = await asyncio.gather(
        *(post(client, "refresh", {"refresh": pair["refresh"]}) for _ in range(20))
    )
    assert {status for status, _ in answers} == {200}
    assert len({answer["refresh"] for _, answer in answers}) == 1
    assert await RefreshToken.all().count() == 2


async def test_a_spent_token_after_the_grace_ends_its_session(client: Client) -> None:
    user = await make_user(email="ada@example.com")
    _, pair = await post(client, "login", NEWCOMER)
    _, other = await post(client, "login", NEWCOMER)
    _, successor = await post(client, "refresh", {"refresh": pair["refresh"]})
    await fetch(
        "UPDATE refresh_tokens SET spent_at = spent_at - interval '11 seconds'"
        " WHERE token_hash = $1",
        token_hash(pair["refresh"]),
    )
    assert (await post(client, "refresh", {"refresh": pair["refresh"]}))[0] == 401
    assert (await post(client, "refresh", {"refresh": successor["refresh"]}))[0] == 401
    headers = {"Authorization": f"Bearer {successor['access']}"}
    assert (await client.get(f"{API}/me", headers=headers)).status == 401
    assert (await post(client, "refresh", {"refresh": other["refresh"]}))[0] == 200
    assert await events() == ["session.revoked", "session.stolen"]
    audit = await fetch("SELECT action, subject FROM audit_log ORDER BY id DESC LIMIT 1")
    assert audit == [{"action": "session.stolen", "subject": f"user:{user.id}"}]


async def test_a_spent_token_from_another_device_has_no_grace(client: Client) -> None:
    await make_user(email="ada@example.com")
    _, pair = await post(client, "login", NEWCOMER)
    assert (await post(client, "refresh", {"refresh": pair["refresh"]}))[0] == 200
    thief = {"User-Agent": "thief/1.0"}
    assert (await post(client, "refresh", {"refresh": pair["refresh"]}, **thief))[0] == 401
    assert [session.reason for session in await Session.all()] == ["stolen"]


async def test_a_user_sees_and_ends_only_own_sessions(client: Client) -> None:
    settings = resources_of(client).settings
    ada, eve = await make_user(), await make_user()
    headers, others = await bearer(ada, settings), await bearer(eve, settings)
    listed = (await (await client.get(f"{API}/sessions", headers=headers)).json())["items"]
    assert [(item["device"], item["current"]) for item in listed] == [("tests", True)]
    foreign = await client.delete(f"{API}/sessions/{listed[0]['id']}", headers=others)
    assert foreign.status == 404
    own = await client.delete(f"{API}/sessions/{listed[0]['id']}", headers=headers)
    assert own.status == 204
    assert (await client.get(f"{API}/sessions", headers=headers)).status == 401
