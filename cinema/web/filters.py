"""How values read on a page."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from cinema.money import written

MINUTES_AN_HOUR = 60
DEVICES = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrom": "Chrome"}


class Priced(Protocol):
    price: Decimal
    is_available: bool
    release_at: datetime | None


def money(amount: Decimal | str, currency: str) -> str:
    """Write an amount with its currency: `$9.99`, `1,200.00 CHF`."""
    return written(Decimal(amount), currency)


def dollars(amount: Decimal) -> str:
    return f"${amount:,.0f}"


def standing(movie: Priced, currency: str) -> str:
    """Say in a word or two what a film costs, or why it cannot be bought."""
    if not is_on_sale(movie):
        return "Soon" if movie.is_available else "Not on sale"
    return money(movie.price, currency) if movie.price else "Free"


def is_on_sale(movie: Priced) -> bool:
    released = movie.release_at is None or movie.release_at <= datetime.now(UTC)
    return movie.is_available and released


def duration(minutes: int) -> str:
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


def clock(seconds: int) -> str:
    """Write a place in a film: `1:02:03`, `4:05`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, MINUTES_AN_HOUR)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def moment_of(moment: datetime) -> str:
    """Write a moment in UTC; a script puts it into the reader's own zone."""
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def device(user_agent: str) -> str:
    """Name a browser and its system in words; the first 60 characters of what is unknown."""
    system = next((name for name in DEVICES if name in user_agent), "")
    default = "Safari" if "Safari" in user_agent else ""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), default)
    system = system.replace("Macintosh", "Mac")
    if not system or not browser:
        return user_agent[:60] or "An unknown device"
    return f"{browser} on {system}"


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "dollars": dollars,
    "standing": standing,
    "is_on_sale": is_on_sale,
    "duration": duration,
    "clock": clock,
    "iso": iso,
    "moment": moment_of,
    "device": device,
}
