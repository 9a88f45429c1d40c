"""What an e-mail address is here, and its one normal form."""

import re

import idna

MAX_LENGTH = 254
"""RFC 5321, section 4.5.3.1.3 and erratum 1690."""
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
"""RFC 5321's Dot-string in lower case; quoted local parts exist in standards only."""
MAX_LOCAL_LENGTH = 64


def normalise_email(text: str) -> str:
    """Return the address trimmed, in lower case, its domain in IDNA's ASCII form.

    Two addresses are the same account exactly when this returns the same text.
    Raises ValueError for what is no address.
    """
    local, at, domain = text.strip().rpartition("@")
    local = local.lower()
    if not at or not LOCAL.fullmatch(local) or len(local) > MAX_LOCAL_LENGTH:
        raise ValueError("not an e-mail address")
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address) > MAX_LENGTH:
        raise ValueError(f"longer than {MAX_LENGTH} characters")
    return address


def _ascii_domain(domain: str) -> str:
    try:
        encoded = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("not an e-mail address: its domain is not one") from None
    labels = encoded.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        raise ValueError("not an e-mail address: its domain is not one")
    return encoded
