from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from cinema.devstack.smtp import SmtpCatcher, run_smtp
from cinema.resources import Resources, open_resources
from cinema.settings import Settings
from tests.conftest import make_settings
from tests.servers import Servers


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[SmtpCatcher]:
    """A mail server of the test's own, so that it may fail."""
    async with run_smtp(tmp_path / "mail") as catcher:
        yield catcher


@pytest.fixture
def settings(servers: Servers, migrated: str, catcher: SmtpCatcher) -> Settings:
    return make_settings(
        servers, migrated, smtp_url=SecretStr(catcher.url), public_url="https://cinema.example"
    )


@pytest.fixture
async def resources(settings: Settings, clean: None) -> AsyncIterator[Resources]:
    async with open_resources(settings, "test") as resources:
        yield resources
