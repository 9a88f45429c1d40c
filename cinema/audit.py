"""The audit log: who did what to what, when, from where. A trigger keeps it append only."""

import json
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.database import current_transaction, fetch


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf the process works at the moment; nobody means the house itself."""

    user_id: int | None = None
    ip: str = ""
    request_id: str = ""


RECORD = """
INSERT INTO audit_log (actor_id, action, subject, before, after, ip, request_id)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7)
"""
ACTOR: ContextVar[Actor] = ContextVar("actor", default=Actor())  # noqa: B039 - it is frozen


class AuditEntry(Model):
    id = fields.BigIntField(primary_key=True)
    actor_id = fields.BigIntField(null=True)
    action = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=128)
    before: dict[str, Any] | None = fields.JSONField(null=True)
    after: dict[str, Any] | None = fields.JSONField(null=True)
    ip = fields.CharField(max_length=45, default="")
    request_id = fields.CharField(max_length=64, default="")
    at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "audit_log"


async def record(
    action: str,
    subject: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down an act (`user.group_changed` on `user:7`) in the transaction that does it."""
    current_transaction()
    actor = ACTOR.get()
    await fetch(
        RECORD,
        actor.user_id,
        action,
        subject,
        None if before is None else json.dumps(before, default=str),
        None if after is None else json.dumps(after, default=str),
        actor.ip,
        actor.request_id,
    )
