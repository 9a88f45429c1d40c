"""Orders and payments as staff looks for them: lists, and files of any length."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pydantic import BaseModel

from cinema.admin.sales_schemas import (
    OrderSearch,
    PaymentSearch,
    SalesQuery,
    StaffOrderOut,
    StaffPaymentOut,
)
from cinema.database import fetch
from cinema.http.pagination import cursor_id
from cinema.payments.errors import PaymentNotFound

EXPORT_BATCH = 2000
"""Rows that a file is written in at once: a few milliseconds of the event loop."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""

ORDERS = """
SELECT x.id, x.user_id, u.email, x.status, x.total_amount, x.currency, x.created_at, x.paid_at,
       x.closed_at, (SELECT count(*) FROM order_items i WHERE i.order_id = x.id) AS items
  FROM orders x JOIN users u ON u.id = x.user_id
"""
PAYMENTS = """
SELECT x.id, x.order_id, x.user_id, u.email, x.status, x.amount, x.currency, x.failure_code,
       x.external_payment_id, x.created_at,
       (SELECT COALESCE(sum(r.amount), 0) FROM refunds r
         WHERE r.payment_id = x.id AND r.status <> 'failed') AS refunded
  FROM payments x JOIN users u ON u.id = x.user_id
"""


async def list_orders(query: OrderSearch) -> tuple[list[StaffOrderOut], int]:
    """Return a page of everybody's orders, the newest first, and how many there are."""
    rows, total = await _numbered(ORDERS, "orders", query, query.status)
    return [StaffOrderOut(**row) for row in rows], total


async def list_orders_before(query: OrderSearch) -> list[StaffOrderOut]:
    """Return what follows the query's cursor, and one more where there is more."""
    return [StaffOrderOut(**row) for row in await _before(ORDERS, query, query.status)]


async def list_payments(query: PaymentSearch) -> tuple[list[StaffPaymentOut], int]:
    """Return a page of everybody's payments, the newest first, and how many there are."""
    rows, total = await _numbered(PAYMENTS, "payments", query, query.status)
    return [StaffPaymentOut(**row) for row in rows], total


async def list_payments_before(query: PaymentSearch) -> list[StaffPaymentOut]:
    """Return what follows the query's cursor, and one more where there is more."""
    return [StaffPaymentOut(**row) for row in await _before(PAYMENTS, query, query.status)]


async def get_payment(payment_id: int) -> StaffPaymentOut:
    """Return anybody's payment; raises PaymentNotFound."""
    rows = await fetch(f"{PAYMENTS} WHERE x.id = $1", payment_id)
    if not rows:
        raise PaymentNotFound
    return StaffPaymentOut(**rows[0])


def export_orders(query: OrderSearch) -> AsyncIterator[bytes]:
    """Write all orders that match as CSV, the newest first."""
    return _export(StaffOrderOut, ORDERS, query, query.status)


def export_payments(query: PaymentSearch) -> AsyncIterator[bytes]:
    """Write all payments that match as CSV, the newest first."""
    return _export(StaffPaymentOut, PAYMENTS, query, query.status)


async def _numbered(
    select: str, table: str, query: SalesQuery, status: str | None
) -> tuple[list[dict[str, Any]], int]:
    where, values = _conditions(query, status)
    [counted] = await fetch(
        f"SELECT count(*) AS n FROM {table} x WHERE {where}",  # noqa: S608
        *values,
    )
    window = f"LIMIT {query.per_page} OFFSET {query.offset}"
    rows = await fetch(f"{select} WHERE {where} ORDER BY x.id DESC {window}", *values)
    return rows, counted["n"]


async def _before(select: str, query: SalesQuery, status: str | None) -> list[dict[str, Any]]:
    return await _rows(select, query, status, cursor_id(query.cursor or ""), query.per_page + 1)


async def _rows(
    select: str, query: SalesQuery, status: str | None, last_id: int | None, limit: int
) -> list[dict[str, Any]]:
    where, values = _conditions(query, status)
    if last_id is not None:
        values.append(last_id)
        where += f" AND x.id < ${len(values)}"
    return await fetch(f"{select} WHERE {where} ORDER BY x.id DESC LIMIT {limit}", *values)


def _conditions(query: SalesQuery, status: str | None) -> tuple[str, list[Any]]:
    parts, values = ["true"], list[Any]()
    wanted = {
        "x.user_id = {}": query.user_id,
        "x.user_id = (SELECT id FROM users WHERE lower(email) = {})": (
            query.email.strip().lower() if query.email else None
        ),
        "x.status = {}": status,
        "x.created_at >= {}": _midnight(query.since),
        "x.created_at < {}": _midnight(query.until, days=1),
    }
    for template, value in wanted.items():
        if value is not None:
            values.append(value)
            parts.append(template.format(f"${len(values)}"))
    return " AND ".join(parts), values


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    if day is None or day == date.max:
        return None
    return datetime.combine(day + timedelta(days=days), time(), UTC)


async def _export(
    model: type[BaseModel], select: str, query: SalesQuery, status: str | None
) -> AsyncIterator[bytes]:
    """Read by the id, batch after batch: no connection is held while a slow reader reads."""
    columns = list(model.model_fields)
    yield _csv([columns])
    last_id: int | None = None
    while rows := await _rows(select, query, status, last_id, EXPORT_BATCH):
        yield _csv([[_cell(row[column]) for column in columns] for row in rows])
        last_id = rows[-1]["id"]


def _csv(lines: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """Write a value so that a spreadsheet reads it as nothing but a value."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
