"""What is said over the socket, in both directions. The AsyncAPI document is made from these."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_CHANNELS = 50
"""Of one socket, and so of one frame."""

Channel = Annotated[
    str, Field(pattern=r"^(catalogue|staff|(user|movie):[1-9][0-9]{0,17})$", max_length=32)
]
RequestId = int | Annotated[str, Field(max_length=64)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: RequestId | None = None


class Subscribe(_Request):
    """Hear these channels; with a cursor, first everything after it."""

    type: Literal["subscribe"]
    channels: list[str] = Field(min_length=1, max_length=MAX_CHANNELS)
    cursor: str | None = Field(default=None, max_length=64)


class Unsubscribe(_Request):
    type: Literal["unsubscribe"]
    channels: list[str] = Field(min_length=1, max_length=MAX_CHANNELS)


class Authenticate(_Request):
    """The first frame of a client that can send neither a header nor a cookie."""

    type: Literal["authenticate"]
    token: str = Field(max_length=4096)


Request = Annotated[Subscribe | Unsubscribe | Authenticate, Field(discriminator="type")]
REQUEST: TypeAdapter[Subscribe | Unsubscribe | Authenticate] = TypeAdapter(Request)
REQUEST_TYPES = frozenset({"subscribe", "unsubscribe", "authenticate"})


class _Answer(BaseModel):
    id: RequestId | None = None


class Authenticated(_Answer):
    type: Literal["authenticated"] = "authenticated"
    user_id: int


class Subscribed(_Answer):
    """From here on the channels are heard; `recovered` missed events follow first.

    A client takes `cursor` for its own only where nothing was missed: until the missed events
    have arrived it is still where it was.
    """

    type: Literal["subscribed"] = "subscribed"
    channels: list[str]
    cursor: str
    recovered: int


class Unsubscribed(_Answer):
    type: Literal["unsubscribed"] = "unsubscribed"
    channels: list[str]


class Reset(_Answer):
    """What was missed cannot be told any more: fetch the state of these channels again."""

    type: Literal["reset"] = "reset"
    channels: list[str]
    cursor: str


class Refused(_Answer):
    type: Literal["error"] = "error"
    code: str
    detail: str
    channel: str | None = None


class Reached(BaseModel):
    """Everything up to `cursor` has been sent on every channel of this socket."""

    type: Literal["position"] = "position"
    cursor: str


class Happened(BaseModel):
    """An event, once for each socket: on the first of its channels that the socket hears.

    It stands on the channels in `also` as well. A client drops what it has had by the number in
    the cursor.
    """

    type: Literal["event"] = "event"
    cursor: str
    channel: str
    also: list[str]
    event: str
    at: datetime
    data: dict[str, Any]
