"""Who gets in, what they may hear, and what ends it."""

from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from cinema.accounts.models import Session, User
from cinema.database import fetch, transaction
from cinema.outbox import OutboxMessage
from cinema.realtime import audience, conversation
from cinema.realtime.feeding import FEED
from cinema.realtime.permissions import may_hear
from cinema.resources import RESOURCES
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import PASSWORD
from tests.conftest import Client
from tests.realtime.speaking import URL, Speaker, happen
from tests.waiting import eventually
from workers.relay import Relay

OURS = "http://127.0.0.1:8000"
TICKET = f"{URL}/ticket"


def cookie_of(headers: dict[str, str]) -> dict[str, str]:
    return {"Cookie": f"cinema_access={headers['Authorization'].removeprefix('Bearer ')}"}


async def announce(kind: str, user_id: int, **data: Any) -> None:
    """Write an event of the accounts' as their services do."""
    async with transaction() as connection:
        await OutboxMessage.create(
            type=kind, topics=[f"user:{user_id}"], data={"user_id": user_id, **data}
        )
        await connection.execute_query("SELECT pg_notify('outbox', '')")


async def refused(speaker: Speaker, headers: dict[str, str], query: str = "") -> int:
    with pytest.raises(WSServerHandshakeError) as refusal:
        await speaker.open(headers, query)
    assert len(speaker.hub.audience) == 0
    return refusal.value.status


async def test_an_anonymous_socket_hears_public_channels_only(speaker: Speaker) -> None:
    socket = await speaker.open()
    await socket.say(id=4, type="subscribe", channels=["user:1", "staff", "catalogue", "movie:9"])
    assert await socket.hear() == {
        "id": 4,
        "type": "error",
        "code": "forbidden",
        "detail": "You may not hear this.",
        "channel": "user:1",
    }
    assert (await socket.hear())["channel"] == "staff"
    assert (await socket.hear())["channels"] == ["catalogue", "movie:9"]
    assert not speaker.hub.audience.listeners("user:1")
    assert not speaker.hub.audience.listeners("staff")


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("channel", ["own", "other", "staff", "catalogue", "movie:1"])
async def test_every_role_hears_what_it_may_and_nothing_else(
    relay: Relay, speaker: Speaker, role: Role | None, channel: str
) -> None:
    user, headers = await speaker.user(role or Role.USER)
    name = {"own": f"user:{user.id}", "other": f"user:{user.id + 1}"}.get(channel, channel)
    expected = {
        "own": role is not None,
        "other": False,
        "staff": role in (Role.MODERATOR, Role.ADMIN),
    }.get(channel, True)

    socket = await speaker.open(headers if role else None)
    answer = await socket.subscribe(name)
    assert (answer["type"] == "subscribed") is expected
    assert answer.get("code") == (None if expected else "forbidden")

    await socket.subscribe("movie:2")
    await happen(name, number=1)
    await happen("movie:2", number=2)
    assert await socket.hear_numbers(2 if expected else 1) == ([1, 2] if expected else [2])


def test_nobody_hears_what_is_no_channel() -> None:
    assert not may_hear(None, "user:1")
    assert not may_hear(None, "movie:1\n")
    assert not may_hear(None, "movie:٣")


async def test_a_cookie_opens_a_socket_from_our_own_pages_only(speaker: Speaker) -> None:
    user, headers = await speaker.user()
    cookie = cookie_of(headers)
    assert await refused(speaker, cookie | {"Origin": "https://evil.example"}) == 403
    assert await refused(speaker, cookie | {"Origin": "null"}) == 403
    assert await refused(speaker, cookie | {"Origin": OURS + ".evil.example"}) == 403
    assert await refused(speaker, cookie) == 403

    socket = await speaker.open(cookie | {"Origin": OURS})
    assert (await socket.subscribe(f"user:{user.id}"))["type"] == "subscribed"


async def test_a_foreign_origin_is_refused_whatever_it_brings(speaker: Speaker) -> None:
    _, headers = await speaker.user()
    evil = {"Origin": "https://evil.example"}
    assert await refused(speaker, evil) == 403
    assert await refused(speaker, headers | evil) == 403
    ticket = (await (await speaker.client.post(TICKET, headers=headers)).json())["ticket"]
    assert await refused(speaker, evil, f"?ticket={ticket}") == 403
    await speaker.open(query=f"?ticket={ticket}")  # and it was not spent by that


async def test_a_bad_bearer_token_is_refused(speaker: Speaker) -> None:
    assert await refused(speaker, {"Authorization": "Bearer nonsense"}) == 401


async def test_a_ticket_opens_one_socket(speaker: Speaker) -> None:
    user, headers = await speaker.user()
    answer = await speaker.client.post(TICKET, headers=headers)
    assert answer.status == 201
    body = await answer.json()
    assert body["expires_in"] == 30
    assert len(body["ticket"]) == 43

    assert await refused(speaker, {}, "?ticket=nonsense") == 401
    socket = await speaker.open(query=f"?ticket={body['ticket']}")
    assert (await socket.subscribe(f"user:{user.id}"))["type"] == "subscribed"
    await socket.raw.close()
    with pytest.raises(WSServerHandshakeError, match="401"):
        await speaker.open(query=f"?ticket={body['ticket']}")


async def test_a_ticket_dies_with_its_session(speaker: Speaker) -> None:
    user, headers = await speaker.user()
    ticket = (await (await speaker.client.post(TICKET, headers=headers)).json())["ticket"]
    await fetch("UPDATE sessions SET revoked_at = now() WHERE user_id = $1", user.id)
    assert await refused(speaker, {}, f"?ticket={ticket}") == 401


async def test_a_ticket_lives_half_a_minute(speaker: Speaker) -> None:
    _, headers = await speaker.user()
    await speaker.client.post(TICKET, headers=headers)
    app = speaker.client.app
    assert app is not None
    [key] = [key async for key in app[RESOURCES].redis.scan_iter("realtime:ticket:*")]
    assert 28 <= await app[RESOURCES].redis.ttl(key) <= 30


async def test_nobody_gets_a_ticket_without_a_login(client: Client) -> None:
    assert (await client.post(TICKET)).status == 401


async def test_the_first_frame_may_bring_the_token(relay: Relay, speaker: Speaker) -> None:
    user, headers = await speaker.user()
    token = headers["Authorization"].removeprefix("Bearer ")
    socket = await speaker.open()
    await socket.say(id=1, type="authenticate", token=token)
    assert await socket.hear() == {"id": 1, "type": "authenticated", "user_id": user.id}
    assert (await socket.subscribe(f"user:{user.id}"))["type"] == "subscribed"
    await socket.say(id=2, type="authenticate", token=token)
    assert (await socket.hear())["code"] == "too_late"


async def test_a_bad_token_in_the_first_frame_ends_the_socket(speaker: Speaker) -> None:
    socket = await speaker.open()
    await socket.say(type="authenticate", token="nonsense")
    assert await socket.closed() == 4401


async def test_a_stranger_who_says_nothing_is_sent_away(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "HELLO", 0.1)
    _, headers = await speaker.user()
    known, socket = await speaker.open(headers), await speaker.open()
    assert await socket.closed() == 4401
    assert len(speaker.hub.audience) == 1
    assert not known.raw.closed


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


async def test_an_inactive_user_gets_no_socket(speaker: Speaker) -> None:
    user, headers = await speaker.user()
    await User.filter(id=user.id).update(is_active=False)
    assert await refused(speaker, headers) == 401


async def test_a_user_has_ten_sockets_and_no_eleventh(speaker: Speaker) -> None:
    _, headers = await speaker.user()
    sockets = [await speaker.open(headers) for _ in range(audience.MAX_PER_USER)]
    assert await (await speaker.open(headers)).closed() == 4429
    await sockets[0].raw.close()
    await eventually(lambda: len(speaker.hub.audience) == audience.MAX_PER_USER - 1)
    again = await speaker.open(headers)
    assert (await again.subscribe("movie:1"))["type"] == "subscribed"


async def test_an_address_has_only_so_many_sockets(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "MAX_PER_ADDRESS", 3)
    for _ in range(3):
        await speaker.open()
    assert await (await speaker.open()).closed() == 4429
