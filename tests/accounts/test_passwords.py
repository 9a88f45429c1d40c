"""Changing, forgetting and hashing passwords."""

import asyncio
import re
from time import perf_counter
from typing import Any

from argon2 import PasswordHasher

from cinema.accounts.errors import HashingBusy
from cinema.accounts.models import PasswordResetToken, Session, User
from cinema.accounts.passwords import (
    DUMMY,
    QUEUE,
    WORKERS,
    hash_password,
    needs_rehash,
    verify_password,
)
from cinema.accounts.tokens import Purpose, one_time_token, reset_token, token_hash
from cinema.database import fetch
from tests.accounts.calls import API, events, post
from tests.accounts_factory import PASSWORD, bearer, make_user
from tests.conftest import Client, resources_of

NEW = "Another-film-2"
HASH = re.compile(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")


async def login(client: Client, email: str, password: str) -> tuple[int, Any]:
    return await post(client, "login", {"email": email, "password": password})


async def token_of(client: Client) -> str:
    return reset_token(resources_of(client).settings, await PasswordResetToken.get())


async def test_a_changed_password_ends_the_other_sessions(client: Client) -> None:
    ada = await make_user(email="ada@example.com")
    settings = resources_of(client).settings
    here, there = await bearer(ada, settings), await bearer(ada, settings)
    change = {"old_password": PASSWORD, "new_password": NEW}
    assert (await post(client, "password/change", change, **here))[0] == 200
    assert (await client.get(f"{API}/me", headers=here)).status == 200
    assert (await client.get(f"{API}/me", headers=there)).status == 401
    assert (await login(client, "ada@example.com", PASSWORD))[0] == 401
    assert (await login(client, "ada@example.com", NEW))[0] == 200
    assert await events() == ["session.revoked", "password.changed"]


async def test_a_refused_change_changes_nothing(client: Client) -> None:
    ada = await make_user(email="ada7@example.com")
    settings = resources_of(client).settings
    here, there = await bearer(ada, settings), await bearer(ada, settings)
    cases = [
        ("Wrong-film-1", NEW, 400, "wrong_password"),
        (PASSWORD, PASSWORD, 409, "same_password"),
        (PASSWORD, "ada7@example.com", 422, "invalid_request"),
        (PASSWORD, "password1", 422, "invalid_request"),
        (PASSWORD, "short-1", 422, "invalid_request"),
    ]
    for old, new, status, code in cases:
        answer = await post(
            client, "password/change", {"old_password": old, "new_password": new}, **here
        )
        assert (answer[0], answer[1]["code"]) == (status, code)
    assert (await client.get(f"{API}/me", headers=there)).status == 200
    assert (await login(client, "ada7@example.com", PASSWORD))[0] == 200
    assert await events() == []


async def test_a_forgotten_password_is_reset_once_and_ends_every_session(client: Client) -> None:
    ada = await make_user(email="ada@example.com")
    here = await bearer(ada, resources_of(client).settings)
    constant = {"message": "If the email exists, a link to reset the password was sent."}
    assert await post(client, "password/forgot", {"email": "Ada@example.com"}) == (200, constant)
    token = await token_of(client)
    answers = await asyncio.gather(
        *(
            post(client, "password/reset", {"token": token, "new_password": f"{NEW}{number}"})
            for number in range(5)
        )
    )
    assert sorted(status for status, _ in answers) == [200, 400, 400, 400, 400]
    assert (await client.get(f"{API}/me", headers=here)).status == 401
    assert (await login(client, "ada@example.com", PASSWORD))[0] == 401
    assert await events() == ["password_reset.requested", "session.revoked", "password.changed"]


async def test_only_an_active_account_gets_a_reset(client: Client) -> None:
    await make_user(email="ada@example.com", active=False)
    for email in ("ada@example.com", "nobody@example.com"):
        assert (await post(client, "password/forgot", {"email": email}))[0] == 200
    assert await PasswordResetToken.all().count() == 0
    assert await events() == []


async def test_a_token_of_a_mail_is_refused_when_it_is_old_or_of_another_kind(
    client: Client,
) -> None:
    await make_user(email="ada@example.com")
    await post(client, "password/forgot", {"email": "ada@example.com"})
    first = await token_of(client)
    await post(client, "password/forgot", {"email": "ada@example.com"})
    second, row = await token_of(client), await PasswordResetToken.get()
    assert first != second
    settings = resources_of(client).settings
    activation = one_time_token(settings, Purpose.ACTIVATION, row.user_id, row.expires_at)
    refusals = [
        await post(client, "password/reset", {"token": first, "new_password": NEW}),
        await post(client, "password/reset", {"token": activation, "new_password": NEW}),
        await post(client, "activate", {"token": second}),
    ]
    await fetch("UPDATE password_reset_tokens SET expires_at = now()")
    refusals.append(await post(client, "password/reset", {"token": second, "new_password": NEW}))
    assert {(status, answer["detail"]) for status, answer in refusals} == {
        (400, "The token is invalid or has expired")
    }
    assert (await login(client, "ada@example.com", PASSWORD))[0] == 200


async def test_no_token_is_stored_as_it_is(client: Client) -> None:
    await make_user(email="ada@example.com")
    await post(client, "password/forgot", {"email": "ada@example.com"})
    _, pair = await login(client, "ada@example.com", PASSWORD)
    tokens = [await token_of(client), pair["refresh"], pair["access"]]
    for table in ("password_reset_tokens", "refresh_tokens", "sessions", "outbox", "audit_log"):
        text = str(await fetch(f"SELECT * FROM {table}"))
        assert not [token for token in tokens if token in text]
    [row] = await fetch("SELECT token_hash FROM refresh_tokens")
    assert row["token_hash"] == token_hash(pair["refresh"])


async def test_a_hash_of_older_parameters_is_renewed_at_login(client: Client) -> None:
    user = await make_user(email="ada@example.com")
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    await User.filter(id=user.id).update(password_hash=old)
    assert (await login(client, "ada@example.com", "Wrong-film-1"))[0] == 401
    await user.refresh_from_db()
    assert user.password_hash == old
    assert (await login(client, "ada@example.com", PASSWORD))[0] == 200
    await user.refresh_from_db()
    assert HASH.fullmatch(user.password_hash)


async def test_a_password_that_cannot_be_hashed_is_only_wrong(client: Client) -> None:
    await make_user(email="ada@example.com")
    assert (await login(client, "ada@example.com", "\x7f" * 1024))[0] == 401
    assert not await verify_password("no hash at all", PASSWORD)
    assert not await verify_password("!", PASSWORD)
    assert not await verify_password(None, PASSWORD)
    assert await Session.all().count() == 0


def test_an_unknown_address_costs_what_a_known_one_does() -> None:
    assert HASH.fullmatch(DUMMY)
    assert not needs_rehash(DUMMY)


async def test_hashing_never_holds_the_loop_and_its_queue_is_bounded() -> None:
    worst = 0.0
    over = asyncio.Event()

    async def watch() -> None:
        nonlocal worst
        while not over.is_set():
            start = perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, perf_counter() - start)

    watcher = asyncio.create_task(watch())
    results = await asyncio.gather(
        *(hash_password(PASSWORD) for _ in range(WORKERS + QUEUE + 5)), return_exceptions=True
    )
    over.set()
    await watcher
    refused = [result for result in results if isinstance(result, HashingBusy)]
    assert (len(refused), len(results) - len(refused)) == (5, WORKERS + QUEUE)
    assert worst < 0.5
