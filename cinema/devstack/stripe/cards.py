"""Stripe's test cards (https://docs.stripe.com/testing) and the checks a card form makes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str | None
    message: str


@dataclass(frozen=True)
class Card:
    number: str
    exp_month: int
    exp_year: int
    brand: str

    @property
    def last4(self) -> str:
        return self.number[-4:]


class CardFormError(Exception):
    """The form was filled in wrongly; nothing was attempted. `field` is number, exp or cvc."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


_DECLINED = "Your card was declined."
DECLINES = {
    "4000000000000002": Decline("card_declined", "generic_decline", _DECLINED),
    "4000000000009995": Decline(
        "card_declined", "insufficient_funds", "Your card has insufficient funds."
    ),
    "4000000000009987": Decline("card_declined", "lost_card", _DECLINED),
    "4000000000009979": Decline("card_declined", "stolen_card", _DECLINED),
    "4000000000000069": Decline("expired_card", None, "Your card has expired."),
    "4000000000000127": Decline("incorrect_cvc", None, "Your card's security code is incorrect."),
    "4000000000000119": Decline(
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
}
NEEDS_CONFIRMATION = "4000000000003220"
DISPUTED = "4000000000000259"
REFUND_SUCCEEDS_LATER = "4000000000007726"
REFUND_FAILS_LATER = "4000000000005126"
PAYING = {
    "4242424242424242": "visa",
    "4000056655665556": "visa",
    "5555555555554444": "mastercard",
    "5200828282828210": "mastercard",
    "378282246310005": "amex",
    "6011111111111117": "discover",
    NEEDS_CONFIRMATION: "visa",
    DISPUTED: "visa",
    REFUND_SUCCEEDS_LATER: "visa",
    REFUND_FAILS_LATER: "visa",
}
AUTHENTICATION_FAILURE = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method."
    " Please choose a different payment method and try again.",
)
_NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card.",
)
_EXPIRY = re.compile(r"([0-9]{1,2})\s*[/-]?\s*([0-9]{4}|[0-9]{2})")


def read_card(number: str, exp: str, cvc: str, today: datetime) -> Card:
    """Read the three fields of the form; raise CardFormError for what no bank needs to see."""
    digits = re.sub(r"[\s-]", "", number)
    if not re.fullmatch(r"[0-9]{13,19}", digits):
        raise CardFormError("number", "Your card number is incomplete.")
    if not _luhn(digits):
        raise CardFormError("number", "Your card number is invalid.")
    month, year = _expiry(exp, today)
    if not re.fullmatch(r"[0-9]{3,4}", cvc.strip()):
        raise CardFormError("cvc", "Your card's security code is incomplete.")
    return Card(digits, month, year, PAYING.get(digits, "visa"))


def decline_of(card: Card) -> Decline | None:
    if card.number in PAYING:
        return None
    return DECLINES.get(card.number, _NOT_A_TEST_CARD)


def today_of(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _expiry(exp: str, today: datetime) -> tuple[int, int]:
    match = _EXPIRY.fullmatch(exp.strip())
    if match is None or not 1 <= int(match[1]) <= 12:
        raise CardFormError("exp", "Your card's expiration date is incomplete or invalid.")
    month, year = int(match[1]), int(match[2])
    if year < 100:
        year += today.year // 100 * 100
    if (year, month) < (today.year, today.month):
        raise CardFormError("exp", "Your card's expiration date is in the past.")
    if year > today.year + 50:
        raise CardFormError("exp", "Your card's expiration year is invalid.")
    return month, year


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
