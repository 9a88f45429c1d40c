"""The sockets of this process: who hears which channel, and whose they are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import cycle

from cinema.realtime.connection import Connection

MAX_PER_USER = 10
MAX_PER_ADDRESS = 50
BEATS = 25
"""Groups that the sockets are spread over, so that no beat of the heart touches all of them."""

NOBODY: frozenset[Connection] = frozenset()


class Audience:
    def __init__(self) -> None:
        self._listeners: dict[str, set[Connection]] = {}
        self._users: defaultdict[int, set[Connection]] = defaultdict(set)
        self._addresses: Counter[str] = Counter()
        self._groups: list[set[Connection]] = [set() for _ in range(BEATS)]
        self._next_group = cycle(self._groups)
        self._group_of: dict[Connection, set[Connection]] = {}

    def __len__(self) -> int:
        return len(self._group_of)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._group_of))

    def has_room(self, connection: Connection) -> bool:
        """Tell whether its address and its user may have one socket more."""
        at_address = self._addresses.get(connection.address, 0)
        return at_address < MAX_PER_ADDRESS and self.has_room_for_user(connection)

    def has_room_for_user(self, connection: Connection) -> bool:
        identity = connection.identity
        return identity is None or len(self._users.get(identity.user_id, NOBODY)) < MAX_PER_USER

    def join(self, connection: Connection) -> None:
        group = next(self._next_group)
        group.add(connection)
        self._group_of[connection] = group
        self._addresses[connection.address] += 1
        self.identify(connection)

    def identify(self, connection: Connection) -> None:
        """File a socket under its user."""
        if connection.identity is not None:
            self._users[connection.identity.user_id].add(connection)

    def leave(self, connection: Connection) -> None:
        group = self._group_of.pop(connection, None)
        if group is None:
            return
        group.discard(connection)
        self.unsubscribe(connection, list(connection.channels))
        self._addresses[connection.address] -= 1
        if not self._addresses[connection.address]:
            del self._addresses[connection.address]
        if connection.identity is not None:
            sockets = self._users[connection.identity.user_id]
            sockets.discard(connection)
            if not sockets:
                del self._users[connection.identity.user_id]

    def subscribe(self, connection: Connection, channels: Iterable[str]) -> None:
        for channel in channels:
            connection.channels.add(channel)
            self._listeners.setdefault(channel, set()).add(connection)

    def unsubscribe(self, connection: Connection, channels: Iterable[str]) -> None:
        for channel in channels:
            connection.channels.discard(channel)
            listeners = self._listeners.get(channel)
            if listeners is not None:
                listeners.discard(connection)
                if not listeners:
                    del self._listeners[channel]

    def listeners(self, channel: str) -> set[Connection] | frozenset[Connection]:
        return self._listeners.get(channel, NOBODY)

    def of_user(self, user_id: int) -> list[Connection]:
        return list(self._users.get(user_id, NOBODY))

    def group(self, beat: int) -> list[Connection]:
        return list(self._groups[beat % BEATS])
