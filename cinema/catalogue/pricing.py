"""What a movie may cost in the currency of the house."""

from decimal import Decimal

from cinema.errors import InvalidRequest
from cinema.money import is_payable


def require_payable(price: Decimal, currency: str) -> None:
    """Refuse a price that nobody can pay, such as 9.99 yen; raises InvalidRequest."""
    if not is_payable(price, currency):
        text = f"A price in {currency.upper()} is a whole amount."
        raise InvalidRequest.at("body", "price", msg=text)
