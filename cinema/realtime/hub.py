"""The sockets of one process and its place in the log: every event once, in order."""

import asyncio

import structlog
from aiohttp import web

from cinema.outbox import Position
from cinema.realtime.audience import Audience
from cinema.realtime.connection import Connection, Turn
from cinema.realtime.frames import CloseCode, message_frame
from cinema.realtime.log import BATCH, Entry, read_after
from cinema.realtime.messages import Reached, Reset
from cinema.realtime.rights import Rights

log = structlog.get_logger()


class Hub:
    def __init__(self, position: Position) -> None:
        self.position = position
        self.audience = Audience()
        self.rights = Rights(self.audience)
        self.turn = Turn()
        self.closing = False
        self._repairing = asyncio.Lock()

    @property
    def last_seq(self) -> int:
        return self.position.seq

    def join(self, connection: Connection) -> bool:
        """Let a socket in; False and a close frame where there is no room for it."""
        if self.closing:
            connection.close(CloseCode.GOING_AWAY)
        elif not self.audience.has_room(connection):
            connection.close(CloseCode.TOO_MANY)
        else:
            self.audience.join(connection)
            self.rights.admit(connection)
        return connection.close_code is None

    def identified(self, connection: Connection) -> bool:
        """File a socket that now has an identity; False where it is one socket too many."""
        if not self.audience.has_room_for_user(connection):
            connection.identity = None
            connection.close(CloseCode.TOO_MANY)
            return False
        self.audience.identify(connection)
        self.rights.admit(connection)
        return connection.close_code is None

    def offer(self, epoch: str, entry: Entry) -> bool:
        """Take an entry from the doorbell; False where older ones are missing first."""
        if epoch != self.position.epoch:
            return False
        if entry.seq > self.last_seq + 1:
            return False
        if entry.seq == self.last_seq + 1:
            self._deliver(entry)
        return True

    async def repair(self) -> int:
        """Read from the log what has not been delivered, and return how much it was.

        Raises what the database raises; nothing is lost then, the next repair starts over.
        """
        async with self._repairing:
            delivered = 0
            while True:
                # While we read, the doorbell may take us past what we read.
                since = self.position
                reading = await read_after(since.seq)
                if reading.top.epoch != since.epoch or reading.top.seq < since.seq:
                    self._start_over(reading.top)
                    return delivered
                delivered += self._deliver_all(reading.entries)
                if len(reading.entries) < BATCH:
                    return delivered

    def _deliver_all(self, entries: list[Entry]) -> int:
        before = self.last_seq
        for entry in entries:
            if entry.seq <= self.last_seq:
                continue  # the doorbell was quicker
            if entry.seq > self.last_seq + 1:
                # The log was pruned past us, so nobody can be told what was in between.
                self._start_over(Position(self.position.epoch, entry.seq - 1))
            self._deliver(entry)
        return self.last_seq - before

    def _deliver(self, entry: Entry) -> None:
        """Send an event to everyone in its audience, once, on the first channel they have."""
        epoch = self.position.epoch
        self.position = Position(epoch, entry.seq)
        reached: set[Connection] | None = None
        for channel in entry.topics:
            listeners = self.audience.listeners(channel)
            if reached:
                listeners = listeners - reached
            if not listeners:
                continue
            frame = entry.frame(epoch, channel)
            for connection in listeners:
                connection.push(frame)
            if len(entry.topics) > 1:
                reached = (reached or set()) | listeners
        self.rights.take(entry)

    def _start_over(self, top: Position) -> None:
        """Begin at the top of another log: a restored database is not the one we knew."""
        log.warning("log_changed", was=str(self.position), now=str(top))
        self.position = top
        for connection in self.audience:
            if connection.channels:
                channels = sorted(connection.channels)
                connection.push(message_frame(Reset(channels=channels, cursor=str(top))))

    def beat(self, number: int) -> None:
        """Tell one group of the sockets how far they have come."""
        frame = message_frame(Reached(cursor=str(self.position)))
        for connection in self.audience.group(number):
            if connection.channels and not connection.held:
                connection.push(frame)

    async def send_away(self, seconds: float) -> None:
        """Close every socket with GOING_AWAY, spread over so many seconds, and let no more in."""
        self.closing = True
        everyone = list(self.audience)
        pause = 0.05
        at_once = max(1, int(len(everyone) * pause / seconds) + 1) if seconds else len(everyone)
        for start in range(0, len(everyone), max(1, at_once)):
            for connection in everyone[start : start + at_once]:
                connection.close(CloseCode.GOING_AWAY)
            await asyncio.sleep(pause if start + at_once < len(everyone) else 0)


HUB = web.AppKey("hub", Hub)
