"""The data folder: its env file, its secrets, its lock."""

import os
import stat
from pathlib import Path

import pytest

from cinema.devstack import data as data_module
from cinema.devstack.data import DataFolder, fresh_secrets
from cinema.devstack.errors import DevstackError
from cinema.settings import DEVELOPMENT_MARK, SettingsInvalid, load_settings

ADDRESSES = {
    "CINEMA_DATABASE_URL": "postgresql://postgres@/cinema?host=/run/x",
    "CINEMA_REDIS_URL": "redis://127.0.0.1:1/0",
    "CINEMA_S3_URL": "http://127.0.0.1:2",
    "CINEMA_SMTP_URL": "smtp://127.0.0.1:3",
    "CINEMA_PUBLIC_URL": "http://127.0.0.1:4",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CINEMA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_env_file_gives_back_what_was_written(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    values = {"CINEMA_A": 'it\'s \\ a "test" #1 = $HOME ${HOME}', "CINEMA_B": "b"}
    folder.write_env({"CINEMA_OLD": "gone"})
    folder.write_env(values)
    assert folder.read_env() == values
    assert stat.S_IMODE(folder.env_file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["env"]


def test_secrets_are_made_once_and_differ_between_folders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    one = DataFolder(tmp_path / "one")
    first = one.secrets()
    one.write_env(first)
    assert one.secrets() == first
    other = DataFolder(tmp_path / "other").secrets()
    assert all(other[name] != first[name] for name in first)


def test_the_settings_accept_them_in_development_and_refuse_them_in_production(
    tmp_path: Path,
) -> None:
    assert data_module.MARK == DEVELOPMENT_MARK
    DataFolder(tmp_path).write_env({**fresh_secrets(), **ADDRESSES})
    settings = load_settings(tmp_path)
    assert list(settings.signing_keys) == ["dev"]
    with pytest.raises(SettingsInvalid) as refusal:
        load_settings(tmp_path, environment="production")
    for name in ("SECRET_KEY", "ACCESS_TOKEN_KEYS", "S3_SECRET_KEY"):
        assert f"CINEMA_{name}: a development secret" in refusal.value.faults


def test_the_lock_is_held_by_one_and_given_back(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with (
        folder.locked(),
        pytest.raises(DevstackError, match="Another copy runs with the data in"),
    ):
        DataFolder(tmp_path / "data").locked().__enter__()
    with DataFolder(tmp_path / "data").locked():
        assert (tmp_path / "data/lock").read_text() == f"{os.getpid()}\n"


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DevstackError, match="cannot be used \\(Not a directory\\)"):
        DataFolder(tmp_path / "file/data").locked().__enter__()


def test_clearing_keeps_the_lock_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.locked():
        folder.prepare()
        folder.write_env(fresh_secrets())
        folder.clear()
        assert [path.name for path in folder.path.iterdir()] == ["lock"]
