"""A moderator at the REST API, and the film that is sent when nothing else is said."""

import json
from typing import Any

from cinema.database import fetch
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client
from tests.house import Buyer, emitted

SOLARIS: dict[str, Any] = {
    "name": "Solaris",
    "year": 1972,
    "time": 167,
    "imdb": "8.0",
    "votes": 90_000,
    "meta_score": 93,
    "gross": "22168.00",
    "description": "An ocean thinks.",
    "price": "9.99",
    "certification": "PG",
    "genres": ["Sci-Fi", "Drama"],
    "directors": ["Andrei Tarkovsky"],
    "stars": ["Donatas Banionis", "Natalya Bondarchuk"],
}


async def make_moderator(client: Client, settings: Settings) -> Buyer:
    user = await make_user(Role.MODERATOR)
    return Buyer(client, user, await bearer(user, settings))


async def add(moderator: Buyer, **changes: Any) -> Any:
    status, body = await moderator.call("POST", "/movies", SOLARIS | changes)
    assert status == 201, body
    return body


async def traces() -> Any:
    """Return all that a refusal must leave as it was."""
    movies = await fetch(
        "SELECT m.*, m.search::text AS words,"
        " ARRAY(SELECT genre_id FROM movies_genres r WHERE r.movie_id = m.id ORDER BY 1) AS g,"
        " ARRAY(SELECT star_id FROM movies_stars r WHERE r.movie_id = m.id ORDER BY 1) AS s,"
        " ARRAY(SELECT director_id FROM movies_directors r WHERE r.movie_id = m.id ORDER BY 1) AS d"
        " FROM movies m ORDER BY m.id"
    )
    labels = [
        await fetch(f"SELECT id, name FROM {table} ORDER BY id")
        for table in ("genres", "stars", "directors", "certifications")
    ]
    audit = await fetch("SELECT count(*) AS n FROM audit_log")
    carts = await fetch("SELECT id, version FROM carts ORDER BY id")
    return movies, labels, audit, carts, await fetch("SELECT * FROM cart_items"), await emitted()


async def refused(
    moderator: Buyer, method: str, path: str, body: Any, status: int, code: str
) -> Any:
    """Try it, and see that it is refused and that nothing has happened."""
    before = await traces()
    got, problem = await moderator.call(method, path, body)
    assert (got, problem["code"]) == (status, code), problem
    assert await traces() == before
    return problem


async def audited(action: str) -> list[tuple[Any, ...]]:
    """Return who did it to what, and what that was before and after."""
    rows = await fetch("SELECT * FROM audit_log WHERE action = $1 ORDER BY id", action)
    return [
        (row["actor_id"], row["subject"],
         json.loads(row["before"]) if row["before"] else None,
         json.loads(row["after"]) if row["after"] else None)
        for row in rows
    ]  # fmt: skip
