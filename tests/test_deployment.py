"""The files a deployment starts from, against the settings and against each other."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from dotenv import dotenv_values

from cinema.settings import Settings, SettingsInvalid

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NAMES = {f"CINEMA_{name.upper()}" for name in Settings.model_fields}
OURS = {"web", "worker", "migrate"}

TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
DURATION = {"type": "string", "pattern": r"^\d+(s|m)$"}
HEALTH = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "disable": {"const": True},
        "test": TEXTS,
        "interval": DURATION,
        "timeout": DURATION,
        "start_period": DURATION,
        "retries": {"type": "integer", "minimum": 1},
    },
    "oneOf": [{"required": ["disable"]}, {"required": ["test", "interval", "timeout"]}],
}
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image", "restart", "healthcheck"],
    "properties": {
        "image": {"type": "string", "pattern": r"^[a-z0-9/._-]+(:[A-Za-z0-9._-]+)?$"},
        "build": {"type": "string"},
        "command": TEXTS,
        "env_file": {"type": "string"},
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "ports": {"type": "array", "items": {"pattern": r"^127\.0\.0\.1:\d+:\d+$"}},
        "volumes": {"type": "array", "items": {"pattern": r"^[a-z]+:/[a-z/]+$"}},
        "restart": {"enum": ["no", "unless-stopped"]},
        "stop_grace_period": DURATION,
        "healthcheck": HEALTH,
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["condition"],
                "properties": {
                    "condition": {"enum": ["service_healthy", "service_completed_successfully"]}
                },
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["services"],
    "properties": {
        "name": {"type": "string"},
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
    },
    "patternProperties": {"^x-": {}},
}
"""What we use of the Compose Specification, closed: a key that is mistyped is refused."""


def test_the_compose_file_is_well_formed() -> None:
    jsonschema.validate(COMPOSE, SCHEMA)


@pytest.mark.parametrize("mistake", ["depend_on", "health_check", "enviroment"])
def test_a_mistyped_key_of_a_service_is_seen(mistake: str) -> None:
    broken = {"services": {"web": COMPOSE["services"]["web"] | {mistake: {}}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


def test_the_compose_file_holds_every_part_of_the_house() -> None:
    services = COMPOSE["services"]
    assert set(services) == OURS | {"postgres", "redis", "minio", "mailpit"}
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            finishes = services[name]["restart"] == "no"
            assert (condition["condition"] == "service_completed_successfully") == finishes
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_process_gets_only_settings_that_exist(name: str) -> None:
    service = COMPOSE["services"][name]
    assert set(service["environment"]) <= NAMES
    assert service["command"][0] in {"serve", "worker", "migrate"}


def test_the_example_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)
    assert sorted(named) == sorted([*NAMES, "POSTGRES_PASSWORD"])


def test_the_defaults_in_the_example_are_the_defaults() -> None:
    for name, text in re.findall(r"^# CINEMA_([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE):
        default = Settings.model_fields[name.lower()].get_default()
        assert text == ("" if default in (None, (), "") else str(default)), name


def example(**changes: str) -> Settings:
    given = dotenv_values(ROOT / ".env.example") | changes
    values = {k.removeprefix("CINEMA_").lower(): v for k, v in given.items()}
    return Settings(**values)  # type: ignore[arg-type]


def test_the_example_is_a_working_development_environment() -> None:
    assert not example().is_production


def test_the_example_is_refused_in_production() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        example(CINEMA_ENVIRONMENT="production")
    named = {fault.split(":")[0] for fault in refusal.value.faults}
    assert {"CINEMA_SECRET_KEY", "CINEMA_ACCESS_TOKEN_KEYS", "CINEMA_PUBLIC_URL"} <= named


def test_every_variable_that_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert all(re.search(rf"^(# )?{name}=", EXAMPLE, re.MULTILINE) for name in asked)


def test_the_image_is_built_in_stages_and_runs_as_nobody() -> None:
    instructions = re.findall(r"^([A-Z]+) (.*)$", DOCKERFILE, re.MULTILINE)
    assert [word for word, _ in instructions].count("FROM") == 2
    users = [rest for word, rest in instructions if word == "USER"]
    assert users == ["cinema"]
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    assert set(re.findall(r"CINEMA_[A-Z]+", DOCKERFILE)) <= NAMES


def test_the_image_holds_all_that_the_product_reads() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    assert set(copied) == {"requirements.txt", "cinema", "workers", "templates", "migrations"}
    admitted = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(admitted) == set(copied)
    assert all((ROOT / name).exists() for name in copied)


def test_both_lock_files_hold_the_same_pins() -> None:
    check = subprocess.run(
        [sys.executable, "scripts/lock.py", "--check"], cwd=ROOT, capture_output=True, check=False
    )
    assert check.stderr.decode() == ""
    assert check.returncode == 0


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_pins_and_hashes_everything_and_names_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.findall(r"^[A-Za-z0-9][^\n]*", text, re.MULTILINE)
    assert len(pins) > 50
    assert all(re.match(r"[A-Za-z0-9._-]+==[^ ]+ .*\\$", pin) for pin in pins)
    assert not re.search(r"https?://|--index-url|--trusted-host", text)


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in sorted(NAMES) if f"`{name}`" not in readme] == []
