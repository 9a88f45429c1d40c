"""Changing a password: by the old one, or by the link of a mail."""

from datetime import datetime

from cinema.accounts.errors import OneTimeTokenInvalid, SamePassword, UserNotFound, WrongPassword
from cinema.accounts.events import PasswordChanged, PasswordResetRequested
from cinema.accounts.models import PasswordResetToken
from cinema.accounts.passwords import hash_password, verify_password
from cinema.accounts.policy import check_password
from cinema.accounts.schemas import ChangePassword, ResetPassword
from cinema.accounts.service.sessions import end_sessions
from cinema.accounts.service.timing import constant_time
from cinema.accounts.tokens import Purpose, one_time_token, token_hash
from cinema.audit import record
from cinema.database import atomic, fetch
from cinema.errors import InvalidRequest
from cinema.outbox import emit
from cinema.settings import Settings

LIFETIME = "1 hour"


async def change_password(user_id: int, session_id: int, command: ChangePassword) -> None:
    """Set a new password and end every other session of the user.

    Raises WrongPassword, SamePassword, and InvalidRequest where the new one is the address.
    """
    rows = await fetch("SELECT email, password_hash FROM users WHERE id = $1", user_id)
    if not rows:
        raise UserNotFound
    old_hash: str = rows[0]["password_hash"]
    if not await verify_password(old_hash, command.old_password):
        raise WrongPassword
    if command.new_password == command.old_password:
        raise SamePassword
    _check_for(rows[0]["email"], command.new_password)
    new_hash = await hash_password(command.new_password)
    if not await _replace(user_id, old_hash, new_hash, keep_session=session_id):
        raise WrongPassword


def _check_for(email: str, password: str) -> None:
    try:
        check_password(password, email)
    except ValueError as error:
        raise InvalidRequest.at("body", "new_password", msg=str(error)) from None


@atomic
async def _replace(user_id: int, old_hash: str, new_hash: str, *, keep_session: int) -> bool:
    """Tell whether the old hash still stood and was replaced."""
    replaced = await fetch(
        "UPDATE users SET password_hash = $3, updated_at = now()"
        " WHERE id = $1 AND password_hash = $2 AND deleted_at IS NULL RETURNING id",
        user_id,
        old_hash,
        new_hash,
    )
    if replaced:
        await _after_change(user_id, keep_session)
    return bool(replaced)


async def _after_change(user_id: int, keep_session: int | None) -> None:
    await PasswordResetToken.filter(user_id=user_id).delete()
    await end_sessions(user_id, "password_changed", keep=keep_session)
    await emit(PasswordChanged(user_id=user_id))
    await record("password.changed", f"user:{user_id}")


async def forgot_password(settings: Settings, email: str) -> None:
    """Send a link for a new password where the address has an active account.

    Takes the same time whether it has one or not.
    """
    async with constant_time():
        await _issue_reset_token(settings, email)


@atomic
async def _issue_reset_token(settings: Settings, email: str) -> None:
    found = await fetch(
        f"SELECT id, now() + interval '{LIFETIME}' AS expires_at FROM users"  # noqa: S608
        " WHERE lower(email) = $1 AND is_active AND deleted_at IS NULL FOR UPDATE",
        email,
    )
    if not found:
        return
    user_id: int = found[0]["id"]
    expires_at: datetime = found[0]["expires_at"]
    token = one_time_token(settings, Purpose.PASSWORD_RESET, user_id, expires_at)
    await PasswordResetToken.update_or_create(
        defaults={"token_hash": token_hash(token), "expires_at": expires_at}, user_id=user_id
    )
    await emit(PasswordResetRequested(user_id=user_id))


async def reset_password(command: ResetPassword) -> None:
    """Spend the token of a mail, set a new password, end every session of the user.

    Raises OneTimeTokenInvalid, and InvalidRequest where the new password is the address.
    """
    rows = await fetch(
        "SELECT u.email FROM password_reset_tokens t JOIN users u ON u.id = t.user_id"
        " WHERE t.token_hash = $1 AND t.expires_at > now()",
        token_hash(command.token),
    )
    if not rows:
        raise OneTimeTokenInvalid
    _check_for(rows[0]["email"], command.new_password)
    await _reset(token_hash(command.token), await hash_password(command.new_password))


@atomic
async def _reset(digest: str, new_hash: str) -> None:
    spent = await fetch(
        "DELETE FROM password_reset_tokens t USING users u"
        " WHERE t.token_hash = $1 AND t.expires_at > now() AND u.id = t.user_id AND u.is_active"
        " RETURNING t.user_id",
        digest,
    )
    if not spent:
        raise OneTimeTokenInvalid
    user_id: int = spent[0]["user_id"]
    await fetch(
        "UPDATE users SET password_hash = $2, updated_at = now() WHERE id = $1", user_id, new_hash
    )
    await _after_change(user_id, None)
