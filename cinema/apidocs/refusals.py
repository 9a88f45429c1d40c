"""Which errors an operation can answer with: those it declares, and those of its kind."""

from collections.abc import Iterator

from cinema.errors import (
    CinemaError,
    Forbidden,
    InvalidRequest,
    MalformedRequest,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from cinema.http.csrf import SAFE, CrossSiteRequest
from cinema.http.endpoint import Operation
from cinema.http.errors import InternalError
from cinema.http.idempotency import KeyInUse, KeyReused
from cinema.http.identity import Access

UPLOADS = frozenset({"PUT", "POST"})


def refusals(operation: Operation, method: str, path: str) -> dict[str, type[CinemaError]]:
    """Return the possible errors by code; the declared ones first."""
    return {error.code: error for error in (*operation.errors, *_implied(operation, method, path))}


def _implied(operation: Operation, method: str, path: str) -> Iterator[type[CinemaError]]:
    # A Bearer token that is no longer good is refused everywhere.
    yield Unauthenticated
    if operation.access in {Access.MODERATOR, Access.ADMIN}:
        yield Forbidden
    if method not in SAFE:
        yield CrossSiteRequest
    if "{" in path:
        yield NotFound
    if operation.body is not None or method in UPLOADS:
        yield from (MalformedRequest, TooLarge, UnsupportedType)
    if operation.body is not None or operation.query is not None:
        yield from (MalformedRequest, InvalidRequest)
    if operation.limit is not None:
        yield TooManyRequests
    if operation.idempotent:
        yield from (KeyInUse, KeyReused, InvalidRequest)
    yield from (Unavailable, InternalError)
