"""What administrators look at."""

import json
from typing import Any

from cinema.accounts.queries import USER
from cinema.accounts.schemas import UserOut
from cinema.admin.schemas import AuditOut, AuditQuery, UserQuery
from cinema.database import fetch
from cinema.errors import InvalidRequest
from cinema.http.pagination import decode_cursor, encode_cursor


async def list_users(query: UserQuery) -> tuple[list[UserOut], int]:
    """Return a page of the accounts, the newest first, and how many there are."""
    where, values = _user_filter(query)
    [count] = await fetch(
        f"SELECT count(*) AS n FROM users u JOIN user_groups g ON g.id = u.group_id WHERE {where}",  # noqa: S608
        *values,
    )
    rows = await fetch(
        f"{USER} WHERE {where} ORDER BY u.id DESC"
        f" LIMIT ${len(values) + 1} OFFSET ${len(values) + 2}",
        *values,
        query.per_page,
        query.offset,
    )
    return [UserOut(**row) for row in rows], count["n"]


def _user_filter(query: UserQuery) -> tuple[str, list[Any]]:
    parts = ["u.deleted_at IS NULL"]
    values: list[Any] = []
    if query.email is not None:
        values.append(query.email.strip().lower())
        parts.append(f"strpos(lower(u.email), ${len(values)}) > 0")
    if query.group is not None:
        values.append(query.group.value)
        parts.append(f"g.name = ${len(values)}::role")
    if query.is_active is not None:
        values.append(query.is_active)
        parts.append(f"u.is_active = ${len(values)}")
    return " AND ".join(parts), values


AUDIT_COLUMNS = "id, at, actor_id, action, subject, before, after, ip, request_id"


async def list_audit(query: AuditQuery) -> tuple[list[AuditOut], int]:
    """Return a page of the audit log, the newest first, and how many lines there are."""
    where, values = _audit_filter(query)
    [count] = await fetch(f"SELECT count(*) AS n FROM audit_log WHERE {where}", *values)  # noqa: S608
    rows = await fetch(
        f"SELECT {AUDIT_COLUMNS} FROM audit_log WHERE {where} ORDER BY id DESC"  # noqa: S608
        f" LIMIT ${len(values) + 1} OFFSET ${len(values) + 2}",
        *values,
        query.per_page,
        query.offset,
    )
    return [_audit_line(row) for row in rows], count["n"]


async def scroll_audit(query: AuditQuery) -> tuple[list[AuditOut], str | None]:
    """Return the lines after a cursor and the cursor after them; no line is counted."""
    where, values = _audit_filter(query)
    if query.cursor:
        [last_id] = decode_cursor(query.cursor, 1)
        if not isinstance(last_id, int) or not 0 <= last_id < 2**63:
            raise InvalidRequest.at("query", "cursor", msg="Not a cursor of this list.")
        values.append(last_id)
        where += f" AND id < ${len(values)}"
    rows = await fetch(
        f"SELECT {AUDIT_COLUMNS} FROM audit_log WHERE {where} ORDER BY id DESC"  # noqa: S608
        f" LIMIT ${len(values) + 1}",
        *values,
        query.per_page + 1,
    )
    lines = [_audit_line(row) for row in rows[: query.per_page]]
    more = len(rows) > query.per_page
    return lines, encode_cursor([lines[-1].id]) if more else None


def _audit_filter(query: AuditQuery) -> tuple[str, list[Any]]:
    parts, values = ["true"], []
    for column in ("actor_id", "action", "subject"):
        value = getattr(query, column)
        if value is not None:
            values.append(value)
            parts.append(f"{column} = ${len(values)}")
    return " AND ".join(parts), values


def _audit_line(row: dict[str, Any]) -> AuditOut:
    parsed = {
        name: json.loads(row[name]) if isinstance(row[name], str) else row[name]
        for name in ("before", "after")
    }
    return AuditOut(**(row | parsed))
