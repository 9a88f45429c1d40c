"""Visitors at the community's part of the API."""

import json
from typing import Any

from cinema.database import fetch
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client
from tests.house import Buyer


async def someone(client: Client, settings: Settings, role: Role = Role.USER) -> Buyer:
    user = await make_user(role)
    return Buyer(client, user, await bearer(user, settings))


async def say(visitor: Buyer, movie_id: int, text: str, parent_id: int | None = None) -> int:
    """Post a comment and return its id."""
    body = {"text": text} | ({"parent_id": parent_id} if parent_id else {})
    status, comment = await visitor.call("POST", f"/movies/{movie_id}/comments", body)
    assert status == 201, comment
    return int(comment["id"])


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["code"]


async def told(kind: str) -> list[dict[str, Any]]:
    """Return the data of the events of a type, in the order in which they were written."""
    rows = await fetch("SELECT data::text FROM outbox WHERE type = $1 ORDER BY id", kind)
    return [json.loads(row["data"]) for row in rows]


async def counters(movie_id: int) -> dict[str, int]:
    [row] = await fetch(
        "SELECT likes, dislikes, favorites, comments, rating_sum, rating_count"
        " FROM movies WHERE id = $1",
        movie_id,
    )
    return row
