"""What administrators do to accounts, each act with a line in the audit log."""

from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError

from cinema.accounts.email import normalise_email
from cinema.accounts.errors import EmailTaken, LastAdmin, OwnAccount, UserNotFound
from cinema.accounts.events import UserActivated, UserDeactivated, UserRoleChanged
from cinema.accounts.models import ActivationToken
from cinema.accounts.passwords import hash_password
from cinema.accounts.policy import check_password
from cinema.accounts.service.registration import add_user
from cinema.accounts.service.sessions import end_sessions
from cinema.audit import record
from cinema.database import atomic, constraint, fetch
from cinema.errors import InvalidRequest
from cinema.outbox import emit
from cinema.roles import Role


@dataclass(frozen=True, slots=True)
class Locked:
    """What a user is while its row is held."""

    is_active: bool
    role: Role


async def _lock_admins() -> None:
    """Let one transaction at a time change who the administrators are."""
    await fetch("SELECT id FROM user_groups WHERE name = 'ADMIN' FOR NO KEY UPDATE")


async def lock_user(user_id: int) -> Locked:
    """Hold a user's row until the transaction ends; its sessions' rows come after it, always.

    Raises UserNotFound, also for a deleted user.
    """
    rows: list[dict[str, Any]] = await fetch(
        "SELECT u.is_active, g.name::text AS role FROM users u JOIN user_groups g"
        " ON g.id = u.group_id WHERE u.id = $1 AND u.deleted_at IS NULL FOR UPDATE OF u",
        user_id,
    )
    if not rows:
        raise UserNotFound
    return Locked(rows[0]["is_active"], Role(rows[0]["role"]))


async def keep_an_admin(user_id: int) -> None:
    """Raises LastAdmin when no active administrator would be left without this user.

    Belongs into the transaction that takes the user's rights away: nobody else takes any
    until it ends.
    """
    await _lock_admins()
    rows = await fetch(
        "SELECT bool_or(u.id = $1) AND count(*) = 1 AS is_last FROM users u"
        " JOIN user_groups g ON g.id = u.group_id"
        " WHERE g.name = 'ADMIN' AND u.is_active AND u.deleted_at IS NULL",
        user_id,
    )
    if rows[0]["is_last"]:
        raise LastAdmin


@atomic
async def activate_user(user_id: int) -> None:
    """Open an account without its mail; nothing happens where it is open."""
    user = await lock_user(user_id)
    if user.is_active:
        return
    await fetch("UPDATE users SET is_active = true, updated_at = now() WHERE id = $1", user_id)
    await ActivationToken.filter(user_id=user_id).delete()
    await emit(UserActivated(user_id=user_id))
    await record("user.activated", f"user:{user_id}")


@atomic
async def deactivate_user(actor_id: int, user_id: int) -> None:
    """Close an account and end its sessions at once; its link of activation dies as well.

    Raises OwnAccount, LastAdmin, UserNotFound.
    """
    if actor_id == user_id:
        raise OwnAccount
    await keep_an_admin(user_id)
    user = await lock_user(user_id)
    await ActivationToken.filter(user_id=user_id).delete()
    await record("user.deactivated", f"user:{user_id}", before={"is_active": user.is_active})
    if not user.is_active:
        return
    await fetch("UPDATE users SET is_active = false, updated_at = now() WHERE id = $1", user_id)
    await end_sessions(user_id, "deactivated")
    await emit(UserDeactivated(user_id=user_id))


@atomic
async def change_group(actor_id: int, user_id: int, role: Role) -> None:
    """Give a user another role; it counts from the next request on, on open sockets too.

    Raises OwnAccount, LastAdmin, UserNotFound.
    """
    if actor_id == user_id:
        raise OwnAccount
    if role is not Role.ADMIN:
        await keep_an_admin(user_id)
    user = await lock_user(user_id)
    if user.role is role:
        return
    await fetch(
        "UPDATE users SET group_id = (SELECT id FROM user_groups WHERE name = $2::role),"
        " updated_at = now() WHERE id = $1",
        user_id,
        role.value,
    )
    await emit(UserRoleChanged(user_id=user_id, role=role))
    await record(
        "user.group_changed",
        f"user:{user_id}",
        before={"group": user.role},
        after={"group": role},
    )


async def create_admin(email: str, password: str) -> int:
    """Create an active administrator and return its id: the way to the first one.

    Raises EmailTaken, and InvalidRequest for an address or a password that is not allowed.
    """
    try:
        address = normalise_email(email)
        check_password(password, address)
    except ValueError as error:
        raise InvalidRequest(str(error)) from None
    try:
        return await _create_admin(address, await hash_password(password))
    except IntegrityError as error:
        if constraint(error) == "users_email":
            raise EmailTaken from None
        raise


@atomic
async def _create_admin(email: str, password_hash: str) -> int:
    user = await add_user(email, password_hash, Role.ADMIN, is_active=True)
    user_id: int = user.id
    await emit(UserRoleChanged(user_id=user_id, role=Role.ADMIN))
    await record("user.group_changed", f"user:{user_id}", after={"group": Role.ADMIN})
    return user_id
