"""The catcher of mail."""

import asyncio
import json
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from cinema.devstack.mailbox import find_links
from cinema.devstack.smtp import MailFault, SmtpCatcher, run_smtp

LINK = "http://127.0.0.1:8000/activate?token=a%2Bb&next=/"


def mail(to: str = "ada@example.com", subject: str = "Welcome") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Cinema <no-reply@cinema.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<one@cinema.example>"
    message.set_content(f"Grüße! Follow {LINK}.\n")
    message.add_alternative(
        f'<p>Grüße! <a href="{LINK.replace("&", "&amp;")}">Activate</a></p>', subtype="html"
    )
    return message


async def send(catcher: SmtpCatcher, message: EmailMessage, timeout: float = 5) -> None:
    await aiosmtplib.send(
        message, hostname="127.0.0.1", port=catcher.port, timeout=timeout, start_tls=False
    )


async def test_a_mail_is_kept_as_it_was_received(tmp_path: Path) -> None:
    async with run_smtp(tmp_path) as catcher:
        await send(catcher, mail(subject="Bestätigung – «Amélie»"))

    [path] = list(tmp_path.glob("*.json"))  # noqa: ASYNC240
    fields = json.loads(path.read_text())
    assert list(fields) == [
        *("to", "from", "subject", "text", "html", "links", "message_id", "headers", "at")
    ]
    assert fields["to"] == ["ada@example.com"]
    assert fields["from"] == "Cinema <no-reply@cinema.example>"
    assert fields["subject"] == "Bestätigung – «Amélie»"
    assert fields["text"].strip() == f"Grüße! Follow {LINK}."
    assert "<p>Grüße!" in fields["html"]
    assert fields["links"] == [LINK]
    assert fields["message_id"] == "<one@cinema.example>"
    assert ["From", "Cinema <no-reply@cinema.example>"] in fields["headers"]
    assert fields["at"].endswith("+00:00")
    assert b"Subject:" in path.with_suffix(".eml").read_bytes()


async def test_the_mailbox_lists_mails_in_their_order_and_by_recipient() -> None:
    async with run_smtp() as catcher:
        for number in range(12):
            await send(catcher, mail(to=f"user{number % 2}@example.com", subject=str(number)))
        assert [m.subject for m in catcher.mailbox.mails()] == [str(n) for n in range(12)]
        assert [m.subject for m in catcher.mailbox.mails(to="user1@example.com")] == [
            *("1", "3", "5", "7", "9", "11")
        ]


async def test_a_refused_mail_is_not_kept_and_may_be_sent_again() -> None:
    async with run_smtp() as catcher:
        catcher.fail(MailFault.REFUSE, times=1)
        with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
            await send(catcher, mail())
        assert refusal.value.code == 451
        assert catcher.mailbox.mails() == []

        await send(catcher, mail())
        assert len(catcher.mailbox.mails()) == 1


async def test_a_rejected_recipient_gets_a_permanent_answer() -> None:
    async with run_smtp() as catcher:
        catcher.fail(MailFault.REJECT_RECIPIENT, times=1)
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
            await send(catcher, mail())
        assert refusal.value.recipients[0].code == 550
        await send(catcher, mail())
        assert len(catcher.mailbox.mails()) == 1


async def test_a_connection_dropped_after_the_data_leaves_a_kept_mail() -> None:
    async with run_smtp() as catcher:
        catcher.fail(MailFault.DROP_AFTER_DATA)
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await send(catcher, mail())
        assert len(catcher.mailbox.mails()) == 1


async def test_a_hanging_catcher_says_nothing_until_it_works_again() -> None:
    async with run_smtp() as catcher:
        catcher.fail(MailFault.HANG)
        with pytest.raises(aiosmtplib.SMTPTimeoutError):
            await send(catcher, mail(), timeout=0.3)
        waiting = asyncio.create_task(send(catcher, mail(subject="patient")))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done

        await asyncio.to_thread(catcher.work)
        await asyncio.wait_for(waiting, 5)
        assert [m.subject for m in catcher.mailbox.mails()] == ["patient"]


async def test_a_stopped_catcher_refuses_connections_and_returns_on_the_same_port() -> None:
    async with run_smtp() as catcher:
        url = catcher.url
        await catcher.stop()
        assert not catcher.running
        with pytest.raises(aiosmtplib.SMTPConnectError):
            await send(catcher, mail())
        await catcher.start()
        assert catcher.url == url
        await send(catcher, mail())
        assert len(catcher.mailbox.mails()) == 1


def test_links_are_found_once_without_the_punctuation_around_them() -> None:
    text = "See (https://cinema.example/a), https://cinema.example/b. https://cinema.example/a"
    html = '<a href="https://cinema.example/c?x=1&amp;y=2">c</a><a href="mailto:x@y">m</a>'
    assert find_links(text, html) == [
        "https://cinema.example/a",
        "https://cinema.example/b",
        "https://cinema.example/c?x=1&y=2",
    ]
