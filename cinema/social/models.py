from enum import StrEnum

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


class ReactionValue(StrEnum):
    LIKE = "like"
    DISLIKE = "dislike"


class MovieReaction(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="reactions", on_delete=fields.CASCADE
    )
    user_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="reactions", on_delete=fields.CASCADE
    )
    movie_id: int
    value = fields.CharEnumField(ReactionValue, max_length=8)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "movie_reactions"
        unique_together = (("user", "movie"),)


class MovieRating(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="ratings", on_delete=fields.CASCADE
    )
    user_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="ratings", on_delete=fields.CASCADE
    )
    movie_id: int
    value = fields.SmallIntField()
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "movie_ratings"
        unique_together = (("user", "movie"),)


class Favorite(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="favorites", on_delete=fields.CASCADE
    )
    user_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="favorite_of", on_delete=fields.CASCADE
    )
    movie_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "favorites"
        unique_together = (("user", "movie"),)


class CommentLike(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="comment_likes", on_delete=fields.CASCADE
    )
    user_id: int
    comment: fields.ForeignKeyRelation[Comment] = fields.ForeignKeyField(
        "cinema.Comment", related_name="liked_by", on_delete=fields.CASCADE
    )
    comment_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "comment_likes"
        unique_together = (("user", "comment"),)


class ReportResolution(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"


class CommentReport(Model):
    """Somebody asks the moderators to look at a comment; open until one of them has."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="reports", on_delete=fields.CASCADE
    )
    user_id: int
    comment: fields.ForeignKeyRelation[Comment] = fields.ForeignKeyField(
        "cinema.Comment", related_name="reports", on_delete=fields.CASCADE
    )
    comment_id: int
    reason = fields.CharField(max_length=500)
    created_at = fields.DatetimeField(db_default=Now())
    resolution = fields.CharEnumField(ReportResolution, max_length=16, null=True)
    resolved_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="reports_resolved", null=True, on_delete=fields.SET_NULL
    )
    resolved_by_id: int | None
    resolved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "comment_reports"
        unique_together = (("user", "comment"),)
