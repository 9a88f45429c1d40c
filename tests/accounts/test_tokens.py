"""Access tokens: what is accepted, and everything that is not."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine

from cinema.accounts.queries import authenticate
from cinema.accounts.tokens import access_token, read_access_token
from cinema.errors import Unauthenticated
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of

KEY = "test-signing-key-of-at-least-32-bytes"
OTHER_KEY = "another-signing-key-of-32-bytes-or-more"
MAX_HEADER = 8000
"""Bytes of a header; past them the server itself answers 400, before any handler."""


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    good = {
        "iss": "cinema",
        "aud": "access",
        "typ": "access",
        "sub": "7",
        "sid": 9,
        "jti": "1",
        "iat": now,
        "exp": now + timedelta(minutes=15),
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(key: str = KEY, kid: str | None = "test", algorithm: str = "HS256", **c: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**c), key, algorithm=algorithm, headers=headers)


def unsigned(header: dict[str, Any]) -> str:
    parts = [header, claims(iat=1, exp=9_999_999_999)]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join(text.rstrip("=") for text in texts) + "."


def forged() -> dict[str, str]:
    past = datetime.now(UTC) - timedelta(minutes=1)
    return {
        "empty": "",
        "junk": "abc",
        "three dots": "a.b.c",
        "not ascii": "é.é.é",
        "no algorithm": unsigned({"alg": "none", "kid": "test"}),
        "no algorithm, in capitals": unsigned({"alg": "NONE", "kid": "test"}),
        "another algorithm": signed(KEY + "x" * 32, algorithm="HS512"),
        "another key": signed(OTHER_KEY),
        "no key id": signed(kid=None),
        "an unknown key id": signed(kid="other"),
        "a path as key id": signed(kid="../../dev/null"),
        "another issuer": signed(iss="eve"),
        "another audience": signed(aud="refresh"),
        "another type": signed(typ="refresh"),
        "no type": signed(typ=None),
        "no expiry": signed(exp=None),
        "no subject": signed(sub=None),
        "no session": signed(sid=None),
        "no token id": signed(jti=None),
        "expired": signed(exp=past),
        "of the future": signed(iat=datetime.now(UTC) + timedelta(hours=1)),
        "a subject that is a word": signed(sub="admin"),
        "a session that is a word": signed(sid="1 OR 1=1"),
        "8 KiB": signed(padding="x" * 8192),
        "deep": unsigned({"alg": "HS256", "kid": "test", "x": json.loads("[" * 900 + "]" * 900)}),
    }


@pytest.mark.parametrize("name", list(forged()))
def test_a_forged_token_is_refused(settings: Settings, name: str) -> None:
    with pytest.raises(Unauthenticated):
        read_access_token(settings, forged()[name])


async def test_a_forged_token_is_a_401_over_http(client: Client) -> None:
    for token in forged().values():
        if token.isascii() and len(token) < MAX_HEADER:
            answer = await client.get(
                "/api/v1/accounts/me", headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    for scheme in ("Basic dXNlcjpwYXNz", "Bearer", "bearer  "):
        answer = await client.get("/api/v1/accounts/me", headers={"Authorization": scheme})
        assert answer.status == 401


def test_a_token_of_ours_names_its_user_and_session(settings: Settings) -> None:
    assert read_access_token(settings, access_token(settings, 7, 9)) == (7, 9)
    assert read_access_token(settings, signed()) == (7, 9)


def test_a_token_lives_for_its_minutes(settings: Settings) -> None:
    token = access_token(settings, 7, 9)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=14, seconds=50)):
        assert read_access_token(settings, token) == (7, 9)
    with (
        time_machine.travel(datetime.now(UTC) + timedelta(minutes=15, seconds=11)),
        pytest.raises(Unauthenticated),
    ):
        read_access_token(settings, token)


def test_a_new_key_signs_while_the_old_one_still_counts(settings: Settings) -> None:
    old = access_token(settings, 7, 9)
    both = f"new:{OTHER_KEY},test:{KEY}"
    rotated = Settings.model_validate(settings.model_dump() | {"access_token_keys": both})
    assert read_access_token(rotated, old) == (7, 9)
    new = access_token(rotated, 7, 9)
    assert jwt.get_unverified_header(new)["kid"] == "new"
    with pytest.raises(Unauthenticated):
        read_access_token(settings, new)


async def test_a_refresh_token_is_no_access_token(client: Client) -> None:
    user = await make_user(email="ada@example.com")
    headers = await bearer(user, resources_of(client).settings)
    identity = await authenticate(
        resources_of(client).settings, headers["Authorization"].removeprefix("Bearer ")
    )
    assert (identity.user_id, identity.email, identity.role) == (
        user.id,
        "ada@example.com",
        Role.USER,
    )
    login = await client.post(
        "/api/v1/accounts/login", json={"email": user.email, "password": "Demo-cinema-1"}
    )
    refresh = (await login.json())["refresh"]
    answer = await client.get("/api/v1/accounts/me", headers={"Authorization": f"Bearer {refresh}"})
    assert answer.status == 401
