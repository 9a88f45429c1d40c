"""Who may hear which channel."""

import re

from cinema.events import CATALOGUE, STAFF
from cinema.http.identity import Identity
from cinema.roles import Role

OWN = re.compile(r"user:([1-9][0-9]{0,17})", re.ASCII)
MOVIE = re.compile(r"movie:[1-9][0-9]{0,17}", re.ASCII)


def exists(channel: str) -> bool:
    """Tell whether this is the name of a channel; that its movie or user exists is not asked."""
    return channel in {CATALOGUE, STAFF} or bool(MOVIE.fullmatch(channel) or OWN.fullmatch(channel))


def may_hear(identity: Identity | None, channel: str) -> bool:
    if channel == CATALOGUE or MOVIE.fullmatch(channel):
        return True
    if identity is None:
        return False
    if channel == STAFF:
        return identity.role.includes(Role.MODERATOR)
    return channel == f"user:{identity.user_id}"
