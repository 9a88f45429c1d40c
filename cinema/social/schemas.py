import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

# C0 and C1 but tab and line end: they mean nothing in a text and hide things in a terminal.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _printable(text: str) -> str:
    if CONTROLS.search(text):
        raise ValueError("must not hold control characters")
    return text


CommentText = Annotated[
    str,
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
