"""What the authorisation matrix knows of a page: who may open it."""

import inspect
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from cinema.http.endpoint import OPERATIONS, Handler, Operation
from cinema.http.identity import Access
from cinema.http.ratelimit import Limit


def register(
    handle: Handler, handler: Callable[..., Any], access: Access, limit: Limit | None = None
) -> Handler:
    """Enter a route's handler into the table of operations, with its docstring as summary."""
    summary, _, description = (inspect.getdoc(handler) or handler.__name__).partition("\n")
    OPERATIONS[handle] = Operation(
        summary=summary.strip(),
        description=" ".join(description.split()),
        access=access,
        body=None,
        query=None,
        answer=None,
        status=HTTPStatus.OK,
        errors=(),
        idempotent=False,
        limit=limit,
    )
    return handle


def declare(access: Access) -> Callable[[Handler], Handler]:
    """Enter a handler that checks its access, if it has any, by itself."""
    return lambda handler: register(handler, handler, access)
