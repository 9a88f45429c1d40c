"""Apply the migrations, one process at a time."""

from pathlib import Path

from aerich import Command

from cinema.database import dedicated_connection, tortoise_config
from cinema.settings import Settings

LOCATION = Path(__file__).resolve().parent.parent / "migrations"
LOCK = 20_261_121
"""The advisory lock under which migrations run; aerich itself takes none."""
LOCK_TIMEOUT = "2s"
"""How long a migration may wait for a table before it gives way to its readers."""


async def migrate(settings: Settings) -> list[str]:
    """Bring the database to the head and return the names of the migrations applied."""
    config = tortoise_config(settings, "cinema-migrate")
    credentials = config["connections"]["default"]["credentials"]
    credentials["command_timeout"] = None
    credentials["server_settings"] = {"lock_timeout": LOCK_TIMEOUT, "application_name": "migrate"}
    async with dedicated_connection(settings) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        async with Command(config, app="cinema", location=str(LOCATION)) as command:
            return await command.upgrade(run_in_transaction=True)


async def pending_migrations(settings: Settings) -> list[str]:
    """Name the migrations that the database still lacks; needs no lock."""
    known = sorted(path.name for path in (LOCATION / "cinema").glob("[0-9]*_*.py"))
    async with dedicated_connection(settings) as connection:
        if await connection.fetchval("SELECT to_regclass('aerich')") is None:
            return known
        applied = await connection.fetch("SELECT version FROM aerich WHERE app = 'cinema'")
    return [name for name in known if name not in {row["version"] for row in applied}]


def __getattr__(name: str) -> object:
    """Let the command `aerich` read its configuration, which is not known when this is imported."""
    if name == "TORTOISE_ORM":
        return tortoise_config(Settings())
    raise AttributeError(name)
