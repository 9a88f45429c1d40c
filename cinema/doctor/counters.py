"""The counters of the community: examined, and set right where that is asked for."""

from cinema.doctor.invariants import SHOWN
from cinema.social.service import repair_counters, wrong_counters

RULE = "every counter is what its rows say"
TIMEOUT = 1800.0
"""Seconds for all of them; ten million comments take minutes."""


async def find_wrong_counters() -> str | None:
    """Name the first that are wrong and count them all; None where all are right."""
    return _summary([str(wrong) async for wrong in wrong_counters()])


async def repair_wrong_counters() -> str | None:
    """Set right what is wrong and say what that was; None where there was nothing to do."""
    repaired = [
        str(done)
        async for wrong in wrong_counters()
        if (done := await repair_counters(wrong.kind, wrong.id)) is not None
    ]
    return _summary(repaired)


def _summary(found: list[str]) -> str | None:
    if not found:
        return None
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{len(found)}: {'; '.join(found[:SHOWN])}{more}"
