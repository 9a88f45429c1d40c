"""Tokens: signed access tokens, opaque refresh tokens, one-time tokens of mails."""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import uuid4

import jwt

from cinema.errors import Unauthenticated
from cinema.settings import Settings

ALGORITHM = "HS256"
ISSUER = "cinema"
AUDIENCE = "access"
LEEWAY = timedelta(seconds=10)
REQUIRED = ["exp", "iat", "iss", "aud", "sub", "sid", "jti", "typ"]
MAX_TOKEN_LENGTH = 2048


class Purpose(StrEnum):
    """What a one-time token is good for; one of another purpose is as wrong as a random one."""

    ACTIVATION = "activation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a secret


class OneTimeRow(Protocol):
    user_id: int
    expires_at: datetime


def token_hash(token: str) -> str:
    """Return what is stored of a token: SHA-256 in hex; its 256 bits of chance need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def one_time_token(settings: Settings, purpose: Purpose, user_id: int, expires_at: datetime) -> str:
    """Derive the token of a mail: a mail that is sent again carries the same link."""
    moment = expires_at.astimezone(UTC).isoformat(timespec="microseconds")
    return _derive(settings, f"{purpose}|{user_id}|{moment}")


def activation_token(settings: Settings, row: OneTimeRow) -> str:
    return one_time_token(settings, Purpose.ACTIVATION, row.user_id, row.expires_at)


def reset_token(settings: Settings, row: OneTimeRow) -> str:
    return one_time_token(settings, Purpose.PASSWORD_RESET, row.user_id, row.expires_at)


def new_refresh_token() -> str:
    return secrets.token_urlsafe(32)


def successor_of(settings: Settings, spent: str) -> str:
    """Derive the refresh token that follows a spent one, so that it can be answered again."""
    return _derive(settings, f"refresh|{spent}")


def _derive(settings: Settings, message: str) -> str:
    key = settings.secret_key.get_secret_value().encode()
    digest = hmac.digest(key, message.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def access_token(settings: Settings, user_id: int, session_id: int) -> str:
    """Sign a token that names a user and a session, and holds no right by itself."""
    kid, key = next(iter(settings.signing_keys.items()))
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "typ": AUDIENCE,
        "sub": str(user_id),
        "sid": session_id,
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + settings.access_token_lifetime,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid})


def read_access_token(settings: Settings, token: str) -> tuple[int, int]:
    """Return (user id, session id) of a token of ours; raises Unauthenticated."""
    try:
        claims = _claims(settings, token)
        if claims["typ"] != AUDIENCE or not isinstance(claims["sid"], int):
            raise ValueError("a token of another kind")
        return int(claims["sub"]), claims["sid"]
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        raise Unauthenticated("The access token is invalid or has expired.") from None


def _claims(settings: Settings, token: str) -> dict[str, Any]:
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise ValueError("not a token of ours")
    key = settings.signing_keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=LEEWAY,
        options={"require": REQUIRED, "enforce_minimum_key_length": True},
    )
    return claims
