"""What was counted once and is true until its subject changes."""

from collections import OrderedDict
from typing import Any

MOST = 2048


class Tallies:
    """Numbers by what they count, each under the version of its subject that it was read with.

    The version and the number must come from the same statement, or the version be the older:
    then whoever finds a tally under the version that he has just read himself is told the truth.
    The least lately used is dropped first.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Any, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, what: Any, version: int) -> int | None:
        counted, number = self._kept.get(what, (None, None))
        if counted != version:
            return None
        self._kept.move_to_end(what)
        return number

    def keep(self, what: Any, version: int, number: int) -> None:
        """Keep a number; what is known of a later version stays."""
        if version < self._kept.get(what, (version, 0))[0]:
            return
        self._kept[what] = (version, number)
        self._kept.move_to_end(what)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
