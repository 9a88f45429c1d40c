from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cinema.http.pagination import PageQuery
from cinema.roles import Role


class UserQuery(PageQuery):
    email: str | None = Field(
        default=None, min_length=1, max_length=254, description="A part of the address."
    )
    group: Role | None = None
    is_active: bool | None = None


class AuditQuery(PageQuery):
    actor_id: int | None = Field(default=None, ge=1, lt=2**63)
    action: str | None = Field(default=None, min_length=1, max_length=64)
    subject: str | None = Field(
        default=None, min_length=1, max_length=128, description="Such as `user:7`."
    )


class ChangeGroup(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    group: Role


class AuditOut(BaseModel):
    id: int
    at: datetime
    actor_id: int | None
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    ip: str
    request_id: str
