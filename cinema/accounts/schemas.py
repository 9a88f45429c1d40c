import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    model_validator,
)

from cinema.accounts.email import normalise_email
from cinema.accounts.models import Gender
from cinema.accounts.policy import check_password
from cinema.roles import Role

EARLIEST_BIRTH = date(1900, 1, 1)
MINIMUM_AGE = 13
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CONTROL_OR_DIRECTION = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Overrides of the writing direction make a name look like another."""


def _name(text: str) -> str:
    if CONTROL_OR_DIRECTION.search(text):
        raise ValueError("A name holds no control characters.")
    return unicodedata.normalize("NFC", text)


def _info(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("The text holds control characters.")
    return text


def _birth(day: date) -> date:
    if day < EARLIEST_BIRTH:
        raise ValueError("The date is before 1900-01-01.")
    if age_on(day, datetime.now(UTC).date()) < MINIMUM_AGE:
        raise ValueError(f"One must be at least {MINIMUM_AGE} years old.")
    return day


def age_on(birth: date, today: date) -> int:
    """Count the birthdays that have come; who was born on 29 February has it on 1 March."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(normalise_email)]
NewPassword = Annotated[str, AfterValidator(check_password)]
GivenPassword = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_name),
]
Info = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_info)]
Birth = Annotated[date, AfterValidator(_birth)]


class Command(BaseModel):
    """What a caller sends: a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Register(Command):
    email: Email
    password: NewPassword

    @model_validator(mode="after")
    def _password_is_not_the_email(self) -> Self:
        check_password(self.password, self.email)
        return self


class Activate(Command):
    token: Token


class EmailOnly(Command):
    email: Email


class Login(Command):
    email: Email
    password: GivenPassword


class Refresh(Command):
    refresh: Token


class ChangePassword(Command):
    old_password: GivenPassword
    new_password: NewPassword


class ResetPassword(Command):
    token: Token
    new_password: NewPassword


class UpdateProfile(Command):
    """Only the fields that are sent change; null empties a field."""

    first_name: Name | None = None
    last_name: Name | None = None
    gender: Gender | None = None
    date_of_birth: Birth | None = None
    info: Info = ""


class Message(BaseModel):
    message: str


class TokenPair(BaseModel):
    access: str
    refresh: str
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's word
    expires_in: int = Field(description="Seconds until the access token expires.")


class SessionOut(BaseModel):
    id: int
    device: str = Field(description="The user agent of the login.")
    ip: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


class SessionList(BaseModel):
    items: list[SessionOut]


class UserOut(BaseModel):
    id: int
    email: str
    group: Role
    is_active: bool
    created_at: datetime


class Export(RootModel[dict[str, Any]]):
    """All that is known about a user, a member for each domain."""


class AvatarOut(BaseModel):
    """Links to both sizes, good for a few minutes."""

    large: str
    small: str


class ProfileOut(BaseModel):
    user_id: int
    first_name: str | None
    last_name: str | None
    gender: Gender | None
    date_of_birth: date | None
    info: str
    avatar: AvatarOut | None
