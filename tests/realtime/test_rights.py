"""Rights that end while a socket is open, and what becomes of it then."""

from typing import Any

import pytest

from cinema.accounts.models import Session
from cinema.database import fetch, transaction
from cinema.outbox import OutboxMessage
from cinema.realtime.feeding import FEED
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import PASSWORD
from tests.conftest import Client
from tests.realtime.speaking import Speaker, happen
from tests.waiting import eventually
from workers.relay import Relay


async def announce(kind: str, user_id: int, **data: Any) -> None:
    """Write an event of the accounts' as their services do."""
    async with transaction() as connection:
        await OutboxMessage.create(
            type=kind, topics=[f"user:{user_id}"], data={"user_id": user_id, **data}
        )
        await connection.execute_query("SELECT pg_notify('outbox', '')")


async def test_a_logout_closes_the_sockets_of_that_session_alone(
    relay: Relay, speaker: Speaker
) -> None:
    user, staying_headers = await speaker.user()
    credentials = {"email": user.email, "password": PASSWORD}
    pair = await (await speaker.client.post("/api/v1/accounts/login", json=credentials)).json()
    leaving_headers = {"Authorization": f"Bearer {pair['access']}"}
    leaving, staying = await speaker.open(leaving_headers), await speaker.open(staying_headers)
    await leaving.subscribe(f"user:{user.id}")
    await staying.subscribe(f"user:{user.id}")

    answer = await speaker.client.post(
        "/api/v1/accounts/logout", headers=leaving_headers, json={"refresh": pair["refresh"]}
    )
    assert answer.status == 200

    assert await leaving.closed(timeout=1) == 4401
    assert (await staying.hear_event())["event"] == "session.revoked"
    await eventually(lambda: len(speaker.hub.audience.of_user(user.id)) == 1)


async def test_a_logout_closes_a_socket_that_hears_nothing_of_its_user(
    relay: Relay, speaker: Speaker
) -> None:
    user, headers = await speaker.user()
    socket = await speaker.open(headers)
    await socket.subscribe("movie:1")
    session = await Session.get(user_id=user.id)
    await announce("session.revoked", user.id, session_ids=[session.id])
    assert await socket.closed(timeout=1) == 4401


@pytest.mark.parametrize("kind", ["user.deactivated", "user.deleted"])
async def test_a_ban_closes_every_socket_of_the_user(
    relay: Relay, speaker: Speaker, kind: str
) -> None:
    user, headers = await speaker.user()
    stranger = await speaker.listen("movie:1")
    sockets = [await speaker.open(headers) for _ in range(3)]
    await announce(kind, user.id)
    assert [await socket.closed(timeout=1) for socket in sockets] == [4401, 4401, 4401]
    await happen("movie:1", number=1)
    assert await stranger.hear_numbers(1) == [1]


async def test_a_demotion_takes_the_staff_channel_away_and_a_promotion_gives_it(
    relay: Relay, speaker: Speaker
) -> None:
    user, headers = await speaker.user(Role.MODERATOR)
    socket = await speaker.open(headers)
    await socket.subscribe("staff", "movie:1")

    await announce("user.role_changed", user.id, role="USER")
    assert await socket.hear(timeout=1) == {"type": "unsubscribed", "channels": ["staff"]}
    await happen("staff", number=1)
    await happen("movie:1", number=2)
    assert await socket.hear_numbers(1) == [2]
    assert (await socket.subscribe("staff"))["code"] == "forbidden"

    await announce("user.role_changed", user.id, role="MODERATOR")
    await happen("movie:1", number=3)
    await socket.hear_numbers(1)
    assert (await socket.subscribe("staff"))["type"] == "subscribed"


async def test_a_revocation_during_the_handshake_is_not_missed(
    relay: Relay, speaker: Speaker
) -> None:
    """The session ends after the middleware has seen it and before the hub knows the socket."""
    user, headers = await speaker.user()
    session = await Session.get(user_id=user.id)
    listener = await speaker.listen("movie:1")
    await announce("session.revoked", user.id, session_ids=[session.id])
    await happen("movie:1", number=1)
    await listener.hear_numbers(1)
    socket = await speaker.open(headers)  # its row stands, as the middleware has read it
    assert await socket.closed(timeout=1) == 4401


async def test_the_review_finds_sessions_that_ended_without_a_word(
    client: Client, settings: Settings
) -> None:
    async with Speaker(client, settings) as speaker:
        ended, headers = await speaker.user()
        gone = await speaker.open(headers)
        demoted, headers = await speaker.user(Role.ADMIN)
        lower = await speaker.open(headers)
        await lower.subscribe("staff")
        _, headers = await speaker.user()
        staying = await speaker.open(headers)

        await fetch("UPDATE sessions SET revoked_at = now() WHERE user_id = $1", ended.id)
        await fetch(
            "UPDATE users SET group_id = (SELECT id FROM user_groups WHERE name = 'USER')"
            " WHERE id = $1",
            demoted.id,
        )
        assert client.app is not None
        await client.app[FEED]._review()

        assert await gone.closed() == 4401
        assert await lower.hear() == {"type": "unsubscribed", "channels": ["staff"]}
        assert (await staying.subscribe("movie:1"))["type"] == "subscribed"
