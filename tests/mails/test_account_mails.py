"""The mails of an account's life, read as the mail server received them, and their links."""

from email import message_from_bytes, policy
from urllib.parse import parse_qs, urlsplit

import pytest

from cinema.accounts.events import (
    ActivationRequested,
    PasswordChanged,
    PasswordResetRequested,
    SessionStolen,
    UserActivated,
    UserDeleted,
    UserRegistered,
)
from cinema.accounts.models import PasswordResetToken, User
from cinema.accounts.schemas import Activate, Register
from cinema.accounts.service.registration import activate, register, resend_activation
from cinema.accounts.tokens import Purpose, one_time_token, reset_token, token_hash
from cinema.database import fetch
from cinema.devstack.mailbox import Mail
from cinema.devstack.smtp import SmtpCatcher
from cinema.events import Event
from cinema.notifications.mails import moment
from cinema.resources import Resources
from tests.accounts_factory import make_user
from tests.mails.post import record, unfinished, work_off

ADDRESS = "ada@example.org"


def only(catcher: SmtpCatcher) -> Mail:
    [mail] = catcher.mailbox.mails()
    return mail


async def registered(resources: Resources) -> int:
    return await register(
        resources.settings, Register(email=ADDRESS, password="A-long-passw0rd-indeed")
    )


def token_in(link: str) -> str:
    [token] = parse_qs(urlsplit(link).query)["token"]
    return token


async def test_registration_sends_a_link_that_activates(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    user_id = await registered(resources)
    assert await work_off(resources) == [True]
    mail = only(catcher)
    assert (mail.to, mail.subject) == ([ADDRESS], "Activate your account")
    link = mail.links[0]
    assert link.startswith("https://cinema.example/activate?token=")
    assert link in mail.html
    assert await activate(Activate(token=token_in(link))) == user_id
    assert (await User.get(id=user_id)).is_active


async def test_another_link_kills_the_first_and_comes_in_a_mail_of_its_own(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    await registered(resources)
    await work_off(resources)
    await resend_activation(resources.settings, ADDRESS)
    await work_off(resources)
    first, second = catcher.mailbox.mails()
    assert first.message_id != second.message_id
    assert token_in(first.links[0]) != token_in(second.links[0])
    await activate(Activate(token=token_in(second.links[0])))


async def test_a_link_that_was_used_before_its_mail_could_leave_is_not_sent(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    user = await make_user(email=ADDRESS)
    await record(ActivationRequested(user_id=user.id))
    assert await work_off(resources) == [True]
    assert catcher.mailbox.mails() == []


async def test_a_forgotten_password_brings_a_link_that_holds_its_token(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    user = await make_user(email=ADDRESS)
    [row] = await fetch("SELECT now() + interval '1 hour' AS moment")
    token = one_time_token(resources.settings, Purpose.PASSWORD_RESET, user.id, row["moment"])
    stored = await PasswordResetToken.create(
        user=user, token_hash=token_hash(token), expires_at=row["moment"]
    )
    await record(PasswordResetRequested(user_id=user.id))
    await work_off(resources)
    mail = only(catcher)
    assert mail.subject == "Set a new password"
    assert urlsplit(mail.links[0])._replace(query="").geturl() == (
        "https://cinema.example/password/reset"
    )
    assert token_in(mail.links[0]) == reset_token(resources.settings, stored) == token
    assert moment(row["moment"]) in mail.text


@pytest.mark.parametrize(
    ("event", "subject", "link"),
    [
        (UserActivated(user_id=1), "Your account is active", "https://cinema.example/"),
        (
            PasswordChanged(user_id=1),
            "Your password was changed",
            "https://cinema.example/password/forgot",
        ),
        (
            SessionStolen(user_id=1, session_id=1),
            "We ended one of your sessions",
            "https://cinema.example/profile",
        ),
    ],
    ids=lambda value: value.type if isinstance(value, Event) else "",
)
async def test_what_happens_to_an_account_is_told(
    resources: Resources, catcher: SmtpCatcher, event: Event, subject: str, link: str
) -> None:
    await make_user(email=ADDRESS)
    await record(event)
    assert await work_off(resources) == [True]
    mail = only(catcher)
    assert (mail.to, mail.subject, mail.links[0]) == ([ADDRESS], subject, link)


async def test_a_mail_says_who_sent_it_and_that_a_machine_wrote_it(
    resources: Resources, catcher: SmtpCatcher
) -> None:
    await registered(resources)
    await work_off(resources)
    [path] = catcher.mailbox.folder.glob("*.eml")
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    [event] = await fetch("SELECT id FROM outbox")
    assert message["Message-ID"] == f"<{event['id']}.activation@cinema.example>"
    assert message["From"] == "Cinema <no-reply@cinema.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime is not None
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


async def test_who_is_gone_gets_no_mail(resources: Resources, catcher: SmtpCatcher) -> None:
    user = await make_user()
    await record(PasswordChanged(user_id=user.id))
    await record(UserDeleted(user_id=user.id, avatar_key=None))
    await fetch("UPDATE users SET deleted_at = now() WHERE id = $1", user.id)
    assert all(await work_off(resources))
    assert (catcher.mailbox.mails(), await unfinished()) == ([], [])


async def test_no_row_of_the_log_or_of_the_jobs_holds_a_token(resources: Resources) -> None:
    await registered(resources)
    await record(UserRegistered(user_id=1))
    await work_off(resources)
    [row] = await fetch(
        "SELECT string_agg(outbox.data::text || job_runs.error, '') AS text"
        " FROM outbox JOIN job_runs ON outbox_id = outbox.id"
    )
    assert "token" not in row["text"]
    assert ADDRESS not in row["text"]
