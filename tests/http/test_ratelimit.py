"""Limits on what is dear or can be guessed at, over real Redis and without it."""

from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import pytest
from aiohttp.test_utils import TestClient, TestServer

from cinema.accounts.models import Session, User
from cinema.app import create_app
from cinema.devstack.redis import run_redis
from cinema.http.ratelimit import site
from cinema.settings import Settings
from tests.accounts_factory import PASSWORD, bearer, make_user
from tests.conftest import Client, make_settings, resources_of
from tests.servers import Servers

API = "/api/v1/accounts"


@pytest.fixture
async def strict(servers: Servers, migrated: str, clean: None) -> AsyncIterator[Client]:
    settings = make_settings(servers, migrated, rate_limits=1, trusted_proxies="127.0.0.0/8")
    async with TestClient(TestServer(create_app(settings))) as client:
        yield client


@pytest.fixture
async def without_redis(settings: Settings, clean: None) -> AsyncIterator[Client]:
    changed = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1", "rate_limits": 1.0})
    async with TestClient(TestServer(create_app(changed))) as client:
        yield client


async def try_to_log_in(
    client: Client, email: str, password: str, *, ip: str = "198.51.100.1"
) -> tuple[int, dict[str, str]]:
    answer = await client.post(
        f"{API}/login",
        json={"email": email, "password": password},
        headers={"X-Forwarded-For": ip},
    )
    return answer.status, dict(answer.headers)


async def test_the_eleventh_login_in_a_minute_is_refused_even_with_the_right_password(
    strict: Client,
) -> None:
    await make_user(email="ada@example.com")
    for number in range(10):
        status, headers = await try_to_log_in(
            strict, "Ada@example.com", "wrong-1", ip=f"198.51.100.{number}"
        )
        assert status == 401
        assert headers["RateLimit-Policy"] == '"login";q=10;w=60'
        assert headers["RateLimit"].startswith(f'"login";r={9 - number};t=')
    status, headers = await try_to_log_in(strict, "ada@example.com", PASSWORD)
    assert status == 429
    assert 50 <= int(headers["Retry-After"]) <= 60
    assert headers["RateLimit"] == f'"login";r=0;t={headers["Retry-After"]}'
    assert await Session.all().count() == 0


async def test_a_locked_account_locks_no_other(strict: Client) -> None:
    await make_user(email="eve@example.com")
    for _ in range(11):
        await try_to_log_in(strict, "ada@example.com", "wrong-1")
    status, _ = await try_to_log_in(strict, "eve@example.com", PASSWORD, ip="203.0.113.7")
    assert status == 200


async def test_an_address_is_limited_over_all_accounts(strict: Client) -> None:
    for number in range(30):
        status, _ = await try_to_log_in(strict, f"user-{number}@example.com", "wrong-1")
        assert status == 401
    status, _ = await try_to_log_in(strict, "another@example.com", "wrong-1")
    assert status == 429
    status, _ = await try_to_log_in(strict, "another@example.com", "wrong-1", ip="203.0.113.7")
    assert status == 401


async def test_a_forwarded_address_from_outside_the_proxies_changes_nothing(
    servers: Servers, migrated: str, clean: None
) -> None:
    settings = make_settings(servers, migrated, rate_limits=1)
    async with TestClient(TestServer(create_app(settings))) as client:
        for number in range(31):
            status, _ = await try_to_log_in(
                client, f"user-{number}@example.com", "wrong-1", ip=f"198.51.100.{number}"
            )
        assert status == 429


async def test_a_limited_registration_writes_nothing(strict: Client) -> None:
    redis = resources_of(strict).redis
    for number in range(61):
        answer = await strict.post(f"{API}/activate", json={"token": f"no-such-token-{number}"})
    assert answer.status == 429
    assert answer.content_type == "application/problem+json"
    assert (await answer.json())["code"] == "too_many_requests"
    assert await User.all().count() == 0
    keys = [key async for key in redis.scan_iter("cinema:limit*")]
    assert keys
    assert all([await redis.ttl(key) > 0 for key in keys])


async def test_without_redis_a_login_is_counted_in_the_process(without_redis: Client) -> None:
    statuses = [
        (await try_to_log_in(without_redis, "ada@example.com", "wrong-1"))[0] for _ in range(11)
    ]
    assert statuses == [401] * 10 + [429]


async def test_without_redis_reading_is_open(without_redis: Client) -> None:
    user = await make_user(email="ada@example.com")
    answer = await without_redis.post(
        f"{API}/login", json={"email": user.email, "password": PASSWORD}
    )
    headers = {"Authorization": f"Bearer {(await answer.json())['access']}"}
    statuses = [(await without_redis.get(f"{API}/me", headers=headers)).status for _ in range(50)]
    assert statuses == [200] * 50


def test_one_owner_of_an_ipv6_network_is_one_visitor() -> None:
    assert site("2001:db8:1:2:3:4:5:6") == site("2001:db8:1:2::1") == "2001:db8:1:2::"
    assert site("192.0.2.7") == "192.0.2.7"


async def test_comments_and_checkouts_are_limited_by_account(strict: Client) -> None:
    settings = resources_of(strict).settings
    ada, eve = await bearer(await make_user(), settings), await bearer(await make_user(), settings)
    for path, bound in [("movies/1/comments", 20), ("orders/1/checkout", 5)]:
        statuses = [
            (await strict.post(f"/api/v1/{path}", json={"text": "x"}, headers=ada)).status
            for _ in range(bound + 1)
        ]
        assert statuses == [404] * bound + [429]
        answer = await strict.post(f"/api/v1/{path}", json={"text": "x"}, headers=eve)
        assert answer.status == 404


@pytest.mark.chaos
async def test_a_hung_redis_slows_one_login_and_opens_none(
    settings: Settings, clean: None, tmp_path: Path
) -> None:
    async with run_redis(tmp_path / "redis", keep=False) as redis:
        changed = settings.model_copy(update={"redis_url": redis.url, "rate_limits": 1.0})
        async with TestClient(TestServer(create_app(changed))) as client:
            assert (await try_to_log_in(client, "ada@example.com", "wrong-1"))[0] == 401
            redis.pause()
            try:
                start = perf_counter()
                statuses = [
                    (await try_to_log_in(client, "ada@example.com", "wrong-1"))[0]
                    for _ in range(11)
                ]
                assert statuses == [401] * 10 + [429]
                assert perf_counter() - start < 4
            finally:
                redis.resume()
