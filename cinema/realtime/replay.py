"""What a returning client has missed: all of it, or the plain word that it cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cinema.database import fetch
from cinema.outbox import Position
from cinema.realtime.log import Entry

MAX_MISSED = 1000
RECOVERABLE = "6 days"
"""A day less than the log is kept: it is pruned by the age of its entries, and an entry may be
older than one that was numbered before it."""

# The entry that follows the cursor stands for all of the rest: while it is young, none is pruned.
MISSED = f"""
SELECT o.seq, o.type, o.topics, o.data, o.created_at
  FROM (SELECT 1 FROM outbox
         WHERE seq = $1 + 1 AND created_at > now() - interval '{RECOVERABLE}') following
  LEFT JOIN LATERAL (
       SELECT seq, type, topics, data, created_at FROM outbox
        WHERE seq > $1 AND seq <= $2 AND topics && $3::text[] ORDER BY seq LIMIT $4) o ON true
 ORDER BY o.seq
"""  # noqa: S608 - no value of a caller's is in it


@dataclass(frozen=True, slots=True)
class Recovery:
    complete: bool
    entries: list[Entry] = field(default_factory=list)


async def recover(cursor: Position, seam: Position, channels: Sequence[str]) -> Recovery:
    """Read what happened on these channels after the cursor, up to and with the seam."""
    if cursor.epoch != seam.epoch or cursor.seq > seam.seq:
        return Recovery(complete=False)
    if cursor.seq == seam.seq:
        return Recovery(complete=True)
    rows = await fetch(MISSED, cursor.seq, seam.seq, list(channels), MAX_MISSED + 1)
    if not rows or len(rows) > MAX_MISSED:
        return Recovery(complete=False)
    return Recovery(True, [Entry.from_row(row) for row in rows if row["seq"] is not None])


def frames(entries: Sequence[Entry], epoch: str, channels: Sequence[str]) -> list[bytes]:
    """Encode entries for a socket, each on the first of these channels that it is on."""
    encoded = []
    for entry in entries:
        channel = next((topic for topic in entry.topics if topic in channels), None)
        if channel is not None:
            encoded.append(entry.frame(epoch, channel))
    return encoded
