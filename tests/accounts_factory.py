"""Users for tests, without their registration and with a password that is hashed only once."""

from functools import cache
from itertools import count

from cinema.accounts.models import User
from cinema.accounts.passwords import HASHER
from cinema.accounts.service.registration import add_user
from cinema.accounts.service.sessions import open_session
from cinema.database import transaction
from cinema.http.device import Device
from cinema.roles import Role
from cinema.settings import Settings

PASSWORD = "Demo-cinema-1"
_numbers = count(1)


@cache
def password_hash() -> str:
    return HASHER.hash(PASSWORD)


async def make_user(
    role: Role = Role.USER, *, active: bool = True, email: str | None = None
) -> User:
    """Insert a user with its profile and cart; the password is PASSWORD."""
    async with transaction():
        return await add_user(
            email or f"user-{next(_numbers)}@example.com", password_hash(), role, is_active=active
        )


async def bearer(user: User, settings: Settings) -> dict[str, str]:
    """Open a session and return the headers that prove it."""
    async with transaction():
        pair = await open_session(settings, user.id, Device("tests", "127.0.0.1"))
    return {"Authorization": f"Bearer {pair.access}"}
