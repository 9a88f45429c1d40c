"""Money is Decimal inside and minor units only at Stripe's door."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

ZERO_DECIMAL = frozenset(
    {
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
        "xof", "xpf",
    }
)  # fmt: skip
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
"""Decimal places of the currencies that do not have two (Stripe, "Supported currencies")."""
WHOLE = ZERO_DECIMAL | {"isk", "ugx"}
"""Currencies of whole amounts; Stripe takes the last two as if they had cents ("Special cases")."""
DEFAULT_EXPONENT = 2
PRICE_PLACES = 2
"""A price's decimals: also where a currency has three, since Stripe wants the third to be 0."""

MINIMUM_CHARGE = {
    currency: Decimal(amount)
    for amount, currencies in {
        "0.30": "gbp",
        "0.50": "aud brl cad chf eur inr nzd sgd usd",
        "1": "bgn",
        "2": "aed myr pln ron",
        "2.50": "dkk",
        "3": "nok sek",
        "4": "hkd",
        "10": "mxn thb",
        "15": "czk",
        "50": "jpy",
        "175": "huf",
    }.items()
    for currency in currencies.split()
}
"""The least that Stripe charges ("Minimum and maximum charge amounts").

For the other currencies it publishes none: it compares what they come to in the account's own, at
the rate of the moment, so that only Stripe itself can refuse them.
"""
MOST_MINOR = 99_999_999
"""The most that Stripe charges, in the smallest unit: eight digits."""


AMOUNT = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?")


def _text_of_an_amount(value: Any) -> str:
    """Take money only as a text: a float of JSON would not hold every cent."""
    text = str(value) if isinstance(value, Decimal) else value
    if not isinstance(text, str) or not AMOUNT.fullmatch(text):
        raise ValueError('Write an amount as a text, such as "9.99".')
    return text


Amount = Annotated[
    Decimal,
    BeforeValidator(_text_of_an_amount),
    WithJsonSchema({"type": "string", "pattern": f"^{AMOUNT.pattern}$"}),
]
"""An amount as it is sent: `"9.99"`, never a number."""


def exponent(currency: str) -> int:
    """Return how many places the smallest unit is away at Stripe's door."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else DEFAULT_EXPONENT


def is_payable(amount: Decimal, currency: str) -> bool:
    """Tell whether an amount is no finer than what can be paid in the currency."""
    places = 0 if currency in WHOLE else PRICE_PLACES
    return amount.scaleb(places) == amount.scaleb(places).to_integral_value()


def minimum_charge(currency: str) -> Decimal:
    return MINIMUM_CHARGE.get(currency, Decimal(0))


def maximum_charge(currency: str) -> Decimal:
    return from_minor(MOST_MINOR, currency)


def to_minor(amount: Decimal, currency: str) -> int:
    """Return the amount in the currency's smallest unit; ValueError when it has a fraction."""
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} {currency} has a fraction of its smallest unit")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def written(amount: Decimal, currency: str) -> str:
    """Write an amount for a reader: `$9.99`, `¥1,200`, `1,200.000 KWD`.

    What is finer than the currency, such as a price from before it was changed, stays in sight.
    """
    places = 0 if currency in WHOLE else exponent(currency)
    number = f"{amount:,.{places}f}" if is_payable(amount, currency) else f"{amount:,}"
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency.upper()}"
