import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

# C0 and C1 but tab and line end: they mean nothing in a text and hide things in a terminal.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _one_line_end(text: object) -> object:
    """Browsers send a text area's line ends as CR LF."""
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


def _printable(text: str) -> str:
    if CONTROLS.search(text):
        raise ValueError("must not hold control characters")
    return text


CommentText = Annotated[
    str,
    BeforeValidator(_one_line_end),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
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
