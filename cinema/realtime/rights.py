"""Rights that end while a socket is open: a logout, a ban or a demotion acts at once."""

from collections import deque
from dataclasses import replace
from time import monotonic

from cinema.events import STAFF
from cinema.http.identity import Identity
from cinema.realtime.audience import Audience
from cinema.realtime.connection import Connection
from cinema.realtime.frames import CloseCode, message_frame
from cinema.realtime.log import Entry
from cinema.realtime.messages import Unsubscribed
from cinema.realtime.permissions import may_hear
from cinema.roles import Role

REMEMBERED = 10.0
"""Seconds for which an act also holds for a socket whose handshake had begun before it."""

ENDED = {"session.revoked", "user.deactivated", "user.deleted"}
CHANGED = "user.role_changed"


class Rights:
    """Watches the log for what ends or changes the rights of open sockets."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._acts: deque[tuple[float, Entry]] = deque()

    def take(self, entry: Entry) -> None:
        """Act on an entry, after it was delivered."""
        if entry.type not in ENDED and entry.type != CHANGED:
            return
        self._acts.append((monotonic(), entry))
        for connection in self._audience.of_user(entry.data["user_id"]):
            self._apply(entry, connection)

    def admit(self, connection: Connection) -> None:
        """Apply what happened while this socket was still in its handshake."""
        while self._acts and self._acts[0][0] < monotonic() - REMEMBERED:
            self._acts.popleft()
        for _, entry in list(self._acts):
            identity = connection.identity
            if identity is not None and identity.user_id == entry.data["user_id"]:
                self._apply(entry, connection)

    def review(self, standing: dict[int, Role], asked: set[int]) -> None:
        """Compare the open sockets with the sessions that stand, of those that were asked for."""
        for connection in self._audience:
            identity = connection.identity
            if identity is None or identity.session_id not in asked:
                continue
            role = standing.get(identity.session_id)
            if role is None:
                connection.close(CloseCode.UNAUTHENTICATED)
            elif role is not identity.role:
                self._set_role(connection, identity, role)

    def sessions(self) -> set[int]:
        return {each.identity.session_id for each in self._audience if each.identity is not None}

    def _apply(self, entry: Entry, connection: Connection) -> None:
        identity = connection.identity
        assert identity is not None
        if entry.type == CHANGED:
            self._set_role(connection, identity, Role(entry.data["role"]))
        elif _concerns(entry, identity):
            connection.close(CloseCode.UNAUTHENTICATED)

    def _set_role(self, connection: Connection, identity: Identity, role: Role) -> None:
        connection.identity = replace(identity, role=role)
        if STAFF in connection.channels and not may_hear(connection.identity, STAFF):
            self._audience.unsubscribe(connection, [STAFF])
            connection.push(message_frame(Unsubscribed(channels=[STAFF])))


def _concerns(entry: Entry, identity: Identity) -> bool:
    """A revocation that names no session means all of the user's."""
    session_ids = entry.data.get("session_ids")
    return not session_ids or identity.session_id in session_ids
