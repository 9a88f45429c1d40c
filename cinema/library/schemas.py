from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

MOST_SECONDS = 7 * 24 * 3600
"""No film is longer than a week."""
MOST_VERSION = 2**53


class SaveProgress(BaseModel):
    """Where a player is, in whole seconds.

    `version` is one more than the newest that the player knows; the highest is the last word.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    position: int = Field(ge=0, le=MOST_SECONDS, strict=True)
    version: int = Field(ge=1, le=MOST_VERSION, strict=True)
    duration: int | None = Field(default=None, ge=1, le=MOST_SECONDS, strict=True)


class ProgressOut(BaseModel):
    """Where the caller is in a movie, in seconds; a duration of 0 is not known yet."""

    position: int
    duration: int
    version: int
    updated_at: datetime


class PurchaseOut(BaseModel):
    movie_id: int
    uuid: str
    name: str
    year: int
    time: int
    genres: list[str]
    poster: str
    purchased_at: datetime
    has_video: bool
    """Whether there is something to play yet."""
    progress: ProgressOut | None


class PlaybackOut(BaseModel):
    """`url` answers Range requests and is good until `expires_at`: then ask again."""

    url: str
    content_type: str
    expires_at: datetime
    progress: ProgressOut | None
