"""What `cinema dev` runs beside the private servers."""

import hashlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cinema
from cinema.devstack.errors import DevstackError

PACKAGE = Path(cinema.__file__).parent
MIGRATIONS = PACKAGE.parent / "migrations"


async def prepare_database(data: Path) -> None:
    """Bring the database up to date; on the first start, fill it with the demo catalogue.

    Raises DevstackError where the settings or the database are at fault.
    """
    from cinema.devstack.demo import prepare
    from cinema.migrate import migrate
    from cinema.settings import SettingsInvalid, load_settings

    try:
        settings = load_settings(data)
        await migrate(settings)
    except SettingsInvalid as error:
        raise DevstackError(f"The settings cannot be used. {error}") from None
    except OSError as error:
        raise DevstackError(f"The database cannot be reached: {error}") from None
    await prepare(settings)


def preparation_digest() -> str:
    """Changes with everything that prepare_database() would do to an empty database."""
    sources = [*MIGRATIONS.rglob("*.py"), PACKAGE / "devstack/demo.py"]
    sources += (PACKAGE / "catalogue").glob("demo_*")
    digest = hashlib.sha256(cinema.__version__.encode())
    for source in sorted(sources):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Recipe:
    """Two programs, and how the database is made ready for them.

    `prepare` gets the data folder, whose env file names the database. It is left out as long as
    `digest` gives what it gave when it last succeeded.
    """

    web: Sequence[str] = (sys.executable, "-m", "cinema", "serve")
    worker: Sequence[str] = (sys.executable, "-m", "cinema", "worker")
    prepare: Callable[[Path], Awaitable[None]] = prepare_database
    digest: Callable[[], str] = preparation_digest
