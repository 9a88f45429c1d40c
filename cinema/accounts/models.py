from enum import StrEnum

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.roles import Role


class Gender(StrEnum):
    MAN = "MAN"
    WOMAN = "WOMAN"


class UserGroup(Model):
    """A role as a row; the first migration makes all three."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharEnumField(Role, max_length=16, unique=True)

    class Meta:
        table = "user_groups"


class User(Model):
    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(max_length=254)
    password_hash = fields.CharField(max_length=255)
    is_active = fields.BooleanField(default=False)
    group: fields.ForeignKeyRelation[UserGroup] = fields.ForeignKeyField(
        "cinema.UserGroup", related_name="users", on_delete=fields.RESTRICT
    )
    group_id: int
    created_at = fields.DatetimeField(db_default=Now())
    updated_at = fields.DatetimeField(db_default=Now())
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "users"


class UserProfile(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "cinema.User", related_name="profile", on_delete=fields.CASCADE
    )
    user_id: int
    first_name = fields.CharField(max_length=100, null=True)
    last_name = fields.CharField(max_length=100, null=True)
    avatar_key = fields.CharField(max_length=255, null=True)
    gender = fields.CharEnumField(Gender, max_length=8, null=True)
    date_of_birth = fields.DateField(null=True)
    info = fields.TextField(default="")

    class Meta:
        table = "user_profiles"


class ActivationToken(Model):
    """At most one for a user: a new one kills the old. Only its SHA-256 is stored."""

    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "cinema.User", related_name="activation_token", on_delete=fields.CASCADE
    )
    user_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "activation_tokens"


class PasswordResetToken(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "cinema.User", related_name="password_reset_token", on_delete=fields.CASCADE
    )
    user_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "password_reset_tokens"


class Session(Model):
    """One login: one family of refresh tokens, and what an access token names."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="sessions", on_delete=fields.CASCADE
    )
    user_id: int
    user_agent = fields.CharField(max_length=255, default="")
    ip = fields.CharField(max_length=45, default="")
    created_at = fields.DatetimeField(db_default=Now())
    last_seen_at = fields.DatetimeField(db_default=Now())
    revoked_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=32, default="")

    class Meta:
        table = "sessions"


class RefreshToken(Model):
    id = fields.BigIntField(primary_key=True)
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "cinema.Session", related_name="refresh_tokens", on_delete=fields.CASCADE
    )
    session_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField(db_index=True)
    spent_at = fields.DatetimeField(null=True)
    successor: fields.ForeignKeyNullableRelation["RefreshToken"] = fields.ForeignKeyField(
        "cinema.RefreshToken", related_name="predecessors", null=True, on_delete=fields.SET_NULL
    )
    successor_id: int | None

    class Meta:
        table = "refresh_tokens"
