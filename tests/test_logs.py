"""What a log line never holds, wherever it comes from."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from cinema.logs import configure_logging
from cinema.settings import Settings
from tests.accounts_factory import PASSWORD, bearer, make_user
from tests.conftest import Client

CANARIES = [
    "sk_live_canary123",
    "rk_test_canary123",
    "whsec_canary123",
    "eyJhbGciOi.eyJzdWIi.canary-signature",
    "postgresql://cinema:canary-password@db/cinema",
    "https://cinema.example/activate?token=canary.token",
]


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def configured(settings: Settings, *, as_json: bool = True) -> None:
    configure_logging(settings.model_copy(update={"log_json": as_json, "log_level": "info"}))


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("planted", CANARIES)
def test_a_secret_is_not_written_wherever_it_stands(
    settings: Settings, capsys: pytest.CaptureFixture[str], planted: str, as_json: bool
) -> None:
    configured(settings, as_json=as_json)
    log = structlog.get_logger()
    log.info(f"said {planted} aloud")
    log.info("said", detail=f"beside {planted}")
    logging.getLogger("a.library").warning("said %s", planted)
    try:
        raise RuntimeError(planted)
    except RuntimeError:
        log.exception("raised")
    written = capsys.readouterr().out
    assert written.count("[secret]") >= 4
    assert "canary" not in written


@pytest.mark.parametrize(
    "name", ["password", "access_token", "Authorization", "cookie", "secret_key", "cvc"]
)
def test_what_is_named_like_a_secret_is_not_written(
    settings: Settings, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    configured(settings)
    structlog.get_logger().info("event", **{name: "canary"})
    assert json.loads(capsys.readouterr().out)[name] == "[secret]"


async def test_a_login_leaves_one_line_with_its_request_id_and_no_secret(
    client: Client, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    user = await make_user()
    configured(settings)
    response = await client.post(
        "/api/v1/accounts/login",
        json={"email": user.email, "password": PASSWORD},
        headers={"X-Request-ID": "request-7"},
    )
    tokens = await response.json()
    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    [line] = [line for line in lines if line["event"] == "request"]
    assert (line["path"], line["status"], line["request_id"]) == (
        "/api/v1/accounts/login",
        200,
        "request-7",
    )
    for secret in (PASSWORD, tokens["access"], tokens["refresh"]):
        assert secret not in written


async def test_the_query_string_is_not_in_the_line(
    client: Client, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = await bearer(await make_user(), settings)
    configured(settings)
    await client.get("/api/v1/accounts/me?ticket=canary", headers=headers)
    assert "canary" not in capsys.readouterr().out
