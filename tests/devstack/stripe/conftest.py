from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .shop import Shop, open_inbox, open_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_inbox() as (inbox, url), open_shop(tmp_path / "new", inbox, url) as shop:
        yield shop
