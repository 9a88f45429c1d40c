"""How often a caller may do what is dear or what can be guessed at.

Counted in Redis over a sliding window, for all processes together. While Redis is out of reach
each process counts for itself, so a limit is never open; routes without a limit never ask.
"""

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import structlog
from aiohttp import web
from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter
from limits.errors import StorageError

from cinema.errors import TooManyRequests
from cinema.http.network import client_ip
from cinema.resources import RESOURCES, Resources

log = structlog.get_logger()

PATIENCE = 0.5
"""Seconds for Redis to count one request."""
PAUSE = 5.0
"""Seconds without asking Redis after it failed: a hung server must not slow every login."""
IPV6_SITE = 64
"""Bits of an IPv6 address that its owner cannot choose freely."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One act's bounds in the notation of `limits`, several joined by `;`."""

    name: str
    per_address: str = ""
    per_account: str = ""


LOGIN = Limit("login", per_address="30/minute;300/hour", per_account="10/minute;30/hour")
REGISTER = Limit("register", per_address="60/minute;300/hour")
ACTIVATE = Limit("activate", per_address="30/minute")
RESEND = Limit("resend", per_address="10/hour", per_account="3/hour")
FORGOT = Limit("forgot", per_address="10/hour", per_account="3/hour")
RESET = Limit("reset", per_address="30/minute")
REFRESH = Limit("refresh", per_address="120/minute")
PASSWORD = Limit("password", per_account="10/minute;30/hour")
AVATAR = Limit("avatar", per_account="20/day")
COMMENT = Limit("comment", per_account="20/minute;200/hour")
VOTE = Limit("vote", per_account="60/minute;1000/hour")
REPORT = Limit("report", per_account="10/minute;50/hour")
CHECKOUT = Limit("checkout", per_account="5/minute;60/hour")
MEDIA = Limit("media", per_account="300/hour")
IMPORT = Limit("import", per_account="30/hour")
PROGRESS = Limit("progress", per_account="240/minute")
"""A player tells every ten seconds and when it is paused; this is some dozens of them."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the tightest bound."""

    name: str
    amount: int
    window: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers-10."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.amount};w={self.window}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset}',
        }


class Limiter:
    """Counts in Redis, or in this process while Redis is away."""

    def __init__(self, resources: Resources) -> None:
        shared = RedisStorage(
            "async+redis://",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="cinema:limit",
            connection_pool=resources.redis.connection_pool,  # type: ignore[arg-type]
        )
        self._shared = MovingWindowRateLimiter(shared)
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._scale = resources.settings.rate_limits
        self._paused_until = 0.0

    async def hit(self, limit: Limit, address: str, account: str | None) -> Allowance | None:
        """Count one act; None where it has no bound. Raises TooManyRequests."""
        if not self._scale:
            return None
        if time.monotonic() >= self._paused_until:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._count(self._shared, limit, address, account)
            except (StorageError, TimeoutError):
                self._paused_until = time.monotonic() + PAUSE
                log.warning("rate_limits_count_locally", seconds=PAUSE)
        return await self._count(self._own, limit, address, account)

    async def _count(
        self, counter: RateLimiter, limit: Limit, address: str, account: str | None
    ) -> Allowance | None:
        left: list[Allowance] = []
        for item, key in self._bounds(limit, address, account):
            admitted = await counter.hit(item, limit.name, key)
            stats = await counter.get_window_stats(item, limit.name, key)
            reset = max(1, math.ceil(stats.reset_time - time.time()))
            allowance = Allowance(
                limit.name, item.amount, item.get_expiry(), stats.remaining, reset
            )
            if not admitted:
                refusal = TooManyRequests("Too many tries; wait a little.", retry_after=reset)
                refusal.headers.update(allowance.headers)
                raise refusal
            left.append(allowance)
        return min(left, key=lambda allowance: allowance.remaining, default=None)

    def _bounds(
        self, limit: Limit, address: str, account: str | None
    ) -> list[tuple[RateLimitItem, str]]:
        bounds = [(item, f"address:{site(address)}") for item in self._items(limit.per_address)]
        if account is not None:
            digest = hashlib.sha256(account.encode()).hexdigest()[:32]
            bounds += [(item, f"account:{digest}") for item in self._items(limit.per_account)]
        return bounds

    def _items(self, text: str) -> list[RateLimitItem]:
        items = parse_many(text) if text else []
        return [
            type(item)(max(1, round(item.amount * self._scale)), item.multiples) for item in items
        ]


def site(address: str) -> str:
    """Return what one visitor cannot change about its address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> (128 - IPV6_SITE) << (128 - IPV6_SITE)))
    return address


LIMITER: web.AppKey[Limiter] = web.AppKey("limiter", Limiter)
_ALLOWANCE = web.RequestKey("allowance", Allowance)


async def throttle(request: web.Request, limit: Limit, account: str | None = None) -> None:
    """Count this request; raises TooManyRequests (429 with `Retry-After`).

    `account`: whom the act aims at, an e-mail address or `user:7`.
    """
    allowance = await request.app[LIMITER].hit(limit, client_ip(request), account)
    if allowance is not None:
        request[_ALLOWANCE] = allowance


def install_limits(app: web.Application) -> None:
    """Count with the resources of the application; its start-up opens them first."""

    async def open_limiter(app: web.Application) -> AsyncIterator[None]:
        app[LIMITER] = Limiter(app[RESOURCES])
        yield

    app.cleanup_ctx.append(open_limiter)
    app.on_response_prepare.append(_set_headers)


async def _set_headers(request: web.Request, response: web.StreamResponse) -> None:
    if _ALLOWANCE in request:
        response.headers.update(request[_ALLOWANCE].headers)
