"""The catalogue's search: examined, and written anew where that is asked for."""

from cinema.catalogue.reindexing import SearchFaults, repair_search, search_faults

RULE = "the search and the labels know every film"
TIMEOUT = 1800.0
"""Seconds; a million films take minutes."""


async def find_search_faults() -> str | None:
    return _summary(await search_faults())


async def repair_search_faults() -> str | None:
    """Write anew what is wrong and say what that was; None where there was nothing to do."""
    return _summary(await repair_search())


def _summary(faults: SearchFaults) -> str | None:
    return f"{faults.movies} films and {faults.words} words" if faults else None
