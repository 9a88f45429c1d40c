"""Everything the simulator remembers, in one SQLite file.

Each call is a few rows of a local file in WAL mode (tens of microseconds), which is why it may
run on the event loop: a handler that awaits nothing is then also a transaction of its own.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Object = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS open_sessions ON objects (json_extract(body, '$.expires_at'))
    WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    route TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS timers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    due REAL NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL
);
"""

# One statement serves every list: a filter that is not set is NULL and lets each row pass.
_LIST = """
SELECT body FROM objects
WHERE kind = :kind
  AND (:payment_intent IS NULL OR json_extract(body, '$.payment_intent') = :payment_intent)
  AND (:charge IS NULL OR json_extract(body, '$.charge') = :charge)
  AND (:customer IS NULL OR json_extract(body, '$.customer') = :customer)
  AND (:status IS NULL OR json_extract(body, '$.status') = :status)
  AND (:email IS NULL OR json_extract(body, '$.customer_details.email') = :email)
  AND (:types IS NULL OR json_extract(body, '$.type') IN (SELECT value FROM json_each(:types)))
  AND (:created_from IS NULL OR created >= :created_from)
  AND (:created_to IS NULL OR created <= :created_to)
  AND (:after IS NULL OR seq < (SELECT seq FROM objects WHERE id = :after))
  AND (:before IS NULL OR seq > (SELECT seq FROM objects WHERE id = :before))
ORDER BY CASE WHEN :before IS NULL THEN -seq ELSE seq END
LIMIT :rows
"""
_FILTERS = [
    "payment_intent",
    "charge",
    "customer",
    "status",
    "email",
    "types",
    "created_from",
    "created_to",
    "after",
    "before",
]


@dataclass(frozen=True)
class SavedAnswer:
    route: str
    fingerprint: str
    status: int
    body: str
    request_id: str


class Store:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(_SCHEMA)

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; must not be held over an await, and does not nest."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def save(self, item: Object) -> None:
        self.connection.execute(
            "INSERT INTO objects (id, kind, created, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (item["id"], item["object"], item["created"], json.dumps(item)),
        )

    def find(self, object_id: str, kind: str | None = None) -> Object | None:
        row = self.connection.execute(
            "SELECT body FROM objects WHERE id = ? AND kind = coalesce(?, kind)",
            (object_id, kind),
        ).fetchone()
        return None if row is None else _load(row["body"])

    def page(self, kind: str, filters: Mapping[str, Any], rows: int) -> list[Object]:
        """Return up to `rows` objects, newest first (oldest first of those `before` an id)."""
        values = {name: filters.get(name) for name in _FILTERS}
        cursor = self.connection.execute(_LIST, {**values, "kind": kind, "rows": rows})
        return [_load(row["body"]) for row in cursor]

    def overdue_sessions(self, now: int) -> list[Object]:
        cursor = self.connection.execute(
            "SELECT body FROM objects INDEXED BY open_sessions WHERE kind = 'checkout.session'"
            " AND json_extract(body, '$.status') = 'open'"
            " AND json_extract(body, '$.expires_at') <= ?",
            (now,),
        )
        return [_load(row["body"]) for row in cursor]

    def saved_answer(self, key: str) -> SavedAnswer | None:
        row = self.connection.execute(
            "SELECT route, fingerprint, status, body, request_id FROM answers WHERE key = ?",
            (key,),
        ).fetchone()
        return None if row is None else SavedAnswer(**dict(row))

    def save_answer(self, key: str, answer: SavedAnswer, now: int) -> None:
        """Keep an answer under its idempotency key, and forget those older than 24 hours."""
        self.connection.execute("DELETE FROM answers WHERE created < ?", (now - 86_400,))
        self.connection.execute(
            "INSERT INTO answers (key, route, fingerprint, status, body, request_id, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                answer.route,
                answer.fingerprint,
                answer.status,
                answer.body,
                answer.request_id,
                now,
            ),
        )

    def set_timer(self, due: float, action: str, target: str) -> None:
        self.connection.execute(
            "INSERT INTO timers (due, action, target) VALUES (?, ?, ?)",
            (due, action, target),
        )

    def has_due_timers(self, now: float) -> bool:
        query = "SELECT 1 FROM timers WHERE due <= ? LIMIT 1"
        return self.connection.execute(query, (now,)).fetchone() is not None

    def take_due_timers(self, now: float) -> list[tuple[str, str]]:
        cursor = self.connection.execute(
            "DELETE FROM timers WHERE due <= ? RETURNING action, target", (now,)
        )
        return [(row["action"], row["target"]) for row in cursor.fetchall()]


def _load(body: str) -> Object:
    loaded: Object = json.loads(body)
    return loaded
