from typing import Any

from cinema.events import Event, user_topic


class _BellEvent(Event):
    """Heard by the bell of one user alone."""

    user_id: int
    unread: int

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id),)


class NotificationCreated(_BellEvent):
    type = "notification.created"
    notification_id: int
    kind: str
    payload: dict[str, Any]


class NotificationRead(_BellEvent):
    """One was read, or all of them where no id is given."""

    type = "notification.read"
    notification_id: int | None
