"""How often a race is run: seldom in everyday tests, often in `make torture`."""

import os


def rounds(everyday: int) -> int:
    """Return the environment's ROUNDS where it says more than the test does."""
    return max(everyday, int(os.environ.get("ROUNDS", "0")))
