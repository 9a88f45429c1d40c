"""The web process, wired in one place and read from top to bottom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from cinema.accounts import handlers as accounts
from cinema.accounts import profile_handlers as profiles
from cinema.accounts.queries import authenticate
from cinema.admin import handlers as admin
from cinema.admin import operations_handlers as operations
from cinema.admin import sales_handlers as sales
from cinema.admin.personal_data import register_personal_data
from cinema.apidocs.handlers import install_documents
from cinema.cart import handlers as cart
from cinema.catalogue import handlers as catalogue
from cinema.catalogue import import_handlers as imports
from cinema.catalogue import media_handlers as media
from cinema.catalogue import moderation_handlers as moderation
from cinema.catalogue import similar_handlers as similar
from cinema.catalogue import taxonomy_handlers as taxonomy
from cinema.catalogue.queries import catalogue_versions
from cinema.http import health
from cinema.http.cache import cache_middleware, install_cache
from cinema.http.csrf import CSRF_KEY, ORIGINS, csrf_middleware
from cinema.http.errors import error_middleware
from cinema.http.headers import install_headers
from cinema.http.identity import AUTHENTICATE, SECURE, Authenticate, identity_middleware
from cinema.http.network import TRUSTED_PROXIES, parse_networks
from cinema.http.ratelimit import install_limits
from cinema.http.request_id import request_id_middleware
from cinema.library import handlers as library
from cinema.notifications import handlers as notifications
from cinema.orders import handlers as orders
from cinema.payments import handlers as payments
from cinema.realtime import close_sockets, feed
from cinema.realtime import socket as realtime
from cinema.resources import RESOURCES, open_resources
from cinema.settings import Settings
from cinema.social import handlers as social
from cinema.social import moderation_handlers as reports
from cinema.social import vote_handlers as votes
from cinema.web.session import session_middleware
from cinema.web.setup import install_pages

DOMAINS = (
    accounts,
    profiles,
    catalogue,
    media,
    imports,
    moderation,
    similar,
    taxonomy,
    library,
    social,
    votes,
    reports,
    cart,
    orders,
    payments,
    notifications,
    admin,
    operations,
    sales,
    realtime,
)
"""Whose routes make up the REST API."""
MAX_BODY = 256 * 1024
"""Bytes of an ordinary body; the routes of uploads read their own streams."""


def create_app(settings: Settings) -> web.Application:
    app = web.Application(
        middlewares=[
            request_id_middleware,
            cache_middleware,
            error_middleware,
            identity_middleware,
            csrf_middleware,
            session_middleware,
        ],
        client_max_size=MAX_BODY,
    )
    _install_identity(app, settings)

    @asynccontextmanager
    async def resources(app: web.Application) -> AsyncIterator[None]:
        async with open_resources(settings) as app[RESOURCES]:
            yield

    app.cleanup_ctx.append(resources)
    install_headers(app, settings)
    install_limits(app)
    install_cache(app, catalogue_versions)
    app.cleanup_ctx.append(feed)
    app.on_shutdown.append(close_sockets)
    register_personal_data()
    app[health.READINESS] = health.Readiness()
    app.add_routes(health.routes)
    for domain in DOMAINS:
        app.add_routes(domain.routes)
    install_pages(app, settings)
    install_documents(app, settings.public_url)
    return app


def _install_identity(app: web.Application, settings: Settings) -> None:
    """Say how callers are recognised, and whom to believe."""
    app[SECURE] = settings.public_url.startswith("https://")
    who: Authenticate = partial(authenticate, settings)
    app[AUTHENTICATE] = who
    app[CSRF_KEY] = settings.secret_key.get_secret_value().encode()
    app[ORIGINS] = settings.origins
    app[TRUSTED_PROXIES] = parse_networks(settings.trusted_proxies)
