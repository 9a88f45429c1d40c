"""Who gets in, what they may hear, and what ends it."""

import pytest
from aiohttp import WSServerHandshakeError

from cinema.accounts.models import User
from cinema.database import fetch
from cinema.realtime import audience, conversation
from cinema.realtime.permissions import may_hear
from cinema.resources import RESOURCES
from cinema.roles import Role
from tests.conftest import Client
from tests.realtime.speaking import URL, Speaker, happen
from tests.waiting import eventually
from workers.relay import Relay

OURS = "http://127.0.0.1:8000"
TICKET = f"{URL}/ticket"


def cookie_of(headers: dict[str, str]) -> dict[str, str]:
    return {"Cookie": f"cinema_access={headers['Authorization'].removeprefix('Bearer ')}"}


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
