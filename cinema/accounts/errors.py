from http import HTTPStatus

from cinema.errors import (
    CinemaError,
    Conflict,
    Forbidden,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class EmailTaken(Conflict):
    code, title = "email_taken", "A user with this email already exists"


class CredentialsInvalid(Unauthenticated):
    """One answer for an unknown address and for a wrong password."""

    code, title = "invalid_credentials", "Invalid email or password"


class AccountInactive(Forbidden):
    code, title = "account_inactive", "The account is not activated"


class OneTimeTokenInvalid(CinemaError):
    """One answer for a token that is unknown, used or expired."""

    status, code = HTTPStatus.BAD_REQUEST, "invalid_token"
    title = "The token is invalid or has expired"


class RefreshTokenInvalid(Unauthenticated):
    code, title = "invalid_refresh_token", "The refresh token is not valid"


class SessionNotFound(NotFound):
    code, title = "session_not_found", "There is no such session"


class WrongPassword(CinemaError):
    status, code = HTTPStatus.BAD_REQUEST, "wrong_password"
    title = "The old password is not right"


class SamePassword(Conflict):
    code, title = "same_password", "The new password is the old one"


class HashingBusy(Unavailable):
    code, title = "too_many_logins", "Too many logins at once"


class UserNotFound(NotFound):
    code, title = "user_not_found", "There is no such user"


class OwnAccount(Forbidden):
    code, title = "own_account", "This cannot be done to one's own account"


class LastAdmin(Conflict):
    code, title = "last_admin", "It is the last administrator"
