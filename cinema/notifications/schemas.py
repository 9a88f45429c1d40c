from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cinema.http.pagination import PageQuery


class NotificationQuery(PageQuery):
    unread: bool | None = Field(default=None, description="Only those unread, or only those read.")


class NotificationOut(BaseModel):
    id: int
    kind: str
    payload: dict[str, Any]
    read_at: datetime | None
    created_at: datetime = Field(
        description="When the bell last rang for it: as long as it is unread, more of the same is"
        " told in it, and it comes to the top of the list again."
    )


class UnreadCount(BaseModel):
    unread: int


class ReadAll(BaseModel):
    read: int = Field(description="How many were unread until now.")


class SettingOut(BaseModel):
    """How one kind of news is heard of; what is fixed cannot be changed."""

    kind: str
    label: str
    in_app: bool
    email: bool = Field(json_schema_extra={"example": True})
    in_app_fixed: bool
    email_fixed: bool


class SettingsOut(BaseModel):
    items: list[SettingOut]


class ChangeSetting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: str = Field(max_length=32, json_schema_extra={"example": "comment_liked"})
    in_app: bool | None = Field(default=None, description="Whether the bell rings.")
    email: bool | None = Field(
        default=None,
        json_schema_extra={"example": True},
        description="Whether a mail is sent. Of likes only the first that the bell rings for is.",
    )


class ChangeSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    settings: list[ChangeSetting] = Field(
        max_length=100, description="The kinds to change; the others stay as they are."
    )


class UnsubscribeQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=256, description="As it stands in the link of the mail.")
