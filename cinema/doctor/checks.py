"""The parts that a cinema stands on: each asked one harmless question."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from cinema.database import fetch
from cinema.doctor import counters, search
from cinema.doctor.invariants import INVARIANTS, violation
from cinema.migrate import pending_migrations
from cinema.payments.stripe import StripeRefused
from cinema.resources import Resources

TIMEOUT = 15.0


class Wrong(Exception):
    """A check that did not pass, and why."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    is_well: bool
    detail: str


async def examine(resources: Resources, *, fix: bool = False) -> AsyncIterator[Finding]:
    """Ask every part, then the books; where there is no database the books are not opened.

    `fix`: counters that are wrong are set right, and named as what was found.
    """
    parts: dict[str, Callable[[Resources], Awaitable[str]]] = {
        "database": _database,
        "migrations": _migrations,
        "redis": _redis,
        "storage": _storage,
        "mail": _mail,
        "stripe": _stripe,
    }
    findings = await asyncio.gather(
        *(_find(name, partial(check, resources)) for name, check in parts.items())
    )
    for finding in findings:
        yield finding
    if findings[0].is_well and findings[1].is_well:
        for rule in INVARIANTS:
            yield await _find(rule, partial(_holds, rule))
        yield await _find(counters.RULE, partial(_counters, fix=fix), counters.TIMEOUT)
        yield await _find(search.RULE, partial(_search, fix=fix), search.TIMEOUT)


async def _find(
    name: str, check: Callable[[], Awaitable[str]], timeout: float = TIMEOUT
) -> Finding:
    try:
        async with asyncio.timeout(timeout):
            return Finding(name, True, await check())
    except Exception as error:
        return Finding(name, False, str(error) or type(error).__name__)


async def _database(resources: Resources) -> str:
    [row] = await fetch("SHOW server_version")
    return f"PostgreSQL {row['server_version']}"


async def _migrations(resources: Resources) -> str:
    if pending := await pending_migrations(resources.settings):
        raise Wrong(f"pending: {', '.join(pending)}; run `cinema migrate`")
    return "at the head"


async def _redis(resources: Resources) -> str:
    info = await resources.redis.info("server")
    return f"Redis {info['redis_version']}"


async def _storage(resources: Resources) -> str:
    await resources.storage.list_keys("doctor/")
    return f"bucket {resources.settings.s3_bucket}"


async def _mail(resources: Resources) -> str:
    await resources.mailer.check()
    return "the server listens"


async def _stripe(resources: Resources) -> str:
    try:
        await resources.gateway.get_session("cs_doctor")
    except StripeRefused as error:
        # Only who accepts the key looks for the session.
        if "resource_missing" not in str(error):
            raise
    if not resources.gateway.accepts_webhooks:
        raise Wrong("CINEMA_STRIPE_WEBHOOK_SECRETS is empty: no payment will arrive")
    return "the key is accepted"


async def _holds(rule: str) -> str:
    if (found := await violation(rule)) is not None:
        raise Wrong(f"{found.count}: {found}")
    return ""


async def _counters(*, fix: bool) -> str:
    if fix and (repaired := await counters.repair_wrong_counters()) is not None:
        return f"repaired {repaired}"
    if (wrong := await counters.find_wrong_counters()) is not None:
        raise Wrong(f"{wrong}; run `cinema doctor --fix`")
    return ""


async def _search(*, fix: bool) -> str:
    if fix and (repaired := await search.repair_search_faults()) is not None:
        return f"repaired {repaired}"
    if (wrong := await search.find_search_faults()) is not None:
        raise Wrong(f"{wrong}; run `cinema doctor --fix`")
    return ""
