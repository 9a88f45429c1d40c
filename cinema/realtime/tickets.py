"""One-use tickets: how a client that can send neither a header nor a cookie opens a socket."""

import hashlib
import secrets

from pydantic import BaseModel

from cinema.errors import Unauthenticated
from cinema.http.identity import Identity
from cinema.realtime.sessions import standing_sessions
from cinema.resources import Resources
from cinema.roles import Role

LIFETIME = 30
"""Seconds."""


class _Holder(BaseModel):
    user_id: int
    email: str
    session_id: int


async def issue_ticket(resources: Resources, identity: Identity) -> str:
    """Make a ticket that admits one socket of this caller within LIFETIME."""
    ticket = secrets.token_urlsafe(32)
    holder = _Holder(user_id=identity.user_id, email=identity.email, session_id=identity.session_id)
    await resources.redis.set(_key(ticket), holder.model_dump_json(), ex=LIFETIME)
    return ticket


async def redeem_ticket(resources: Resources, ticket: str) -> Identity:
    """Spend a ticket. Raises Unauthenticated for one that is spent, old, or of an ended session."""
    text = await resources.redis.getdel(_key(ticket))
    if text is None:
        raise Unauthenticated("The ticket is spent or too old.")
    holder = _Holder.model_validate_json(text)
    role: Role | None = (await standing_sessions([holder.session_id])).get(holder.session_id)
    if role is None:
        raise Unauthenticated("The session is over.")
    return Identity(holder.user_id, holder.email, role, holder.session_id)


def _key(ticket: str) -> str:
    return f"realtime:ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"
