"""The one password policy, for registration, change and reset alike."""

from cinema.accounts.common_passwords import common_passwords

MIN_LENGTH = 8
MAX_LENGTH = 128
CONTEXT_WORDS = ("cinema",)
"""Words that an attacker of this very site tries first (ASVS 6.1.2)."""


def check_password(password: str, email: str | None = None) -> str:
    """Return the password; ValueError says what is wrong with it.

    `email`: the account's address, where it is known; the password may not be it.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise ValueError(f"Use {MIN_LENGTH} to {MAX_LENGTH} characters.")
    if not any(char.isalpha() for char in password):
        raise ValueError("Use at least one letter.")
    if not any(char.isdigit() for char in password):
        raise ValueError("Use at least one digit.")
    folded = password.casefold()
    if email is not None and folded in {email, email.partition("@")[0]}:
        raise ValueError("The password must not be the e-mail address.")
    if folded in common_passwords() or _is_context_word(folded):
        raise ValueError("This password is one of the commonest; choose another.")
    return password


def _is_context_word(folded: str) -> bool:
    letters = "".join(char for char in folded if char.isalpha())
    return letters in CONTEXT_WORDS
