from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cinema.settings import Settings
from tests.conftest import Client
from tests.payments.conftest import buyer, gateway, shop
from tests.torture.killing import Victim
from tests.torture.killing import victim as make_victim

__all__ = ["buyer", "gateway", "shop"]


@pytest.fixture
async def victim(shop: Client, settings: Settings, tmp_path: Path) -> AsyncIterator[Victim]:
    async with make_victim(settings, tmp_path) as victim:
        yield victim
