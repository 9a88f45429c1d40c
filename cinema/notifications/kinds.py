"""The kinds of news that a user may want to hear of, or has to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Way(Enum):
    """Whether news takes a way, the bell or the mail, and whether its reader decides that."""

    ON = "on unless turned off"
    OFF = "off unless turned on"
    ALWAYS = "always"
    NEVER = "never"

    @property
    def is_fixed(self) -> bool:
        return self in {Way.ALWAYS, Way.NEVER}

    @property
    def is_on(self) -> bool:
        """Tell what holds as long as the reader has said nothing."""
        return self in {Way.ON, Way.ALWAYS}


@dataclass(frozen=True, slots=True)
class Kind:
    label: str
    bell: Way
    mail: Way


# What is about money is a receipt, or the only word of it: nobody can do without. That a comment
# was removed is told by the house in its own cause. Neither of them can be turned off.
KINDS: Mapping[str, Kind] = {
    "comment_replied": Kind("Somebody replies to your comment", Way.ON, Way.ON),
    "comment_liked": Kind("Somebody likes your comment", Way.ON, Way.OFF),
    "price_dropped": Kind("A favourite costs less", Way.ON, Way.ON),
    "movie_released": Kind("A favourite comes out", Way.ON, Way.ON),
    "movie_taken_from_carts": Kind("A film leaves your cart", Way.ON, Way.NEVER),
    "comment_removed": Kind("A moderator removes your comment", Way.ALWAYS, Way.NEVER),
    "order_paid": Kind("An order is paid", Way.ALWAYS, Way.ALWAYS),
    "order_expired": Kind("An order expires", Way.ALWAYS, Way.ALWAYS),
    "payment_failed": Kind("A payment is declined", Way.ALWAYS, Way.ALWAYS),
    "payment_refunded": Kind("A payment is refunded", Way.ALWAYS, Way.ALWAYS),
    "dispute_lost": Kind("A bank takes a payment back", Way.ALWAYS, Way.NEVER),
}
OPTIONAL_MAILS = frozenset(name for name, kind in KINDS.items() if not kind.mail.is_fixed)
