"""Calls of the accounts' routes, as the tests make them."""

from typing import Any

from cinema.outbox import OutboxMessage
from tests.conftest import Client

API = "/api/v1/accounts"


async def post(client: Client, path: str, body: object, **headers: str) -> tuple[int, Any]:
    answer = await client.post(f"{API}/{path}", json=body, headers=headers)
    return answer.status, await answer.json()


async def events() -> list[str]:
    """Name what has happened, the oldest first."""
    return [message.type for message in await OutboxMessage.all().order_by("id")]
