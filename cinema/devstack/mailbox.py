"""Caught mails as files: `<UTC time>-<n>.json` for reading, `.eml` as received."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

URL = re.compile(r"https?://[^\s<>\"']+")
TRAILING = ".,;:!?)]}"
"""Punctuation that ends the sentence around a link rather than the link."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it arrived. `links` names each once, those of the text first."""

    to: list[str]
    sender: str
    subject: str
    text: str
    html: str
    links: list[str]
    message_id: str
    headers: list[tuple[str, str]]
    at: str

    def as_json(self) -> dict[str, object]:
        """As it stands in the file, where the sender is called `from`."""
        fields = asdict(self)
        return {"to": fields.pop("to"), "from": fields.pop("sender"), **fields}


class Mailbox:
    """A folder of caught mails. Another process may read it at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    def keep(self, raw: bytes, recipients: list[str]) -> Mail:
        """Write one mail to the folder. `recipients` are the envelope's, not the header's."""
        now = datetime.now(UTC)
        mail = parse_mail(raw, recipients, now)
        stem = f"{now:%Y%m%dT%H%M%S.%fZ}-{next(self._numbers)}"
        self._write(f"{stem}.eml", raw)
        # Last, and in one step: who lists *.json finds whole mails, and their .eml beside them.
        text = json.dumps(mail.as_json(), ensure_ascii=False, indent=1)
        self._write(f"{stem}.json", text.encode())
        return mail

    def mails(self, to: str | None = None) -> list[Mail]:
        """All mails, the oldest first; `to` keeps those that were sent to that address."""
        found = [_read(path) for path in sorted(self.folder.glob("*.json"))]
        return [mail for mail in found if to is None or to in mail.to]

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self.folder / f".{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self.folder / name)


def parse_mail(raw: bytes, recipients: list[str], at: datetime) -> Mail:
    """Read a mail as its reader's program would. Broken parts read as empty, never as an error."""
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    text, html = _body(message, "plain"), _body(message, "html")
    return Mail(
        to=recipients,
        sender=str(message.get("From", "")),
        subject=str(message.get("Subject", "")),
        text=text,
        html=html,
        links=find_links(text, html),
        message_id=str(message.get("Message-ID", "")).strip(),
        headers=[(name, str(value)) for name, value in message.items()],
        at=at.isoformat(),
    )


def find_links(text: str, html: str) -> list[str]:
    """Every http(s) link once: those of the text, then the targets of the HTML's anchors."""
    collector = _Anchors()
    collector.feed(html)
    found = [match.rstrip(TRAILING) for match in URL.findall(text)] + collector.targets
    return list(dict.fromkeys(found))


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href") if tag == "a" else None
        if target and URL.fullmatch(target):
            self.targets.append(target)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, UnicodeError):
        content = part.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else str(content)


def _read(path: Path) -> Mail:
    fields = json.loads(path.read_text())
    fields["sender"] = fields.pop("from")
    fields["headers"] = [(name, value) for name, value in fields["headers"]]
    return Mail(**fields)
