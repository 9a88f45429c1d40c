"""What ends a session ends its open sockets too, through the real log and relay."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

import pytest
from aiohttp import ClientWebSocketResponse

from cinema.accounts import service
from cinema.accounts.models import Session, User
from cinema.roles import Role
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of
from tests.house import run_jobs

SESSION_ENDED = 4401


async def subscribed(client: Client, user: User, channel: str) -> ClientWebSocketResponse:
    headers = await bearer(user, resources_of(client).settings)
    socket = await client.ws_connect("/api/v1/realtime", headers=headers)
    await socket.send_json({"id": 1, "type": "subscribe", "channels": [channel]})
    answer = await socket.receive_json(timeout=5)
    assert (answer["type"], answer["channels"]) == ("subscribed", [channel])
    return socket


async def closed(socket: ClientWebSocketResponse) -> int | None:
    while not socket.closed:
        await socket.receive(timeout=5)
    return socket.close_code


async def log_out(user_id: int) -> None:
    await service.revoke_session(user_id, (await Session.get(user_id=user_id)).id)


async def log_out_everywhere(user_id: int) -> None:
    await service.revoke_all_sessions(user_id)


async def ban(user_id: int) -> None:
    await service.deactivate_user(0, user_id)


async def leave(user_id: int) -> None:
    await service.delete_me(user_id)


@pytest.mark.parametrize("act", [log_out, log_out_everywhere, ban, leave])
async def test_the_end_of_a_session_closes_its_socket(
    client: Client, act: Callable[[int], Awaitable[None]]
) -> None:
    user = await make_user()
    socket = await subscribed(client, user, f"user:{user.id}")
    start = perf_counter()
    await act(user.id)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_jobs(resources_of(client)))
        code = group.create_task(closed(socket))
    assert code.result() == SESSION_ENDED
    assert perf_counter() - start < 5


async def test_a_demotion_takes_the_staff_channel_from_an_open_socket(client: Client) -> None:
    user = await make_user(Role.MODERATOR)
    socket = await subscribed(client, user, "staff")
    await service.change_group(0, user.id, Role.USER)
    await run_jobs(resources_of(client))
    frame = await socket.receive_json(timeout=5)
    while frame["type"] == "position":
        frame = await socket.receive_json(timeout=5)
    assert frame == {"type": "unsubscribed", "channels": ["staff"]}
    await socket.close()
