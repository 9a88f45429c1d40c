"""What `cinema dev` promises on the screen."""

import pytest

from cinema.devstack import demo, screen
from cinema.devstack.recipe import MIGRATIONS, preparation_digest
from cinema.migrate import LOCATION


def test_the_accounts_on_the_screen_are_those_that_are_made() -> None:
    assert [f"{role}@example.com" for role in screen.ROLES] == list(demo.ACCOUNTS)


def test_the_table_names_addresses_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    screen.show_table("http://127.0.0.1:8100", seconds=1.234, notes={"Database": "kept elsewhere"})
    said = capsys.readouterr().out
    for words in (
        *("Cinema is open (1.2 s)", "http://127.0.0.1:8100/dev/mail", "http://127.0.0.1:8100/docs"),
        *("admin@example.com", "kept elsewhere", "4242 4242 4242 4242"),
    ):
        assert words in said


def test_the_digest_covers_the_migrations_and_stays_the_same() -> None:
    assert MIGRATIONS == LOCATION
    assert preparation_digest() == preparation_digest()
    assert preparation_digest().isalnum()
