"""Who else holds personal data: the domains above accounts say here how to show and erase them."""

from collections.abc import Awaitable, Callable
from typing import Any

Exporter = Callable[[int], Awaitable[Any]]
"""Returns what a domain knows about a user, as JSON values."""
Eraser = Callable[[int], Awaitable[None]]
"""Removes it, in the open transaction; what must be kept loses its link to a person."""

EXPORTERS: dict[str, Exporter] = {}
ERASERS: dict[str, Eraser] = {}
