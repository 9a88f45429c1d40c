"""The commands as a person runs them."""

import json
from pathlib import Path

import aiohttp
import pytest

from cinema.accounts.schemas import Login
from cinema.accounts.service import login
from cinema.database import fetch
from cinema.devstack.data import DataFolder
from cinema.http.device import Device
from cinema.roles import Role
from cinema.settings import Settings
from tests.processes import cinema, environment, running
from tests.waiting import eventually

HEADER = (
    "Poster_Link,Series_Title,Released_Year,Certificate,Runtime,Genre,IMDB_Rating,Overview,"
    "Meta_score,Director,Star1,Star2,Star3,Star4,No_of_Votes,Gross\n"
)
GOOD = ",Solaris,1972,PG,167 min,Drama,8.1,A planet thinks.,90,A. T.,D. B.,N. B.,,,98000,\n"
BAD = ',Apollo 13,PG,U,140 min,Drama,7.6,A failure.,77,R. H.,T. H.,,,,269197,"173,837,933"\n'


@pytest.fixture
def env(settings: Settings, database: None) -> dict[str, str]:
    return environment(settings)


async def test_help_names_every_command(tmp_path: Path) -> None:
    outcome = await cinema("--help", env={"PATH": "", "PYTHONPATH": _root()}, cwd=tmp_path)
    assert outcome.code == 0
    for command in (
        "dev", "serve", "worker", "relay", "migrate", "import", "create-admin", "doctor",
        "openapi", "stripe",
    ):  # fmt: skip
        assert f" {command} " in outcome.out


async def test_missing_settings_are_named_a_line_each(tmp_path: Path) -> None:
    env = {"PYTHONPATH": _root(), "CINEMA_REDIS_URL": "redis://x", "CINEMA_PORT": "many"}
    outcome = await cinema("serve", env=env, cwd=tmp_path)
    assert (outcome.code, outcome.out) == (2, "")
    lines = outcome.err.splitlines()
    assert "CINEMA_DATABASE_URL: missing" in lines
    assert any(line.startswith("CINEMA_PORT: ") for line in lines)
    assert all(line.startswith("CINEMA_") for line in lines)


async def test_a_data_folder_of_nobody_is_said_to_be_one(tmp_path: Path) -> None:
    outcome = await cinema(
        "migrate", "--data", "nowhere", env={"PYTHONPATH": _root()}, cwd=tmp_path
    )
    assert outcome.code == 2
    assert outcome.err == ("nowhere/env does not exist: is `cinema dev --data nowhere` running?\n")


async def test_a_command_reads_the_settings_of_a_running_copy(
    env: dict[str, str], tmp_path: Path
) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.path.mkdir()
    folder.write_env({name: value for name, value in env.items() if name.startswith("CINEMA_")})
    bare = {name: value for name, value in env.items() if not name.startswith("CINEMA_")}
    outcome = await cinema("migrate", "--data", str(folder.path), env=bare, cwd=tmp_path)
    assert (outcome.code, outcome.out, outcome.err) == (
        0,
        "The database is at the head already.\n",
        "",
    )


@pytest.mark.parametrize("host", ["127.0.0.1:1", "?host=/nowhere"])
@pytest.mark.parametrize("command", ["migrate", "serve"])
async def test_a_database_that_is_away_is_one_line(
    env: dict[str, str], tmp_path: Path, host: str, command: str
) -> None:
    env |= {"CINEMA_DATABASE_URL": f"postgresql://postgres:hush@{host}"}
    outcome = await cinema(command, env=env, cwd=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert len(outcome.err.splitlines()) == 1
    assert "out of reach" in outcome.err
    assert "hush" not in outcome.err


async def test_the_first_administrator_can_log_in(
    env: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    command = ("create-admin", "Boss@Example.org", "--password-stdin")
    outcome = await cinema(*command, env=env, cwd=tmp_path, text="Strong-pass-word-1\n")
    assert (outcome.code, outcome.out) == (0, "User 1 is an administrator.\n")
    pair = await login(
        settings,
        Login(email="boss@example.org", password="Strong-pass-word-1"),
        Device("test", "127.0.0.1"),
    )
    assert pair.access
    rows = await fetch("SELECT name::text FROM user_groups g JOIN users u ON u.group_id = g.id")
    assert rows == [{"name": Role.ADMIN}]
    again = await cinema(*command, env=env, cwd=tmp_path, text="Strong-pass-word-1\n")
    assert (again.code, again.err) == (1, "A user with this email already exists\n")


async def test_a_weak_password_makes_no_administrator(env: dict[str, str], tmp_path: Path) -> None:
    command = ("create-admin", "boss@example.org", "--password-stdin")
    outcome = await cinema(*command, env=env, cwd=tmp_path, text="short\n")
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert await fetch("SELECT id FROM users") == []


async def test_a_file_is_imported_and_refused_rows_are_named(
    env: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "films.csv"
    file.write_text(HEADER + GOOD + BAD)
    outcome = await cinema("import", "films.csv", "--price", "9.99", env=env, cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines() == [
        'row 3 refused: the year is "PG", not a number (Apollo 13)',
        "2 rows: 1 added, 0 already there, 1 refused",
    ]
    rows = await fetch("SELECT name, price::text FROM movies")
    assert rows == [{"name": "Solaris", "price": "9.99"}]
    again = await cinema("import", "films.csv", "--price", "5", env=env, cwd=tmp_path)
    assert again.out.splitlines()[-1] == "2 rows: 0 added, 1 already there, 1 refused"


async def test_a_file_that_breaks_off_leaves_nothing(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "films.csv").write_text(HEADER + GOOD + "half,a row\n")
    outcome = await cinema("import", "films.csv", "--price-by-year", env=env, cwd=tmp_path)
    assert outcome.code == 1
    assert "Nothing was imported." in outcome.err
    assert "Traceback" not in outcome.err
    assert await fetch("SELECT id FROM movies") == []


@pytest.mark.parametrize(
    "options", [(), ("--price", "1", "--price-by-year"), ("--price", "1.999"), ("--price", "-1")]
)
async def test_a_price_has_to_be_given_in_one_way(
    env: dict[str, str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "films.csv").write_text(HEADER + GOOD)
    outcome = await cinema("import", "films.csv", *options, env=env, cwd=tmp_path)
    assert outcome.code == 2
    assert await fetch("SELECT id FROM movies") == []


async def test_the_doctor_finds_a_whole_house_well(env: dict[str, str], tmp_path: Path) -> None:
    outcome = await cinema("doctor", env=env, cwd=tmp_path)
    assert outcome.code == 0, outcome.out
    assert "WRONG" not in outcome.out
    assert outcome.out.count("well") >= 16


async def test_the_doctor_names_what_is_away_and_what_is_wrong(
    env: dict[str, str], tmp_path: Path
) -> None:
    await fetch(
        "INSERT INTO webhook_events (stripe_event_id, type, payload, received_at)"
        " VALUES ('evt_lost', 'charge.succeeded', '{}', now() - interval '5 minutes')"
    )
    env |= {"CINEMA_REDIS_URL": "redis://127.0.0.1:1", "CINEMA_STRIPE_API_KEY": "sk_test_other"}
    outcome = await cinema("doctor", env=env, cwd=tmp_path)
    assert outcome.code == 1
    wrong = [line for line in outcome.out.splitlines() if "WRONG" in line]
    assert [line.split()[1] for line in wrong] == ["redis", "stripe", "every"]
    assert "evt_lost" in outcome.out


async def test_the_description_of_the_api_is_printed(env: dict[str, str], tmp_path: Path) -> None:
    outcome = await cinema("openapi", env=env, cwd=tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    described = json.loads(outcome.out)
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/notifications/read-all" in described["paths"]


async def test_the_simulator_is_not_for_production(env: dict[str, str], tmp_path: Path) -> None:
    env |= {
        "CINEMA_ENVIRONMENT": "production",
        "CINEMA_PUBLIC_URL": "https://cinema.example",
        "CINEMA_STRIPE_API_KEY": "sk_live_0",
    }
    outcome = await cinema("stripe", "--folder", "stripe", env=env, cwd=tmp_path)
    assert (outcome.code, outcome.err) == (2, "The simulator is for development only.\n")


async def test_the_simulator_runs_alone(settings: Settings, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"log_level": "info"})
    command = ("stripe", "--folder", "books", "--port", "0")
    async with running(settings, *command, cwd=tmp_path, CINEMA_LOG_JSON="true") as simulator:
        line = await eventually(lambda: simulator.said("listening"), timeout=20)
        assert line
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{json.loads(line)['url']}/v1/events") as response,
        ):
            assert response.status == 401
        assert await simulator.end() == 0
    assert (tmp_path / "books").is_dir()


def _root() -> str:
    return str(Path(__file__).resolve().parent.parent)
