from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from cinema.http.pagination import PageQuery


class WebhookState(StrEnum):
    OPEN = "open"
    FAILING = "failing"
    """It was tried, and will be tried again."""
    HANDLED = "handled"


class WebhookQuery(PageQuery):
    status: WebhookState | None = None


class WebhookEventOut(BaseModel):
    id: int
    stripe_event_id: str
    type: str
    state: WebhookState
    received_at: datetime
    handled_at: datetime | None
    attempts: int
    error: str


class JobState(StrEnum):
    WAITING = "waiting"
    FAILING = "failing"
    GIVEN_UP = "given_up"
    """Another attempt would have been in vain."""
    DONE = "done"


class JobQuery(PageQuery):
    status: JobState | None = None


class JobOut(BaseModel):
    id: int
    job: str
    event: str
    """What it follows."""
    state: JobState
    created_at: datetime
    next_at: datetime
    attempts: int
    error: str
    done_at: datetime | None
