"""The log as its readers see it: numbered entries, their wire form, and what follows a number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cinema.database import fetch
from cinema.outbox import Position
from cinema.realtime.frames import text_frame

OWN = "user:"
BATCH = 200
"""Entries of one reading: the loop breathes between two."""

# One row at least, so that the epoch and the top come with the entries from one snapshot.
AFTER = """
SELECT log.epoch, log.last_seq AS top, o.seq, o.type, o.topics, o.data, o.created_at
  FROM realtime_epoch log LEFT JOIN LATERAL (
       SELECT seq, type, topics, data, created_at FROM outbox
        WHERE seq > $1 ORDER BY seq LIMIT $2) o ON true
 ORDER BY o.seq
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered event; among its topics a user's own stands before the others."""

    seq: int
    type: str
    topics: tuple[str, ...]
    at: str
    data: dict[str, Any]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Entry":
        at: datetime = row["created_at"]
        data = row["data"] if isinstance(row["data"], dict) else json.loads(row["data"])
        topics = sorted(row["topics"], key=lambda topic: not topic.startswith(OWN))
        return cls(row["seq"], row["type"], tuple(topics), at.isoformat(), data)

    def to_wire(self, epoch: str) -> str:
        """Write it down for Redis; what no channel hears does not leave the database."""
        envelope = {
            "epoch": epoch,
            "seq": self.seq,
            "type": self.type,
            "topics": self.topics,
            "at": self.at,
            "data": self.data if self.topics else {},
        }
        return json.dumps(envelope, separators=(",", ":"))

    @classmethod
    def from_wire(cls, text: str) -> "tuple[str, Entry]":
        """Read the epoch and the entry; raises ValueError or KeyError for anything else."""
        envelope = json.loads(text)
        entry = cls(
            int(envelope["seq"]),
            envelope["type"],
            tuple(envelope["topics"]),
            envelope["at"],
            envelope["data"],
        )
        return envelope["epoch"], entry

    def frame(self, epoch: str, channel: str) -> bytes:
        """Encode messages.Happened for everybody who hears it on this channel.

        It names the other channels too, for a client that shares its socket among several pages;
        but never a user's: a channel that everybody hears tells of nobody.
        """
        message = {
            "type": "event",
            "cursor": f"{epoch}.{self.seq}",
            "channel": channel,
            "also": [each for each in self.topics if each != channel and not each.startswith(OWN)],
            "event": self.type,
            "at": self.at,
            "data": self.data,
        }
        return text_frame(json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class Reading:
    top: Position
    entries: list[Entry]


async def read_after(seq: int) -> Reading:
    """Read the next entries after a number, BATCH at most, in their order."""
    rows = await fetch(AFTER, seq, BATCH)
    entries = [Entry.from_row(row) for row in rows if row["seq"] is not None]
    return Reading(Position(rows[0]["epoch"], rows[0]["top"]), entries)
