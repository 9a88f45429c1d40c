"""The command line. Every command imports what it needs when it runs: `--help` stays quick."""

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from cinema.settings import Settings

INVALID = 2
"""Exit code: the settings or the arguments are not usable."""

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Data folder of a running `cinema dev`: its settings are used."),
]

app = typer.Typer(
    help="An online cinema: web process, worker and everything to run them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def dev(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the web process.")] = 8000,
    data: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".cinema"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show every line of the logs.")
    ] = False,
) -> None:
    """Run everything on this machine, with private servers for whatever is not configured."""
    from cinema.devstack.supervisor import run_dev

    raise typer.Exit(run_dev(port=port, data=data, fresh=fresh, verbose=verbose))


@app.command()
def serve(
    data: Data = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535)] = None,
    host: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Run the web process."""
    settings = read_settings(data, port=port, host=host)
    from cinema.serve import CannotListen, run_web

    try:
        run(run_web(settings))
    except CannotListen as error:
        fail(str(error))


@app.command()
def worker(data: Data = None) -> None:
    """Run the worker: jobs, schedule and relay in one process."""
    settings = read_settings(data)
    from workers.process import run_worker

    run(run_worker(settings))


@app.command()
def relay(data: Data = None) -> None:
    """Run a relay alone: from the outbox to Redis and the queue."""
    settings = read_settings(data)
    from workers.process import run_relay

    run(run_relay(settings))


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database to the newest schema; safe to run twice, and twice at once."""
    settings = read_settings(data)
    from cinema.migrate import migrate

    applied = run(migrate(settings))
    say("\n".join(applied) if applied else "The database is at the head already.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    price: Annotated[str | None, typer.Option(help="One price for every film.")] = None,
    price_by_year: Annotated[
        bool, typer.Option("--price-by-year", help="Newer films cost more.")
    ] = False,
    data: Data = None,
) -> None:
    """Take films in from a CSV file; those that are there already stay as they are."""
    settings = read_settings(data)
    from cinema.commands.films import import_films, read_price

    if (price is None) != price_by_year:
        fail("Give either --price AMOUNT or --price-by-year.", INVALID)
    try:
        amount = None if price is None else read_price(price)
    except ValueError as error:
        fail(f"--price: {error}", INVALID)
    raise typer.Exit(run(import_films(settings, file, amount)))


@app.command("create-admin")
def create_admin(
    email: str,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data: Data = None,
) -> None:
    """Create an active administrator."""
    settings = read_settings(data)
    from cinema.accounts.service import create_admin
    from cinema.database import open_database

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def create() -> int:
        async with open_database(settings, "cinema-create-admin"):
            return await create_admin(email, password)

    say(f"User {run(create())} is an administrator.")


@app.command()
def doctor(
    data: Data = None,
    fix: Annotated[bool, typer.Option(help="Set counters right that are wrong.")] = False,
) -> None:
    """Examine every part and the books; exits with 1 where something is wrong."""
    settings = read_settings(data)
    from cinema.doctor.report import report

    raise typer.Exit(run(report(settings, fix=fix)))


@app.command()
def openapi(data: Data = None) -> None:
    """Print the description of the REST API (OpenAPI 3.1, JSON)."""
    settings = read_settings(data)
    from cinema.apidocs.openapi import document
    from cinema.app import create_app

    say(document(create_app(settings), settings.public_url))


@app.command()
def stripe(
    folder: Annotated[Path, typer.Option(help="Where the simulator keeps its books.")],
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8010,
    host: str = "127.0.0.1",
    data: Data = None,
) -> None:
    """Run the Stripe simulator alone: for development, never for money."""
    settings = read_settings(data)
    if settings.is_production:
        fail("The simulator is for development only.", INVALID)
    from cinema.commands.simulator import simulate_stripe

    raise typer.Exit(run(simulate_stripe(settings, folder, host, port)))


def read_settings(data: Path | None, **overrides: Any) -> "Settings":
    """Read the settings and set up logging; exits with one line on stderr for each fault."""
    from cinema.logs import configure_logging
    from cinema.settings import SettingsInvalid, load_settings

    if data is not None and not (data / "env").exists():
        fail(f"{data / 'env'} does not exist: is `cinema dev --data {data}` running?", INVALID)
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = load_settings(data, **given)
    except SettingsInvalid as error:
        fail("\n".join(error.faults), INVALID)
    configure_logging(settings)
    return settings


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on uvloop where that exists; a refusal or an outage is told in one line."""
    from cinema.database import classify
    from cinema.errors import CinemaError

    try:
        return _runner()(main)
    except CinemaError as error:
        fail(str(error))
    except Exception as error:
        # A Unix socket that is not there is as much an outage as a port that is closed.
        problem = classify(error)
        if problem is None and not isinstance(error, OSError):
            raise
        fail(f"{problem or 'A part of the house is out of reach.'} ({error})")


def _runner() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    import asyncio

    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.run
    return uvloop.run


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def fail(text: str, code: int = 1) -> NoReturn:
    """Leave with a message on stderr."""
    sys.stderr.write(f"{text}\n")
    raise typer.Exit(code)
