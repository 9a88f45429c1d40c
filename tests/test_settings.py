"""What a process refuses to start with, and how it says so."""

from pathlib import Path
from typing import Any

import pytest

from cinema.settings import Settings, SettingsInvalid, load_settings

GOOD: dict[str, Any] = {
    "environment": "production",
    "database_url": "postgresql://cinema:a-long-password@db:5432/cinema",
    "redis_url": "rediss://redis:6379/0",
    "s3_url": "https://objects.example",
    "s3_access_key": "access",
    "s3_secret_key": "a-secret-of-the-object-store",
    "smtp_url": "smtp://mail:25",
    "public_url": "https://cinema.example",
    "secret_key": "one-secret-of-more-than-32-bytes-is-here",
    "access_token_keys": "2026:another-key-of-more-than-32-bytes-is-here",
    "stripe_api_key": "sk_live_1234567890",
    "stripe_webhook_secrets": "whsec_1234567890",
}
MARKED = "development-only-but-of-more-than-32-bytes"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CINEMA_{name.upper()}", raising=False)


def test_a_whole_production_environment_is_accepted() -> None:
    settings = load_settings(**GOOD)
    assert settings.is_production
    assert settings.origins == {"https://cinema.example"}


UNSAFE = [
    ("secret_key", MARKED, "CINEMA_SECRET_KEY: a development secret"),
    ("access_token_keys", f"k:{MARKED}", "CINEMA_ACCESS_TOKEN_KEYS: a development secret"),
    ("s3_secret_key", MARKED, "CINEMA_S3_SECRET_KEY: a development secret"),
    ("stripe_api_key", "sk_test_1", "CINEMA_STRIPE_API_KEY: not a live key"),
    ("stripe_webhook_secrets", "", "CINEMA_STRIPE_WEBHOOK_SECRETS: empty"),
    ("public_url", "http://cinema.example", "CINEMA_PUBLIC_URL: not https"),
    ("allowed_origins", "*", "CINEMA_ALLOWED_ORIGINS: a wildcard"),
    (
        "database_url",
        "postgresql://cinema:postgres@db/cinema",
        "CINEMA_DATABASE_URL: a default password",
    ),
    ("mailbox_dir", "/tmp/mails", "CINEMA_MAILBOX_DIR: for development only"),
    ("secret_key", "abc", "CINEMA_SECRET_KEY: shorter than 32 bytes"),
    ("access_token_keys", "k:abc", "CINEMA_ACCESS_TOKEN_KEYS: the key 'k' is shorter"),
    (
        "secret_key",
        "another-key-of-more-than-32-bytes-is-here",
        "CINEMA_SECRET_KEY: equal to a key of CINEMA_ACCESS_TOKEN_KEYS",
    ),
    ("access_token_keys", "no-colon", "CINEMA_ACCESS_TOKEN_KEYS: not of the form"),
]


@pytest.mark.parametrize(("name", "value", "line"), UNSAFE)
def test_production_refuses_what_is_unsafe_and_names_it(name: str, value: str, line: str) -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        load_settings(**(GOOD | {name: value}))
    [fault] = [fault for fault in refusal.value.faults if fault.startswith(line)]
    assert "\n" not in fault
    assert not value or name == "allowed_origins" or value not in fault


@pytest.mark.parametrize(
    "name",
    ["database_url", "redis_url", "s3_url", "smtp_url", "public_url", "secret_key"],
)
def test_what_is_missing_is_named_in_one_line(name: str) -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        load_settings(**{key: value for key, value in GOOD.items() if key != name})
    assert refusal.value.faults == [f"CINEMA_{name.upper()}: missing"]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        load_settings(environment="production")
    assert len(refusal.value.faults) == 10
    assert all(fault.endswith(": missing") for fault in refusal.value.faults)


def test_a_fault_never_shows_the_value() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        load_settings(**(GOOD | {"redis_url": "http://user:hunter2@redis"}))
    assert "hunter2" not in str(refusal.value)


def test_no_secret_is_seen_in_the_settings_themselves() -> None:
    settings = load_settings(**GOOD)
    secrets = ("secret_key", "access_token_keys", "s3_secret_key", "stripe_api_key")
    assert [name for name in secrets if GOOD[name] in repr(settings)] == []


def test_the_environment_wins_over_the_data_folder_and_that_over_dotenv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    lines = [f"CINEMA_{name.upper()}={value}" for name, value in GOOD.items()]
    (tmp_path / ".env").write_text("\n".join([*lines, "CINEMA_CURRENCY=eur", "CINEMA_PORT=1"]))
    (data / "env").write_text("CINEMA_PORT=2\nCINEMA_LOG_LEVEL=debug\n")
    monkeypatch.setenv("CINEMA_LOG_LEVEL", "error")
    settings = load_settings(data)
    assert (settings.currency, settings.port, settings.log_level) == ("eur", 2, "error")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(load_settings(**GOOD), "port", 1)  # noqa: B010 - mypy refuses the plain form
