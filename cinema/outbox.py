"""Events wait here, in the transaction that caused them, until the relay publishes them."""

from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.database import current_transaction, fetch
from cinema.events import Event

CHANNEL = "cinema.events"
"""The Redis channel on which the relay rings."""
NOTIFICATION = "outbox"
"""The PostgreSQL notification that leaves with every commit that emitted."""


EMIT = """
WITH kept AS (INSERT INTO outbox (type, topics, data) VALUES ($1, $2, $3::jsonb) RETURNING id)
SELECT pg_notify($4, '') FROM kept
"""


class OutboxMessage(Model):
    id = fields.BigIntField(primary_key=True)
    type = fields.CharField(max_length=64)
    topics: list[str] = ArrayField("text")
    data: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField(db_default=Now())
    seq = fields.BigIntField(null=True, unique=True)
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox"
        indexes = [GinIndex(fields=("topics",))]


class RealtimeEpoch(Model):
    """The log's name and its top: one row.

    The top is a column and not a sequence, because its row lock is what puts the relays in
    order, and because it survives the pruning of the log.
    """

    epoch = fields.CharField(max_length=16, primary_key=True)
    last_seq = fields.BigIntField(default=0)

    class Meta:
        table = "realtime_epoch"


class JobRun(Model):
    """One job that follows one event: what the sweeper reads, and what makes a job run once."""

    id = fields.BigIntField(primary_key=True)
    outbox: fields.ForeignKeyRelation[OutboxMessage] = fields.ForeignKeyField(
        "cinema.OutboxMessage", related_name="runs", on_delete=fields.CASCADE
    )
    job = fields.CharField(max_length=64)
    done_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    error = fields.TextField(default="")
    next_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "job_runs"
        unique_together = (("outbox", "job"),)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader is in the log: a client's opaque cursor `"<epoch>.<seq>"`."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Position | None":
        """Read a cursor; None where it is none of ours."""
        epoch, dot, digits = text.rpartition(".")
        if not (dot and epoch and digits.isascii() and digits.isdigit() and len(digits) <= 18):
            return None
        return cls(epoch, int(digits))


async def emit(event: Event) -> None:
    """Record the event; it is published if and only if the open transaction commits.

    Raises RuntimeError outside a transaction.
    """
    current_transaction()
    await fetch(EMIT, event.type, list(event.topics()), event.model_dump_json(), NOTIFICATION)


async def top_of_log() -> Position:
    """Return the position after the newest event that any reader can have seen."""
    [row] = await fetch("SELECT epoch, last_seq FROM realtime_epoch")
    return Position(row["epoch"], row["last_seq"])
