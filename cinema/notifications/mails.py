"""Mails: rendered from templates/emails, HTML and text, and sent once each."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2

from cinema.database import fetch
from cinema.jobs import GiveUp, RunContext
from cinema.mailer import Mail, MailRefused
from cinema.notifications.kinds import OPTIONAL_MAILS
from cinema.notifications.unsubscribing import unsubscribe_token
from cinema.resources import Resources
from cinema.settings import Settings

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "emails"
SUBJECTS: Mapping[str, str] = {
    "activation": "Activate your account",
    "activated": "Your account is active",
    "password_reset": "Set a new password",
    "password_changed": "Your password was changed",
    "session_stolen": "We ended one of your sessions",
    "order_created": "Order {order_id} waits for your payment",
    "payment_confirmed": "Receipt for order {order_id}",
    "payment_failed": "The payment for order {order_id} did not go through",
    "order_expired": "Order {order_id} has expired",
    "refund_confirmed": "Refund for order {order_id}",
    "comment_replied": "{actor} replied to your comment",
    "comment_liked": "{actor} liked your comment",
    "price_dropped": "{movie} costs {price} now",
    "movie_released": "{movie} is out",
    "refund_failed": "The refund for order {order_id} did not arrive",
    "dispute_lost": "Your bank took back the payment for order {order_id}",
}
ONE_CLICK = "/api/v1/notifications/unsubscribe"
SPACES = re.compile(r"\s+")
BLANK_LINES = re.compile(r"\n{3,}")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def moment(at: datetime) -> str:
    """Write a time for a reader whose zone we do not know."""
    return f"{at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"


def message_id(settings: Settings, outbox_id: int, kind: str, user_id: int | None = None) -> str:
    """Name the mail of an event: an attempt that is repeated sends the same mail again.

    Where an event brings a mail to many, each has the number of its reader as well.
    """
    host = urlsplit(settings.public_url).hostname or "localhost"
    # RFC 5322 wants a domain or a literal in brackets, which an IPv6 address would need.
    name = f"{outbox_id}.{kind}" if user_id is None else f"{outbox_id}.{kind}.{user_id}"
    return f"<{name}@{f'[IPv6:{host}]' if ':' in host else host}>"


def render(
    settings: Settings,
    kind: str,
    *,
    to: str,
    user_id: int,
    outbox_id: int,
    path: str,
    values: Mapping[str, Any],
) -> Mail:
    """Make a mail whose main link leads to `path` of the public address, never of a request's.

    One that its reader need not have says how to be without it, also to a mail program.
    """
    optional = kind in OPTIONAL_MAILS
    token = unsubscribe_token(settings, user_id, kind)
    parts = {
        "subject": SUBJECTS[kind].format(**values),
        "link": settings.public_url + path,
        "home": settings.public_url,
        "host": urlsplit(settings.public_url).netloc,
        "unsubscribe": f"{settings.public_url}/unsubscribe?token={token}",
        **values,
    }
    text = _environment().get_template(f"{kind}.txt").render(parts)
    return Mail(
        to=to,
        subject=SPACES.sub(" ", parts["subject"]),
        text=BLANK_LINES.sub("\n\n", text).strip() + "\n",
        html=_environment().get_template(f"{kind}.html").render(parts),
        message_id=message_id(settings, outbox_id, kind, user_id if optional else None),
        headers=one_click(settings, token) if optional else {},
    )


def one_click(settings: Settings, token: str) -> dict[str, str]:
    """Return the headers by which a mail program ends a kind of mail for its reader (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{settings.public_url}{ONE_CLICK}?token={token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


async def send(
    resources: Resources,
    run: RunContext,
    kind: str,
    *,
    user_id: int,
    path: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Send the user the mail of this event, unless an earlier attempt has done it.

    Only a process that dies between the server's 250 and our row sends it again, under the same
    Message-ID. Raises GiveUp when the server refuses the mail for good.
    """
    to = await _address(user_id)
    if to is None:
        return
    mail = render(
        resources.settings,
        kind,
        to=to,
        user_id=user_id,
        outbox_id=run.outbox_id,
        path=path,
        values=values or {},
    )
    if await fetch("SELECT FROM sent_mails WHERE message_id = $1", mail.message_id):
        return
    try:
        await resources.mailer.send(mail)
    except MailRefused as error:
        raise GiveUp(f"refused: {error}") from error
    await fetch(
        "INSERT INTO sent_mails (message_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        mail.message_id,
        kind,
    )


async def _address(user_id: int) -> str | None:
    rows = await fetch("SELECT email FROM users WHERE id = $1 AND deleted_at IS NULL", user_id)
    return str(rows[0]["email"]) if rows else None
