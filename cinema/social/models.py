from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.accounts.models import User
from cinema.catalogue.models import Movie


class Comment(Model):
    id = fields.BigIntField(primary_key=True)
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="movie_comments", on_delete=fields.CASCADE
    )
    movie_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="comments", on_delete=fields.CASCADE
    )
    user_id: int
    parent: fields.ForeignKeyNullableRelation["Comment"] = fields.ForeignKeyField(
        "cinema.Comment", related_name="answers", null=True, on_delete=fields.CASCADE
    )
    parent_id: int | None
    text = fields.TextField()
    created_at = fields.DatetimeField(db_default=Now())
    edited_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    likes = fields.IntField(default=0)
    replies = fields.IntField(default=0)

    class Meta:
        table = "comments"
