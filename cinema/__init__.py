"""Cinema, an online cinema."""

__version__ = "0.1.0"
