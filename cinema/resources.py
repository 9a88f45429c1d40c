"""What one process holds open: opened once, closed once, the same for web and workers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from cinema.database import open_database
from cinema.mailer import Mailer
from cinema.payments.stripe import StripeGateway, open_gateway
from cinema.settings import Settings
from cinema.storage import Storage, open_storage
from cinema.tallies import Tallies

COMMAND_TIMEOUT = 2.0
"""Seconds for one Redis command: a hung server is a 503, not a hung page."""
PUBSUB_CONNECT_TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    redis: Redis
    gateway: StripeGateway
    storage: Storage
    mailer: Mailer
    tallies: Tallies = field(default_factory=Tallies)


RESOURCES = web.AppKey("resources", Resources)


def command_client(settings: Settings) -> Redis:
    """Make the client for commands; every default that a release may change is set here."""
    return Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=COMMAND_TIMEOUT,
        socket_connect_timeout=COMMAND_TIMEOUT,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 2),
        health_check_interval=0,
        protocol=2,
    )


def blocking_client(settings: Settings) -> Redis:
    """Make the client for pub/sub and blocking pops: no read time-out, its users keep watch."""
    return Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=None,
        socket_connect_timeout=PUBSUB_CONNECT_TIMEOUT,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 0),
        health_check_interval=0,
        protocol=2,
    )


@asynccontextmanager
async def open_resources(
    settings: Settings, application: str = "cinema"
) -> AsyncIterator[Resources]:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_database(settings, application))
        redis = await stack.enter_async_context(command_client(settings))
        gateway = await stack.enter_async_context(open_gateway(settings))
        storage = await stack.enter_async_context(open_storage(settings))
        yield Resources(settings, redis, gateway, storage, Mailer(settings))
