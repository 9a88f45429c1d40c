from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import Now, SqlDefault
from tortoise.models import Model

from cinema.accounts.models import User


class Notification(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="notifications", on_delete=fields.CASCADE
    )
    user_id: int
    kind = fields.CharField(max_length=32)
    payload: dict[str, Any] = fields.JSONField()
    # The event that caused it: a job that runs twice makes one notification.
    source = fields.CharField(max_length=64)
    # What it is about: while one is unread, more of the same is folded into it.
    fold = fields.CharField(max_length=64, null=True)
    read_at = fields.DatetimeField(null=True)
    # When the bell last rang for it.
    created_at = fields.DatetimeField(db_default=Now())
    # Where it stands in the list, the highest on top, and where it stood before it was told anew.
    place = fields.BigIntField(db_default=SqlDefault("nextval('notifications_place_seq')"))
    places: list[int] = ArrayField("bigint", db_default=SqlDefault("'{}'"))

    class Meta:
        table = "notifications"
        unique_together = (("user", "source"),)


class SentMail(Model):
    """A mail that an SMTP server has accepted, under its Message-ID; a repeat is not sent."""

    message_id = fields.CharField(max_length=128, primary_key=True)
    kind = fields.CharField(max_length=32)
    sent_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "sent_mails"


class NotificationSetting(Model):
    """How a user wants to hear of one kind of news; without a row, as the kind's default is."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="notification_settings", on_delete=fields.CASCADE
    )
    user_id: int
    kind = fields.CharField(max_length=32)
    in_app = fields.BooleanField(default=True)
    email = fields.BooleanField(default=True)

    class Meta:
        table = "notification_settings"
        unique_together = (("user", "kind"),)
