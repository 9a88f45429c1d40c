"""What an event is. The events themselves live in each domain's events.py."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """A fact about the past, named noun.verbed, and the channels that may hear it.

    An event is closed: what is not declared is refused, so that nothing private slips into a
    public channel. An event with no channel is for jobs alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    registry: ClassVar[dict[str, type["Event"]]] = {}
    type: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if "type" in vars(cls) and cls.registry.setdefault(cls.type, cls) is not cls:
            raise TypeError(f"event type {cls.type!r} is taken")

    def topics(self) -> tuple[str, ...]:
        """Name the channels of this event; the first that a socket has is the one it hears."""
        return ()


CATALOGUE = "catalogue"
STAFF = "staff"


def user_topic(user_id: int) -> str:
    return f"user:{user_id}"


def movie_topic(movie_id: int) -> str:
    return f"movie:{movie_id}"
