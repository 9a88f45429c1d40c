import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    # A remainder favours some letters slightly, which matters to no one here.
    letters = (_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(length))
    return prefix + "".join(letters)
