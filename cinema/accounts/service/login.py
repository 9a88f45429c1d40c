"""From an address and a password to a session."""

import hashlib
from dataclasses import dataclass

from cinema.accounts.errors import AccountInactive, CredentialsInvalid
from cinema.accounts.models import User
from cinema.accounts.passwords import hash_password, needs_rehash, verify_password
from cinema.accounts.schemas import Login, TokenPair
from cinema.accounts.service.sessions import open_session
from cinema.audit import record
from cinema.database import atomic, fetch
from cinema.http.device import Device
from cinema.settings import Settings


async def login(settings: Settings, command: Login, device: Device) -> TokenPair:
    """Open a session for the owner of the password.

    Raises CredentialsInvalid, in the same time for an unknown address and for a wrong password,
    AccountInactive after a right one, and HashingBusy.
    """
    # No connection is held while the password waits for its turn to be hashed.
    found = await fetch(
        "SELECT id, password_hash, is_active FROM users WHERE lower(email) = $1", command.email
    )
    stored = found[0]["password_hash"] if found else None
    if not await verify_password(stored, command.password):
        await _record_failure(command.email)
        raise CredentialsInvalid
    [user] = found
    if not user["is_active"]:
        raise AccountInactive
    right_hash: str = user["password_hash"]
    renewed = await hash_password(command.password) if needs_rehash(right_hash) else None
    return await _admit(settings, _Verified(user["id"], right_hash, renewed), device)


@dataclass(frozen=True, slots=True)
class _Verified:
    """Whose password was right, against which hash, and the hash that shall replace it."""

    user_id: int
    password_hash: str
    renewed_hash: str | None


@atomic
async def _admit(settings: Settings, verified: _Verified, device: Device) -> TokenPair:
    # The password may have been changed, or the account closed, while it was verified. A shared
    # lock keeps both away, and does not queue one's own other logins.
    standing = "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND is_active"
    rows = await fetch(
        standing + (" FOR SHARE" if verified.renewed_hash is None else " FOR UPDATE"),
        verified.user_id,
        verified.password_hash,
    )
    if not rows:
        raise CredentialsInvalid
    if verified.renewed_hash is not None:
        await User.filter(id=verified.user_id).update(password_hash=verified.renewed_hash)
    pair = await open_session(settings, verified.user_id, device)
    await record("login.succeeded", f"user:{verified.user_id}")
    return pair


@atomic
async def _record_failure(email: str) -> None:
    digest = hashlib.sha256(email.encode()).hexdigest()[:32]
    await record("login.failed", f"email:{digest}")
