"""Pages of a list: by number with a total, or by cursor at the same cost everywhere."""

import base64
import binascii
import json
from typing import Any, Generic, Protocol, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from cinema.errors import InvalidRequest

T = TypeVar("T")


class Numbered(Protocol):
    id: int


N = TypeVar("N", bound=Numbered)


class PageQuery(BaseModel):
    """The paging part of a list's query string."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: int = Field(default=1, ge=1, le=10_000)
    per_page: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=512)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page


class Page(BaseModel, Generic[T]):
    items: list[T]
    page: int
    per_page: int
    total_items: int
    total_pages: int
    next: str | None
    prev: str | None


class CursorPage(BaseModel, Generic[T]):
    items: list[T]
    per_page: int
    next_cursor: str | None


def page_of(request: web.Request, query: PageQuery, items: list[T], total: int) -> Page[T]:
    """Build the answer; the links keep every other parameter of the request."""
    pages = max(1, -(-total // query.per_page))

    def link(number: int) -> str | None:
        if not 1 <= number <= pages or number == query.page:
            return None
        return str(request.rel_url.update_query({"page": str(number)}))

    return Page(
        items=items,
        page=query.page,
        per_page=query.per_page,
        total_items=total,
        total_pages=pages,
        next=link(query.page + 1),
        prev=link(min(query.page - 1, pages)),
    )


def page_by_id(query: PageQuery, rows: "list[N]") -> "CursorPage[N]":
    """Build the answer of a list in the order of its ids from one row more than it shows."""
    page = rows[: query.per_page]
    more = encode_cursor([str(page[-1].id)]) if len(rows) > len(page) else None
    return CursorPage(items=page, per_page=query.per_page, next_cursor=more)


def encode_cursor(values: list[Any]) -> str:
    """Write down the sort values of a page's last row."""
    text = json.dumps(values, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """Read the sort values back; raises InvalidRequest for what encode_cursor never wrote."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise InvalidRequest.at("query", "cursor", msg="Not a cursor of this list.")
    return values


def cursor_id(cursor: str) -> int | None:
    """Read the cursor of a list that is in the order of its ids; None at its beginning."""
    if not cursor:
        return None
    [value] = decode_cursor(cursor, 1)
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18):
        raise InvalidRequest.at("query", "cursor", msg="Not a cursor of this list.")
    return int(value)
