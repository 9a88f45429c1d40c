class DevstackError(Exception):
    """A private server or `cinema dev` cannot start; the text says why in words for a person."""
