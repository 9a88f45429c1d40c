import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

# C0 and C1 but tab and line end: they mean nothing in a text and hide things in a terminal.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _trimmed(text: object) -> object:
    """Trim before the length is counted; browsers send a text area's line ends as CR LF."""
    return text.replace("\r\n", "\n").strip() if isinstance(text, str) else text


def _printable(text: str) -> str:
    if CONTROLS.search(text):
        raise ValueError("must not hold control characters")
    return text


CommentText = Annotated[
    str,
    BeforeValidator(_trimmed),
    StringConstraints(min_length=1, max_length=2000),
    AfterValidator(_printable),
]


class PostComment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: CommentText


class CommentOut(BaseModel):
    id: int
    movie_id: int
    author: str
    text: str
    created_at: datetime
    edited_at: datetime | None
