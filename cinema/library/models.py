from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.accounts.models import User
from cinema.catalogue.models import Movie


class Purchase(Model):
    """An entitlement: this user may watch this movie until it is revoked."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="purchases", on_delete=fields.RESTRICT
    )
    user_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="purchases", on_delete=fields.RESTRICT
    )
    movie_id: int
    order_item: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "cinema.OrderItem", related_name="purchases", on_delete=fields.RESTRICT
    )
    order_item_id: int
    purchased_at = fields.DatetimeField(db_default=Now())
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "purchases"


class PendingItem(Model):
    """A user's claim on a movie while its order is open; there can be only one."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="pending_items", on_delete=fields.RESTRICT
    )
    user_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="pending_items", on_delete=fields.RESTRICT
    )
    movie_id: int
    order_item: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "cinema.OrderItem", related_name="pending", on_delete=fields.CASCADE
    )
    order_item_id: int

    class Meta:
        table = "pending_items"
        unique_together = (("user", "movie"),)


class WatchProgress(Model):
    """Where a user is in a movie, in seconds; the highest version is the last word.

    `furthest` never goes back: who winds a film back to its beginning has still seen it.
    """

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="watching", on_delete=fields.CASCADE
    )
    user_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="watched_by", on_delete=fields.CASCADE
    )
    movie_id: int
    position = fields.IntField()
    duration = fields.IntField(default=0)
    furthest = fields.IntField(default=0)
    version = fields.BigIntField(default=0)
    updated_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "watch_progress"
        unique_together = (("user", "movie"),)
