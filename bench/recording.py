"""What the product asks of PostgreSQL, written down as a script for pgbench.

The statements are those that a use case really sends, so that the limit cannot drift from the
product: they are recorded while it runs once, and whatever stood for that one run (ids, keys) is
replaced by an expression that is another one each time.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import asyncpg
from tortoise.connection import get_connection

PLUMBING = ("typeinfo_tree", "'jit'")
"""What asyncpg asks once on each connection, to know the database's own types."""
FRONT = """\\set n :n + 1
\\set k :base + :client_id * 1000 + :n
"""
"""Each client of pgbench has a thousand numbers of its own; `-D n=0 -D base=...` begins them."""


@dataclass(frozen=True, slots=True)
class Asked:
    query: str
    values: tuple[Any, ...]


@dataclass
class Recording:
    asked: list[Asked] = field(default_factory=list)

    def note(self, record: Any) -> None:
        if not any(word in record.query for word in PLUMBING):
            self.asked.append(Asked(record.query.strip().rstrip(";"), tuple(record.args or ())))


@contextmanager
def recording() -> Iterator[Recording]:
    """Collect the statements that this process sends within the block, on open connections."""
    pool: Any = get_connection("default")._pool
    connections = [holder._con for holder in pool._holders if holder._con is not None]
    kept = Recording()
    for connection in connections:
        connection.add_query_logger(kept.note)
    try:
        yield kept
    finally:
        for connection in connections:
            connection.remove_query_logger(kept.note)


async def script(url: str, asked: Sequence[Asked], words: Mapping[str, str]) -> str:
    """Write what was asked for pgbench; `words` says by which SQL each marker is replaced."""
    async with _connected(url) as connection:
        lines = [await _line(connection, one, words) for one in asked]
    return FRONT + "\n".join(lines) + "\n"


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _line(connection: Any, asked: Asked, words: Mapping[str, str]) -> str:
    text = " ".join(asked.query.split())
    if asked.values:
        types = (await connection.prepare(asked.query)).get_parameters()
        # From the last on: `$1` is the beginning of `$10`.
        for number in range(len(asked.values), 0, -1):
            kind = types[number - 1]
            name = f"{kind.name[:-2]}[]" if kind.name.endswith("[]") else kind.name
            value = _expression(asked.values[number - 1], words)
            text = text.replace(f"${number}", f"CAST({value} AS {name})")
    return f"{text};"


def _expression(value: Any, words: Mapping[str, str]) -> str:
    literal = _literal(value)
    if literal is None:
        return "NULL"
    parts = re.split("(" + "|".join(map(re.escape, words)) + ")", literal)
    # What pgbench fills in has no type of its own: beside a text it is one.
    return (
        " || ".join(
            f"({words[part]})::text" if part in words else _text(part) for part in parts if part
        )
        or "''"
    )


def _text(part: str) -> str:
    # pgbench looks for its variables in texts as well, and would find one in {"livemode":false}.
    escaped = part.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\072")
    return f"E'{escaped}'"


def _literal(value: Any) -> str | None:
    """Write a value as PostgreSQL reads it; None where it is NULL."""
    match value:
        case None:
            return None
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case list() | tuple():
            items = (_literal(item) for item in value)
            return "{" + ",".join("NULL" if item is None else _quoted(item) for item in items) + "}"
        case timedelta():
            return f"{value.total_seconds()} seconds"
        case datetime():
            return value.isoformat()
    return str(value)


def _quoted(item: str) -> str:
    escaped = item.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
