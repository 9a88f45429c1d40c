"""SMTP: the only module that speaks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib

from cinema.errors import Unavailable
from cinema.settings import Settings

TIMEOUT = 10.0
"""Seconds for a whole delivery to the mail server."""
FAREWELL = 1.0


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to leave; the same `message_id` always means the same mail."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: dict[str, str] = field(default_factory=dict)


class MailServerUnavailable(Unavailable):
    code, title = "mail_server_unavailable", "The mail server is out of reach"


class MailRefused(Exception):
    """The server refused this very mail for good (a 5xx answer): sending again is in vain."""


class Mailer:
    def __init__(self, settings: Settings) -> None:
        self._url = urlsplit(settings.smtp_url.get_secret_value())
        self._sender = settings.mail_from

    async def send(self, mail: Mail) -> None:
        """Hand a mail to the server.

        Raises MailServerUnavailable when it is worth another try, MailRefused when it is not.
        """
        try:
            async with self._connected() as client:
                await client.send_message(self._message(mail))
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            if _is_permanent(error):
                raise MailRefused(str(error)) from error
            raise MailServerUnavailable(f"The mail server put it off: {error}") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailServerUnavailable(f"No mail server: {type(error).__name__}") from error

    async def check(self) -> None:
        """Greet the server and log in, without a mail; raises MailServerUnavailable."""
        try:
            async with self._connected() as client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailServerUnavailable(f"No mail server: {type(error).__name__}") from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Hold a connection for the block, all of which has TIMEOUT seconds.

        The library's own time-out is that of one command, and its context waits for a farewell
        also when the block was cut off.
        """
        client = self._client()
        try:
            async with asyncio.timeout(TIMEOUT):
                await client.connect()
                yield client
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=FAREWELL)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        url = self._url
        return aiosmtplib.SMTP(
            hostname=url.hostname,
            port=url.port or (465 if url.scheme == "smtps" else 25),
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            start_tls=True if url.scheme == "smtp+starttls" else None,
            timeout=TIMEOUT,
        )

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Message-ID"] = mail.message_id
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Auto-Submitted"] = "auto-generated"
        for name, value in mail.headers.items():
            message[name] = value
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message


def _is_permanent(error: aiosmtplib.SMTPException) -> bool:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(500 <= refusal.code < 600 for refusal in error.recipients)
    return isinstance(error, aiosmtplib.SMTPResponseException) and 500 <= error.code < 600
