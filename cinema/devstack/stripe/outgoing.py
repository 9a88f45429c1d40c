"""The webhooks still to be sent: rows beside the objects, so that a restart loses none."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

_SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dropped', 'given_up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL,
    created REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS due_deliveries ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_of_event ON deliveries (event_id);
"""
MAX_PAUSE_SECONDS = 60.0
# Stripe retries for three days: https://docs.stripe.com/webhooks#automatic-retries
GIVE_UP_SECONDS = 3 * 86_400.0


@dataclass(frozen=True)
class Delivery:
    seq: int
    event_id: str
    event_type: str
    attempts: int
    next_at: float
    created: float


class Outgoing:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.executescript(_SCHEMA)

    def add(self, event: tuple[str, str], due: float, now: float, *, dropped: bool = False) -> None:
        """Note one webhook for an event, given as its id and type."""
        state = "dropped" if dropped else "pending"
        self.connection.execute(
            "INSERT INTO deliveries (event_id, event_type, state, next_at, created)"
            " VALUES (?, ?, ?, ?, ?)",
            (*event, state, due, now),
        )

    def pending(self, excluding: Collection[int] = ()) -> list[Delivery]:
        cursor = self.connection.execute(
            "SELECT seq, event_id, event_type, attempts, next_at, created FROM deliveries"
            " WHERE state = 'pending' ORDER BY next_at, seq LIMIT 500"
        )
        return [Delivery(**dict(row)) for row in cursor if row["seq"] not in excluding]

    def delivered(self, delivery: Delivery) -> None:
        self._close(delivery, "delivered")

    def failed(self, delivery: Delivery, now: float) -> None:
        """Plan the next attempt after 1, 2, 4 ... 60 seconds, for three days."""
        if now - delivery.created > GIVE_UP_SECONDS:
            self._close(delivery, "given_up")
            return
        pause = min(MAX_PAUSE_SECONDS, 2.0 ** min(delivery.attempts, 10))
        self.connection.execute(
            "UPDATE deliveries SET attempts = attempts + 1, next_at = ? WHERE seq = ?",
            (now + pause, delivery.seq),
        )

    def release(self, now: float) -> None:
        """Make every pending webhook due at once."""
        self.connection.execute(
            "UPDATE deliveries SET next_at = ? WHERE state = 'pending' AND next_at > ?",
            (now, now),
        )

    def pending_of(self, event_id: str) -> int:
        row = self.connection.execute(
            "SELECT count(*) FROM deliveries WHERE event_id = ? AND state = 'pending'",
            (event_id,),
        ).fetchone()
        count: int = row[0]
        return count

    def _close(self, delivery: Delivery, state: str) -> None:
        self.connection.execute(
            "UPDATE deliveries SET state = ?, attempts = attempts + 1 WHERE seq = ?",
            (state, delivery.seq),
        )
