"""What every test stands on: real servers, a migrated and empty database, the app over HTTP."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web, web_app
from aiohttp.test_utils import TestClient, TestServer

from cinema.apidocs.refusals import refusals
from cinema.app import create_app
from cinema.database import dedicated_connection, open_database
from cinema.http.endpoint import OPERATIONS
from cinema.migrate import migrate
from cinema.resources import RESOURCES, Resources, command_client, open_resources
from cinema.settings import Settings
from tests.servers import Servers

Client = TestClient[web.Request, web.Application]

E2E = Path(__file__).parent / "e2e"
CLEAN = f"""
DO $$
DECLARE
    kept text[] := ARRAY['aerich', 'user_groups', 'realtime_epoch'];
    found record;
BEGIN
    -- No trigger: one would write a row anew, which the sequences below then know nothing of.
    SET LOCAL session_replication_role = replica;
    IF EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
                  AND relkind = 'r' AND pg_relation_size(oid) > {256 * 1024}) THEN
        EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') || ' CASCADE'
                   FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (kept));
    ELSE
        FOR found IN SELECT tablename FROM pg_tables
                      WHERE schemaname = 'public' AND tablename <> ALL (kept) LOOP
            EXECUTE format('DELETE FROM %I', found.tablename);
        END LOOP;
    END IF;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false)
       FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
        AND replace(sequencename, '_id_seq', '') <> ALL (kept);
END $$
"""
"""Empties the tables and begins their ids anew. To delete the few rows of a test is ten times
quicker than to give fifty tables new files; what has grown gets one."""


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this very hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Share the tests out by file; those that stall servers or drive a browser stay together."""
    for item in items:
        if hasattr(getattr(item, "module", None), "rounds"):
            item.add_marker("torture")
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        dear = item.get_closest_marker("chaos") or item.get_closest_marker("browser")
        name = "apart" if dear or E2E in item.path.parents else item.path.stem
        item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(autouse=True)
def apps_are_forgotten() -> Iterator[None]:
    """aiohttp keeps the middlewares of its last thousand handlers, and with them every app of
    every test: gigabytes, which the garbage collector walks through again and again."""
    yield
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers of this test process; each xdist worker has its own."""
    servers = Servers(tmp_path_factory.mktemp("servers"))
    servers.start()
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> str:
    """The URL of a database at the head of the migrations."""
    url = servers.background.run(servers.postgres.ensure_database("cinema_test"))
    servers.background.run(migrate(make_settings(servers, url)))
    return url


def make_settings(servers: Servers, database_url: str, **changes: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "redis_url": servers.redis.url,
        "s3_url": servers.s3.url,
        "s3_public_url": servers.s3_public_url,
        "s3_access_key": servers.s3.access_key,
        "s3_secret_key": servers.s3.secret_key,
        "smtp_url": servers.smtp_url,
        "public_url": "http://127.0.0.1:8000",
        "secret_key": "test-secret-key-of-at-least-32-bytes",
        "access_token_keys": "test:test-signing-key-of-at-least-32-bytes",
        "stripe_api_url": servers.stripe_url,
        "stripe_api_key": "sk_test_cinema",
        "stripe_webhook_secrets": "whsec_test",
        "log_level": "warning",
        "rate_limits": 100,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def settings(servers: Servers, migrated: str, tmp_path: Path) -> Settings:
    return make_settings(servers, migrated)


@pytest.fixture
async def clean(settings: Settings) -> None:
    """Empty the database and Redis before anything of the test reads its position in the log."""
    async with dedicated_connection(settings) as connection:
        await connection.execute(CLEAN)
        await connection.execute(
            "UPDATE realtime_epoch SET last_seq = 0, epoch = $1", uuid4().hex[:8]
        )
    async with command_client(settings) as redis:
        await redis.flushdb()


@pytest.fixture
async def database(settings: Settings, clean: None) -> AsyncIterator[None]:
    """The ORM alone, for tests of services and queries."""
    async with open_database(settings, "test"):
        yield


@pytest.fixture
async def resources(settings: Settings, clean: None) -> AsyncIterator[Resources]:
    """What a worker holds open, without a web process."""
    async with open_resources(settings, "test") as resources:
        yield resources


@pytest.fixture
async def client(settings: Settings, clean: None) -> AsyncIterator[Client]:
    """The whole web application on a free port; the ORM works in the test as well."""
    app = create_app(settings)
    undeclared = watch_answers(app)
    async with TestClient(TestServer(app)) as client:
        yield client
    assert undeclared == set()


def watch_answers(app: web.Application) -> set[str]:
    """Collect each answer of the API with a status that its operation does not declare."""
    undeclared: set[str] = set()

    async def look(request: web.Request, response: web.StreamResponse) -> None:
        operation = OPERATIONS.get(request.match_info.handler)
        resource = request.match_info.route.resource
        if operation is None or resource is None or not request.path.startswith("/api/"):
            return
        declared = refusals(operation, request.method, resource.canonical).values()
        if response.status >= 400 and response.status not in {e.status for e in declared}:
            undeclared.add(f"{request.method} {resource.canonical}: {response.status}")

    app.on_response_prepare.append(look)
    return undeclared


def resources_of(client: Client) -> Resources:
    """Return what the application under test holds open."""
    app = client.app
    assert app is not None
    return app[RESOURCES]
