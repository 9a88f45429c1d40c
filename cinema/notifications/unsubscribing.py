"""The link in a mail that ends mails of its kind, without a login, for whoever holds the mail."""

import hmac

from cinema.notifications.errors import UnsubscribeLinkInvalid
from cinema.notifications.kinds import KINDS, OPTIONAL_MAILS
from cinema.notifications.preferences import turn_mail_off
from cinema.settings import Settings


def unsubscribe_token(settings: Settings, user_id: int, kind: str) -> str:
    """Sign whose mails of which kind are meant. It does not expire, as a mail does not."""
    body = f"{user_id}.{kind}"
    return f"{body}.{_signature(settings, body)}"


def label_of(settings: Settings, token: str) -> str:
    """Say which news the token is about; raises UnsubscribeLinkInvalid."""
    return KINDS[_opened(settings, token)[1]].label


async def unsubscribe(settings: Settings, token: str) -> None:
    """Send no more mails of the token's kind; again it changes nothing.

    Raises UnsubscribeLinkInvalid.
    """
    await turn_mail_off(*_opened(settings, token))


def _opened(settings: Settings, token: str) -> tuple[int, str]:
    body, _, signature = token.rpartition(".")
    wanted = _signature(settings, body)
    user_id, _, kind = body.partition(".")
    if not hmac.compare_digest(signature.encode(), wanted.encode()) or kind not in OPTIONAL_MAILS:
        raise UnsubscribeLinkInvalid
    return int(user_id), kind


def _signature(settings: Settings, body: str) -> str:
    key = settings.secret_key.get_secret_value().encode()
    return hmac.digest(key, f"unsubscribe|{body}".encode(), "sha256").hex()
