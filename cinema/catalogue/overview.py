"""What the staff sees of the catalogue at a glance."""

from dataclasses import dataclass

from cinema.database import fetch


@dataclass(frozen=True, slots=True)
class CatalogueCounts:
    movies: int
    unavailable: int
    upcoming: int
    people: int


async def count_catalogue() -> CatalogueCounts:
    [row] = await fetch(
        "SELECT count(*) AS movies, count(*) FILTER (WHERE NOT is_available) AS unavailable,"
        "       count(*) FILTER (WHERE release_at > now()) AS upcoming,"
        "       (SELECT count(*) FROM (SELECT lower(name) FROM stars"
        "         UNION SELECT lower(name) FROM directors) named) AS people"
        "  FROM movies WHERE deleted_at IS NULL"
    )
    return CatalogueCounts(**row)
