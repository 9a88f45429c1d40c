from pathlib import Path

import pytest

from cinema.catalogue.models import Movie
from cinema.roles import Role
from cinema.settings import Settings
from cinema.storage import Storage
from tests.accounts_factory import bearer, make_user
from tests.catalogue.films import WriteCsv
from tests.conftest import Client, resources_of
from tests.factories import make_movie


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    def write(content: bytes) -> Path:
        path = tmp_path / "movies.csv"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
async def bucket(client: Client) -> Storage:
    """The bucket of the application, empty before the test."""
    storage = resources_of(client).storage
    await storage.ensure_bucket()
    await storage.delete(*await storage.list_keys())
    return storage


@pytest.fixture
async def staff(client: Client, settings: Settings) -> dict[str, str]:
    return await bearer(await make_user(Role.MODERATOR), settings)


@pytest.fixture
async def movie(client: Client) -> Movie:
    return await make_movie("Solaris")
