"""Leaving: all that is known about a user as one document, and its end."""

from typing import Any

from cinema.accounts.events import UserDeleted
from cinema.accounts.models import ActivationToken, PasswordResetToken, Session, UserProfile
from cinema.accounts.passwords import UNUSABLE
from cinema.accounts.personal_data import ERASERS, EXPORTERS
from cinema.accounts.service.sessions import end_sessions
from cinema.accounts.service.staff import keep_an_admin, lock_user
from cinema.audit import record
from cinema.database import atomic, fetch
from cinema.outbox import emit

OWN = {
    "account": (
        "SELECT u.id, u.email, g.name::text AS group, u.is_active, u.created_at, u.updated_at"
        " FROM users u JOIN user_groups g ON g.id = u.group_id WHERE u.id = $1"
    ),
    "profile": (
        "SELECT first_name, last_name, gender::text, date_of_birth, info,"
        " avatar_key IS NOT NULL AS has_avatar FROM user_profiles WHERE user_id = $1"
    ),
    "sessions": (
        "SELECT id, user_agent, ip, created_at, last_seen_at, revoked_at, reason FROM sessions"
        " WHERE user_id = $1 ORDER BY id"
    ),
    "security_log": (
        "SELECT action, ip, at FROM audit_log WHERE subject = 'user:' || $1::bigint ORDER BY id"
    ),
}


@atomic
async def export_me(user_id: int) -> dict[str, Any]:
    """Collect all personal data of a user; secrets are no data about a person and stay out."""
    document: dict[str, Any] = {name: await fetch(sql, user_id) for name, sql in OWN.items()}
    for name in ("account", "profile"):
        document[name] = document[name][0] if document[name] else None
    for name, exporter in EXPORTERS.items():
        document[name] = await exporter(user_id)
    await record("user.exported", f"user:{user_id}")
    return document


@atomic
async def delete_me(user_id: int) -> None:
    """Make the user nobody: what names a person goes, orders and payments stay. No way back.

    Raises LastAdmin.
    """
    await keep_an_admin(user_id)
    await lock_user(user_id)
    await end_sessions(user_id, "deleted")
    profile = await UserProfile.get(user_id=user_id)
    avatar_key: str | None = profile.avatar_key
    for eraser in ERASERS.values():
        await eraser(user_id)
    for model in (ActivationToken, PasswordResetToken, Session, UserProfile):
        await model.filter(user_id=user_id).delete()
    await UserProfile.create(user_id=user_id)
    await fetch(
        "UPDATE users SET email = 'deleted-' || id || '@deleted.invalid', password_hash = $2,"
        " is_active = false, deleted_at = now(), updated_at = now(),"
        " group_id = (SELECT id FROM user_groups WHERE name = 'USER') WHERE id = $1",
        user_id,
        UNUSABLE,
    )
    await emit(UserDeleted(user_id=user_id, avatar_key=avatar_key))
    await record("user.deleted", f"user:{user_id}")
