from pathlib import Path

import pytest

from cinema.catalogue.importer import import_offers
from cinema.database import fetch
from cinema.devstack.demo import demo_offers
from cinema.settings import Settings
from tests.conftest import Client, make_settings
from tests.servers import Servers
from tests.web.visiting import Visitor


@pytest.fixture
def settings(servers: Servers, migrated: str, tmp_path: Path) -> Settings:
    """Without rate limits: every visitor of a test has the same address."""
    return make_settings(servers, migrated, rate_limits=0, mailbox_dir=tmp_path)


@pytest.fixture
async def films(client: Client, settings: Settings) -> dict[str, int]:
    """The demo catalogue: the ids of the films by name."""
    await import_offers(demo_offers(settings.currency))
    return {row["name"]: row["id"] for row in await fetch("SELECT id, name FROM movies")}


@pytest.fixture
async def visitor(client: Client, settings: Settings) -> Visitor:
    """A browser of somebody who is not logged in."""
    return Visitor(client, settings)
