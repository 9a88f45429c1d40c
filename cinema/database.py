"""PostgreSQL: how to reach it, the one spelling of a transaction, and what its errors mean."""

import asyncio
import functools
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import stamina
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from cinema.engine import RELEASE_TIMEOUT
from cinema.errors import CinemaError, Conflict, InvalidRequest, Unavailable
from cinema.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

CONNECT_TIMEOUT = 3.0
COMMAND_TIMEOUT = 5.0
BULK_TIMEOUT = 3600.0
"""Seconds for one statement of an import: a bound, not a target."""
SERVER_SETTINGS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "random_page_cost": "1.1",
}
"""The last is for disks without moving parts: PostgreSQL's own 4 reads a table whole too soon."""
ATTEMPTS = 3
RETRYABLE = {"40001", "40P01", "55P03", "0A000"}
"""Serialisation failure, deadlock, lock not available, and a statement that was prepared before
a migration changed its table: the same work may succeed at once."""

MODELS = [
    "cinema.outbox",
    "cinema.http.idempotency",
    "cinema.accounts.models",
    "cinema.catalogue.models",
    "cinema.library.models",
    "cinema.social.models",
    "cinema.cart.models",
    "cinema.orders.models",
    "cinema.payments.models",
    "cinema.notifications.models",
    "cinema.audit",
]


@asynccontextmanager
async def transaction() -> AsyncIterator[TransactionalDBClient]:
    """Open the transaction of a use case; inside another one, a savepoint of it.

    Raises TimeoutError when no connection is free in time (cinema.engine).
    """
    async with get_connection("default")._in_transaction() as connection:
        yield connection


def atomic(use_case: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Run a use case in one transaction, and again (3 times in all) when PostgreSQL made it
    the victim of a deadlock or a lock time-out. Inside another transaction it is a savepoint."""

    @functools.wraps(use_case)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if in_transaction():
            async with transaction():
                return await use_case(*args, **kwargs)
        async for attempt in stamina.retry_context(
            on=is_retryable, attempts=ATTEMPTS, wait_initial=0.02, wait_max=0.2, wait_jitter=0.1
        ):
            with attempt:
                async with transaction():
                    return await use_case(*args, **kwargs)
        raise AssertionError("a retry ends with a result or an error")

    return run


def in_transaction() -> bool:
    return isinstance(get_connection("default"), TransactionalDBClient)


def current_transaction() -> BaseDBAsyncClient:
    """Return the open transaction; RuntimeError outside one, where a lock would lock nothing."""
    connection = get_connection("default")
    if not isinstance(connection, TransactionalDBClient):
        raise RuntimeError("this belongs into a transaction")
    return connection


async def fetch(sql: str, *values: Any) -> list[dict[str, Any]]:
    """Run one statement on the open transaction, or on the pool, and return its rows."""
    return await get_connection("default").execute_query_dict(sql, list(values))


async def bulk_execute(sql: str, *values: Any) -> list[dict[str, Any]]:
    """Run a statement of a long piece of work on the open transaction, without a time-out."""
    connection = current_transaction()._connection
    return [dict(row) for row in await connection.fetch(sql, *values, timeout=BULK_TIMEOUT)]


async def bulk_copy(
    table: str,
    columns: Sequence[str],
    records: Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]],
) -> None:
    """Stream records into a table of the open transaction by COPY."""
    connection = current_transaction()._connection
    await connection.copy_records_to_table(
        table, columns=columns, records=records, timeout=BULK_TIMEOUT
    )


def sqlstate(error: BaseException) -> str | None:
    """Find PostgreSQL's code of an error, also under the one that Tortoise put over it."""
    for candidate in (error, error.__cause__, *error.args[:1]):
        if isinstance(candidate, asyncpg.PostgresError):
            return str(candidate.sqlstate)
    return None


def is_retryable(error: Exception) -> bool:
    return sqlstate(error) in RETRYABLE


def constraint(error: IntegrityError) -> str | None:
    """Name the constraint that refused a row."""
    cause = error.__cause__
    return getattr(cause, "constraint_name", None)


def classify(error: BaseException) -> CinemaError | None:
    """Say what a database error means to a caller: the one place that decides it.

    None: it is not of the database, or it is our own fault (a wrong statement).
    """
    code = sqlstate(error) or ""
    if code.startswith("22") or isinstance(error.__cause__, asyncpg.DataError):
        return InvalidRequest("A value cannot be stored.")
    if code in {"23505", "23503", "23514", "23P01"}:
        return Conflict("It collides with what is already there.")
    if code in RETRYABLE:
        return Unavailable("Too much at once; try again.", retry_after=1)
    if code.startswith(("08", "53", "57")) or code in {"25006", "25P03"}:
        return Unavailable("The database is out of reach.")
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError | TimeoutError):
        return Unavailable("The database is out of reach.")
    if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
        return Unavailable("A part of the house is out of reach.")
    return None


def credentials(url: str) -> dict[str, Any]:
    """Take a `postgresql://` URL apart; `?host=/folder` names a Unix socket's folder."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "host": query.get("host", parts.hostname or "127.0.0.1"),
        "port": parts.port or int(query.get("port", "5432")),
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/") or "cinema",
        **({"ssl": query["sslmode"]} if "sslmode" in query else {}),
    }


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Spare the round trip that asyncpg makes at each return to the pool: nothing outlives a use
    case here. What is SET is LOCAL, locks are transactions', listeners have other connections."""


def tortoise_config(settings: Settings, application: str = "cinema") -> dict[str, Any]:
    connection = {
        "engine": "cinema.engine",
        "credentials": {
            **credentials(settings.database_url),
            "minsize": 1,
            "maxsize": settings.database_pool,
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": COMMAND_TIMEOUT,
            "reset": _as_it_is,
            "server_settings": {**SERVER_SETTINGS, "application_name": application},
        },
    }
    apps = {"cinema": {"models": [*MODELS, "aerich.models"], "default_connection": "default"}}
    return {"connections": {"default": connection}, "apps": apps, "use_tz": True}


@asynccontextmanager
async def open_database(settings: Settings, application: str = "cinema") -> AsyncIterator[None]:
    # The fallback lets a task that was started elsewhere (an aiohttp handler) find the models.
    await Tortoise.init(tortoise_config(settings, application), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def dedicated_connection(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Open a connection outside the pool: for LISTEN, for an advisory lock, for COPY."""
    connection = await asyncpg.connect(
        **credentials(settings.database_url), timeout=CONNECT_TIMEOUT
    )
    try:
        yield connection
    finally:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            await asyncio.wait_for(connection.close(), RELEASE_TIMEOUT)
