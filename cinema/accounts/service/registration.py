"""From an address to an active account."""

from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from cinema.accounts.errors import EmailTaken, OneTimeTokenInvalid
from cinema.accounts.events import ActivationRequested, UserActivated, UserRegistered
from cinema.accounts.models import ActivationToken, User, UserGroup, UserProfile
from cinema.accounts.passwords import hash_password
from cinema.accounts.schemas import Activate, Register
from cinema.accounts.service.timing import constant_time
from cinema.accounts.tokens import Purpose, one_time_token, token_hash
from cinema.database import atomic, constraint, fetch
from cinema.outbox import emit
from cinema.roles import Role
from cinema.settings import Settings

LIFETIME = "24 hours"


async def register(settings: Settings, command: Register) -> int:
    """Create an inactive user with an empty profile and cart; returns its id.

    Raises EmailTaken, also for the loser of a race.
    """
    password_hash = await hash_password(command.password)
    try:
        return await _create_user(settings, command.email, password_hash)
    except IntegrityError as error:
        if constraint(error) == "users_email":
            raise EmailTaken from None
        raise


@atomic
async def _create_user(settings: Settings, email: str, password_hash: str) -> int:
    user = await add_user(email, password_hash, Role.USER, is_active=False)
    user_id: int = user.id
    await issue_activation_token(settings, user_id)
    await emit(UserRegistered(user_id=user_id))
    return user_id


async def add_user(email: str, password_hash: str, role: Role, *, is_active: bool) -> User:
    """Insert a user with what every user has; belongs into a transaction."""
    group = await UserGroup.get(name=role)
    user = await User.create(
        email=email, password_hash=password_hash, group=group, is_active=is_active
    )
    await UserProfile.create(user=user)
    # The cart's domain lies above this one; its row is part of being a user.
    await fetch("INSERT INTO carts (user_id) VALUES ($1)", user.id)
    return user


async def issue_activation_token(settings: Settings, user_id: int) -> None:
    """Store a new token; the one before it is dead."""
    [row] = await fetch(f"SELECT now() + interval '{LIFETIME}' AS moment")
    expires_at: datetime = row["moment"]
    token = one_time_token(settings, Purpose.ACTIVATION, user_id, expires_at)
    await ActivationToken.update_or_create(
        defaults={"token_hash": token_hash(token), "expires_at": expires_at}, user_id=user_id
    )


@atomic
async def activate(command: Activate) -> int:
    """Spend an activation token; returns the user's id. Raises OneTimeTokenInvalid."""
    spent = await fetch(
        "DELETE FROM activation_tokens WHERE token_hash = $1 AND expires_at > now()"
        " RETURNING user_id",
        token_hash(command.token),
    )
    if not spent:
        raise OneTimeTokenInvalid
    user_id: int = spent[0]["user_id"]
    await fetch("UPDATE users SET is_active = true, updated_at = now() WHERE id = $1", user_id)
    await emit(UserActivated(user_id=user_id))
    return user_id


async def resend_activation(settings: Settings, email: str) -> None:
    """Send a new activation link where the address waits for one.

    Takes the same time whether the address is unknown, active or inactive.
    """
    async with constant_time():
        await _renew_activation(settings, email)


@atomic
async def _renew_activation(settings: Settings, email: str) -> None:
    waiting: list[dict[str, Any]] = await fetch(WAITING, email)
    if waiting:
        await issue_activation_token(settings, waiting[0]["id"])
        await emit(ActivationRequested(user_id=waiting[0]["id"]))


WAITING = """
SELECT u.id FROM users u
 WHERE lower(u.email) = $1 AND NOT u.is_active AND u.deleted_at IS NULL
   AND COALESCE((SELECT a.action FROM audit_log a
                  WHERE a.subject = 'user:' || u.id
                    AND a.action IN ('user.activated', 'user.deactivated')
                  ORDER BY a.id DESC LIMIT 1), '') <> 'user.deactivated'
   FOR UPDATE OF u
"""
"""An account that staff has closed does not open itself again by mail."""
