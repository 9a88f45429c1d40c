"""Money: exact to the smallest unit in every currency, and never a float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinema.money import MINIMUM_CHARGE, exponent, from_minor, to_minor, written

CURRENCIES = st.sampled_from(["usd", "eur", "jpy", "krw", "kwd", "bhd", "chf"])


@given(st.integers(min_value=0, max_value=99_999_999), CURRENCIES)
def test_what_stripe_reports_comes_back_as_the_same_number(minor: int, currency: str) -> None:
    amount = from_minor(minor, currency)
    assert isinstance(amount, Decimal)
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("9.99", "usd", 999),
        ("0.50", "usd", 50),
        ("1200", "jpy", 1200),
        ("1200.00", "jpy", 1200),
        ("12.345", "kwd", 12345),
        ("12.34", "kwd", 12340),
        ("99999999.99", "eur", 9_999_999_999),
        ("0", "usd", 0),
    ],
)
def test_an_amount_becomes_the_smallest_units_of_its_currency(
    amount: str, currency: str, minor: int
) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"), [("9.999", "usd"), ("0.5", "jpy"), ("1.2345", "kwd")]
)
def test_a_fraction_of_the_smallest_unit_is_never_rounded_away(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="fraction"):
        to_minor(Decimal(amount), currency)


def test_the_currencies_without_two_decimals_are_stripes() -> None:
    assert {exponent(currency) for currency in ("bhd", "jod", "kwd", "omr", "tnd")} == {3}
    assert {exponent(currency) for currency in ("jpy", "krw", "vnd", "clp")} == {0}
    assert exponent("usd") == 2
    assert MINIMUM_CHARGE["usd"] == Decimal("0.50")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("9.99", "usd", "$9.99"),
        ("1200.5", "usd", "$1,200.50"),
        ("1200", "jpy", "¥1,200"),
        ("1200", "kwd", "1,200.000 KWD"),
        ("1200.00", "isk", "1,200 ISK"),
        ("9.99", "jpy", "¥9.99"),
    ],
)
def test_an_amount_is_written_for_a_reader(amount: str, currency: str, text: str) -> None:
    assert written(Decimal(amount), currency) == text
