import uuid
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField, TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.accounts.models import User


class Genre(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100)

    class Meta:
        table = "genres"


class Star(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100)

    class Meta:
        table = "stars"


class Director(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100)

    class Meta:
        table = "directors"


class Certification(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100)

    class Meta:
        table = "certifications"


class Movie(Model):
    """A film on offer. The counters are kept by the transactions that move them.

    `labels` and a generated column, `card`, are its JSON as far as it seldom changes
    (cinema.catalogue.cards).
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(default=uuid.uuid4, unique=True)
    name = fields.CharField(max_length=250)
    year = fields.SmallIntField()
    time = fields.IntField()
    imdb = fields.DecimalField(max_digits=3, decimal_places=1)
    votes = fields.IntField(default=0)
    meta_score = fields.SmallIntField(null=True)
    gross = fields.DecimalField(max_digits=15, decimal_places=2, null=True)
    description = fields.TextField()
    price = fields.DecimalField(max_digits=10, decimal_places=2)
    certification: fields.ForeignKeyRelation[Certification] = fields.ForeignKeyField(
        "cinema.Certification", related_name="movies", on_delete=fields.RESTRICT
    )
    certification_id: int
    genres: fields.ManyToManyRelation[Genre] = fields.ManyToManyField(
        "cinema.Genre",
        through="movies_genres",
        forward_key="genre_id",
        backward_key="movie_id",
        related_name="movies",
    )
    stars: fields.ManyToManyRelation[Star] = fields.ManyToManyField(
        "cinema.Star",
        through="movies_stars",
        forward_key="star_id",
        backward_key="movie_id",
        related_name="movies",
    )
    directors: fields.ManyToManyRelation[Director] = fields.ManyToManyField(
        "cinema.Director",
        through="movies_directors",
        forward_key="director_id",
        backward_key="movie_id",
        related_name="movies",
    )
    is_available = fields.BooleanField(default=True)
    release_at = fields.DatetimeField(null=True)
    poster_key = fields.CharField(max_length=255, null=True)
    trailer_key = fields.CharField(max_length=255, null=True)
    video_key = fields.CharField(max_length=255, null=True)
    likes = fields.IntField(default=0)
    dislikes = fields.IntField(default=0)
    favorites = fields.IntField(default=0)
    comments = fields.IntField(default=0)
    rating_sum = fields.IntField(default=0)
    rating_count = fields.IntField(default=0)
    search = TSVectorField(null=True)
    labels = fields.TextField(null=True)
    created_at = fields.DatetimeField(db_default=Now())
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "movies"
        indexes = [GinIndex(fields=("search",))]


class SearchWord(Model):
    """A folded word of the catalogue's names and people, for "did you mean"."""

    word = fields.CharField(max_length=100, primary_key=True)
    trigrams = ArrayField("text")
    movies = fields.IntField(default=0)

    class Meta:
        table = "search_words"


class CatalogueVersion(Model):
    """What moves with every commit that changes the catalogue: triggers keep it.

    The sum of `version` is another one after each such commit; that of `listing` only where a
    movie may have come into a filter or left it, so not after a like; that of `movies` is how
    many are on offer. Writers at the same time have a row each, so none waits for another.
    """

    slot = fields.BigIntField(primary_key=True)
    version = fields.BigIntField(default=1)
    movies = fields.BigIntField(default=0)
    listing = fields.BigIntField(default=1)

    class Meta:
        table = "catalogue_versions"


class ImportStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class MovieImport(Model):
    """A CSV file that a moderator has sent in: how far it is read, and what was refused."""

    id = fields.BigIntField(primary_key=True)
    requested_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="imports", on_delete=fields.RESTRICT
    )
    requested_by_id: int
    file_name = fields.CharField(max_length=255)
    file_key = fields.CharField(max_length=255)
    price = fields.DecimalField(max_digits=10, decimal_places=2)
    status = fields.CharEnumField(ImportStatus, max_length=16, default=ImportStatus.QUEUED)
    rows = fields.IntField(default=0)
    read = fields.IntField(default=0)
    created = fields.IntField(default=0)
    unchanged = fields.IntField(default=0)
    refused: list[dict[str, Any]] = fields.JSONField(default=list)
    error = fields.TextField(default="")
    created_at = fields.DatetimeField(db_default=Now())
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "movie_imports"
