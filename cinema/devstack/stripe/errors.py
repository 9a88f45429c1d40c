"""Stripe's error bodies. The messages and codes follow https://docs.stripe.com/error-codes."""

from typing import Any


class ApiError(Exception):
    """An answer other than 200.

    `remembered` marks errors raised once the request was being executed: Stripe saves those
    under the idempotency key, whereas a request that failed its validation may be corrected
    and sent again under the same key.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        remembered: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.remembered = remembered

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


def resource_missing(kind: str, object_id: str, param: str) -> ApiError:
    return ApiError(
        f"No such {kind}: '{object_id}'",
        status=404,
        code="resource_missing",
        param=param,
    )


def state_error(message: str, code: str | None = None, param: str | None = None) -> ApiError:
    return ApiError(message, code=code, param=param, remembered=True)
