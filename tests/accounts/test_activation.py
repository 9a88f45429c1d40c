"""From the mail to an active account."""

import asyncio

from cinema.accounts import service
from cinema.accounts.models import ActivationToken, User
from cinema.accounts.tokens import activation_token
from cinema.audit import ACTOR, Actor
from cinema.database import fetch
from tests.accounts.calls import events, post
from tests.accounts_factory import PASSWORD, make_user
from tests.conftest import Client, resources_of

EMAIL = {"email": "ada@example.com"}
REFUSAL = (400, "The token is invalid or has expired")
CONSTANT = {"message": "If the email exists, a new activation token was sent."}


async def token_of(client: Client) -> str:
    return activation_token(resources_of(client).settings, await ActivationToken.get())


async def register(client: Client) -> str:
    assert (await post(client, "register", EMAIL | {"password": PASSWORD}))[0] == 201
    return await token_of(client)


async def test_one_token_activates_once(client: Client) -> None:
    token = await register(client)
    answers = await asyncio.gather(*(post(client, "activate", {"token": token}) for _ in range(10)))
    assert sorted(status for status, _ in answers) == [200] + [400] * 9
    assert await events() == ["user.registered", "user.activated"]


async def test_unknown_used_and_expired_tokens_get_one_answer(client: Client) -> None:
    token = await register(client)
    await fetch("UPDATE activation_tokens SET expires_at = now()")
    expired = await post(client, "activate", {"token": token})
    unknown = await post(client, "activate", {"token": "x" * 43})
    assert {(status, answer["detail"]) for status, answer in (expired, unknown)} == {REFUSAL}
    assert not (await User.get()).is_active


async def test_a_token_lives_a_day_by_the_clock_of_the_database(client: Client) -> None:
    await register(client)
    [row] = await fetch(
        "SELECT extract(epoch FROM expires_at - now())::int AS left FROM activation_tokens"
    )
    assert 24 * 3600 - 60 < row["left"] <= 24 * 3600


async def test_another_mail_kills_the_link_before_it(client: Client) -> None:
    old = await register(client)
    assert await post(client, "resend-activation", EMAIL) == (200, CONSTANT)
    new = await token_of(client)
    status, answer = await post(client, "activate", {"token": old})
    assert (status, answer["detail"]) == REFUSAL
    assert (await post(client, "activate", {"token": new}))[0] == 200
    assert await events() == ["user.registered", "activation.requested", "user.activated"]


async def test_an_active_or_unknown_address_gets_no_mail(client: Client) -> None:
    await make_user(email="ada@example.com")
    for email in ("ada@example.com", "eve@example.com"):
        assert await post(client, "resend-activation", {"email": email}) == (200, CONSTANT)
    assert await ActivationToken.all().count() == 0
    assert await events() == []


async def test_an_account_that_staff_closed_does_not_open_itself(client: Client) -> None:
    user = await make_user(email="ada@example.com", active=False)
    await post(client, "resend-activation", EMAIL)
    token = await token_of(client)
    ACTOR.set(Actor(user_id=user.id + 1))
    await service.deactivate_user(user.id + 1, user.id)
    assert (await post(client, "activate", {"token": token}))[0] == 400
    assert await post(client, "resend-activation", EMAIL) == (200, CONSTANT)
    assert await ActivationToken.all().count() == 0
    await service.activate_user(user.id)
    await user.refresh_from_db()
    assert user.is_active


async def test_a_bad_registration_names_every_fault_and_writes_nothing(client: Client) -> None:
    status, answer = await post(
        client, "register", {"email": "ada", "password": "short", "role": "ADMIN"}
    )
    assert status == 422
    assert [fault["loc"] for fault in answer["errors"]] == [
        ["body", "email"],
        ["body", "password"],
        ["body", "role"],
    ]
    assert "short" not in str(answer)
    status, answer = await post(
        client, "register", {"email": "ada.l1@example.com", "password": "Ada.L1@example.com"}
    )
    assert status == 422
    assert "must not be the e-mail address" in str(answer["errors"])
    assert await User.all().count() == 0
    assert await events() == []


async def test_like_wildcards_in_an_address_mean_themselves(client: Client) -> None:
    await make_user(email="ada1@example.com")
    for email in ("ada_@example.com", "%@example.com"):
        body = {"email": email, "password": PASSWORD}
        assert (await post(client, "login", body))[0] == 401
        assert (await post(client, "register", body))[0] == 201
