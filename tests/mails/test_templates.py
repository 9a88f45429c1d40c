"""Every kind of mail: whole, linked to the public address alone, and the same each time."""

from decimal import Decimal
from email.utils import parseaddr
from urllib.parse import urlsplit

import pytest

from cinema.devstack.mailbox import find_links
from cinema.mailer import Mail
from cinema.money import written
from cinema.notifications.kinds import OPTIONAL_MAILS
from cinema.notifications.mails import SUBJECTS, TEMPLATES, message_id, render
from cinema.notifications.order_mails import Line, Receipt
from cinema.notifications.unsubscribing import unsubscribe_token
from cinema.settings import Settings

ORDER = Receipt(
    id=12,
    lines=[Line("Amélie", "$9.99")],
    total="$9.99",
    expires="21 November 2026, 14:05 UTC",
    paid="21 November 2026, 13:48 UTC",
    payment="pi_1",
    is_open=True,
)
VALUES = {
    "order": ORDER,
    "order_id": 12,
    "expires": "22 November 2026, 02:14 UTC",
    "at": "21 November 2026, 02:14 UTC",
    "recommendation": "Try another card.",
    "amount": "$9.99",
    "actor": "Ada",
    "movie": "Amélie <3",
    "quote": "What a film. " * 30,
    "price": "$8.00",
    "old_price": "$9.99",
}


def mail(settings: Settings, kind: str) -> Mail:
    return render(
        settings,
        kind,
        to="ada@example.org",
        user_id=42,
        outbox_id=7,
        path="/x?token=abc",
        values=VALUES,
    )


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_mail_says_the_same_in_html_and_in_text(settings: Settings, kind: str) -> None:
    made = mail(settings, kind)
    link = "https://cinema.example/x?token=abc"
    assert link in made.text.split()
    assert f'href="{link}"' in made.html
    for text in (made.text, made.html):
        assert "Sent by" in text
        assert "{{" not in text
        assert "None" not in text


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_mail_leads_and_loads_from_nowhere_else(settings: Settings, kind: str) -> None:
    made = mail(settings, kind)
    assert {urlsplit(link).netloc for link in find_links(made.text, made.html)} == {
        "cinema.example"
    }
    for loader in ("<img", "<link", "<script", "@import", "url("):
        assert loader not in made.html


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_mail_is_readable_as_plain_text(settings: Settings, kind: str) -> None:
    lines = mail(settings, kind).text.splitlines()
    assert max(len(line) for line in lines if "://" not in line) <= 100
    assert "\n\n\n" not in "\n".join(lines)


@pytest.mark.parametrize("kind", SUBJECTS)
def test_an_attempt_that_is_repeated_makes_the_same_mail(settings: Settings, kind: str) -> None:
    assert mail(settings, kind) == mail(settings, kind)


def test_every_template_belongs_to_a_kind() -> None:
    found = {path.stem for path in TEMPLATES.iterdir()} - {"base", "parts", "news"}
    assert found == set(SUBJECTS)


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://cinema.example", "cinema.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "[IPv6:::1]"),
    ],
)
def test_the_name_of_a_mail_comes_from_its_event_and_the_public_host(
    settings: Settings, public_url: str, host: str
) -> None:
    settings = settings.model_copy(update={"public_url": public_url})
    assert message_id(settings, 7, "activation") == f"<7.activation@{host}>"


@pytest.mark.parametrize("kind", SUBJECTS)
def test_what_a_reader_can_be_without_says_how(settings: Settings, kind: str) -> None:
    made = mail(settings, kind)
    if kind not in OPTIONAL_MAILS:
        assert made.headers == {}
        assert made.message_id == f"<7.{kind}@cinema.example>"
        assert "unsubscribe" not in made.text + made.html
        return
    token = unsubscribe_token(settings, 42, kind)
    assert made.message_id == f"<7.{kind}.42@cinema.example>"
    assert made.headers == {
        "List-Unsubscribe": (
            f"<https://cinema.example/api/v1/notifications/unsubscribe?token={token}>"
        ),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert f"https://cinema.example/unsubscribe?token={token}" in made.text.split()
    assert f'href="https://cinema.example/unsubscribe?token={token}"' in made.html


def test_the_sender_is_an_address(settings: Settings) -> None:
    assert parseaddr(settings.mail_from) == ("Cinema", "no-reply@cinema.example")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("9.99", "usd", "$9.99"),
        ("1200.50", "eur", "€1,200.50"),
        ("1200.00", "jpy", "¥1,200"),
        ("5.00", "chf", "5.00 CHF"),
        ("1.25", "kwd", "1.250 KWD"),
        ("0", "usd", "$0.00"),
    ],
)
def test_an_amount_is_written_with_the_places_of_its_currency(
    amount: str, currency: str, text: str
) -> None:
    assert written(Decimal(amount), currency) == text
