"""The one family of errors that the application raises on purpose."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar


class CinemaError(Exception):
    """A refusal that the caller is told about, with a stable code (RFC 9457)."""

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request cannot be served"

    def __init__(
        self, detail: str | None = None, *, headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail or self.title)
        self.headers = headers or {}
        self.extra = extra

    def problem(self) -> dict[str, Any]:
        """Return the body of the answer; `extra` are members of the problem's own."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": int(self.status),
            "detail": str(self),
            "code": self.code,
            **self.extra,
        }


class MalformedRequest(CinemaError):
    status, code, title = HTTPStatus.BAD_REQUEST, "malformed_request", "The request is malformed"


class Unauthenticated(CinemaError):
    status, code, title = HTTPStatus.UNAUTHORIZED, "unauthenticated", "Log in first"

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **extra)


class Forbidden(CinemaError):
    status, code, title = HTTPStatus.FORBIDDEN, "forbidden", "You may not do this"


class NotFound(CinemaError):
    status, code, title = HTTPStatus.NOT_FOUND, "not_found", "There is no such thing"


class MethodNotAllowed(CinemaError):
    status, code = HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"
    title = "The method is not allowed here"


class Conflict(CinemaError):
    status, code, title = HTTPStatus.CONFLICT, "conflict", "The state does not allow it"


class TooLarge(CinemaError):
    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"
    title = "The body is too large"


class UnsupportedType(CinemaError):
    status, code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_type"
    title = "The content type is not supported"


class InvalidRequest(CinemaError):
    """Fields that are not valid; `errors` lists every one: {"loc", "msg", "type"}."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request"
    title = "The request is not valid"

    def __init__(
        self, detail: str | None = None, *, errors: Sequence[dict[str, Any]] = (), **extra: Any
    ) -> None:
        super().__init__(detail, errors=list(errors), **extra)

    @classmethod
    def at(cls, *loc: str, msg: str, kind: str = "value_error") -> "InvalidRequest":
        """Refuse one field."""
        return cls(msg, errors=[{"loc": list(loc), "msg": msg, "type": kind}])


class TooManyRequests(CinemaError):
    status, code, title = HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", "Too many requests"

    def __init__(self, detail: str | None = None, *, retry_after: int = 1, **extra: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **extra)


class Unavailable(CinemaError):
    """A part that we depend on is out of reach; nothing was lost, come back later."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"
    title = "A part of the house is out of reach"

    def __init__(self, detail: str | None = None, *, retry_after: int = 2, **extra: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **extra)
