from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from cinema.http.pagination import PageQuery


class NotificationQuery(PageQuery):
    unread: bool | None = Field(default=None, description="Only those unread, or only those read.")


class NotificationOut(BaseModel):
    id: int
    kind: str
    payload: dict[str, Any]
    read_at: datetime | None
    created_at: datetime


class UnreadCount(BaseModel):
    unread: int


class ReadAll(BaseModel):
    read: int = Field(description="How many were unread until now.")
