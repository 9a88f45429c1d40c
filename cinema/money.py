"""Money is Decimal inside and minor units only at Stripe's door."""

from decimal import Decimal

EXPONENTS = {
    **dict.fromkeys(
        ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd"), 0
    ),
    **dict.fromkeys(("vuv", "xaf", "xof", "xpf"), 0),
    **dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 3),
}
"""Decimal places of the currencies that do not have two (Stripe, "Supported currencies")."""
DEFAULT_EXPONENT = 2

MINIMUM_CHARGE = {
    "usd": Decimal("0.50"), "eur": Decimal("0.50"), "gbp": Decimal("0.30"), "jpy": Decimal(50),
}  # fmt: skip
"""The least that Stripe charges ("Minimum and maximum charge amounts")."""


def exponent(currency: str) -> int:
    return EXPONENTS.get(currency, DEFAULT_EXPONENT)


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
    """Write an amount for a reader: `$9.99`, `¥1,200`, `1,200.000 KWD`."""
    number = f"{amount:,.{exponent(currency)}f}"
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency.upper()}"
