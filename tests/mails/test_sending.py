"""A mail server that fails loses nothing, and makes nothing arrive twice that it need not."""

import pytest

from cinema import mailer
from cinema.accounts.events import UserActivated
from cinema.database import fetch
from cinema.devstack.smtp import MailFault, SmtpCatcher
from cinema.resources import Resources
from tests.accounts_factory import make_user
from tests.mails.post import record, unfinished, work_off


@pytest.fixture
async def told(resources: Resources) -> None:
    """A user who is to be told something."""
    user = await make_user()
    await record(UserActivated(user_id=user.id))


async def sent_mails() -> list[str]:
    return [row["message_id"] for row in await fetch("SELECT message_id FROM sent_mails")]


@pytest.mark.usefixtures("told")
async def test_a_server_that_is_away_gets_the_mail_when_it_is_back_and_once(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    await catcher.stop()
    assert await work_off(resources) == [False]
    assert await work_off(resources) == [False]
    [error] = await unfinished()
    assert error.startswith("MailServerUnavailable: No mail server: ")
    assert await sent_mails() == []
    await catcher.start()
    assert await work_off(resources) == [True]
    assert await work_off(resources) == []
    assert len(catcher.mailbox.mails()) == 1


@pytest.mark.usefixtures("told")
async def test_a_mail_that_is_put_off_is_tried_again(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    catcher.fail(MailFault.REFUSE, times=1)
    assert await work_off(resources) == [False]
    assert "451" in (await unfinished())[0]
    assert await work_off(resources) == [True]
    assert len(catcher.mailbox.mails()) == 1


@pytest.mark.usefixtures("told")
async def test_a_mailbox_that_does_not_exist_is_not_tried_again(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    catcher.fail(MailFault.REJECT_RECIPIENT, times=1)
    assert await work_off(resources) == [True]
    [row] = await fetch("SELECT attempts, error FROM job_runs")
    assert row["attempts"] == 1
    assert row["error"].startswith("GiveUp: refused: ")
    assert "550" in row["error"]
    assert await work_off(resources) == []
    assert (catcher.mailbox.mails(), await sent_mails()) == ([], [])


@pytest.mark.usefixtures("told")
async def test_a_mail_whose_receipt_was_lost_is_repeated_under_the_same_name(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    catcher.fail(MailFault.DROP_AFTER_DATA, times=1)
    assert await work_off(resources) == [False]
    assert await work_off(resources) == [True]
    first, second = catcher.mailbox.mails()
    assert first.message_id == second.message_id
    assert (first.text, first.html) == (second.text, second.html)
    assert await sent_mails() == [first.message_id]


@pytest.mark.usefixtures("told")
async def test_a_server_that_falls_silent_is_left_alone(
    resources: Resources, catcher: SmtpCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "TIMEOUT", 0.3)
    catcher.fail(MailFault.HANG, times=1)
    assert await work_off(resources) == [False]
    assert (await unfinished())[0].startswith("MailServerUnavailable: ")


@pytest.mark.usefixtures("told")
async def test_a_run_that_is_repeated_after_its_mail_left_sends_nothing(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    await work_off(resources)
    await fetch("UPDATE job_runs SET done_at = NULL")
    assert await work_off(resources) == [True]
    assert len(catcher.mailbox.mails()) == 1
