from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cinema.settings import load_settings
from tests.e2e.house import House
from tests.e2e.windows import Visitor, Windows
from tests.waiting import eventually

pytestmark = pytest.mark.chaos


@pytest.fixture
def frail_house(tmp_path: Path) -> Iterator[House]:
    """A house of its own, whose servers a test may break."""
    house = House(tmp_path)
    house.open()
    yield house
    house.close()


async def say(visitor: Visitor, text: str) -> None:
    await visitor.page.get_by_label("Your comment").fill(text)
    await visitor.page.get_by_role("button", name="Post").click()
    await expect(visitor.page.locator("#comments").get_by_text(text)).to_be_visible()


async def test_pages_miss_nothing_while_redis_is_gone_and_when_it_is_back_empty(
    frail_house: House, browser: Browser
) -> None:
    windows = Windows(frail_house, browser)
    reader, writer = await windows.customer(), await windows.customer()
    for visitor in (reader, writer):
        await visitor.film("Roma")
        await visitor.is_live()
    heard = reader.page.locator("#comments")
    url = load_settings(frail_house.folder / "data").redis_url
    async with Redis.from_url(url) as redis:
        await redis.shutdown(nosave=True)

    await say(writer, "Said while Redis was gone.")
    await expect(heard.get_by_text("Said while Redis was gone.")).to_be_visible(timeout=10_000)

    async with Redis.from_url(url) as redis:
        await eventually(lambda: _answers(redis), timeout=20)
        await redis.flushall()
    await say(writer, "Said when it was back, and empty.")
    await expect(heard.get_by_text("Said when it was back, and empty.")).to_be_visible()
    await expect(heard.locator("li")).to_have_count(2)
    # The jobs are back as well.
    number = await writer.order("Fargo")
    await writer.pay()
    await writer.page.wait_for_url(f"**/orders/{number}?session_id=*")
    paid = writer.page.get_by_text("Paid. The films are in your library.")
    await expect(paid).to_be_visible(timeout=30_000)
    await windows.close()
    assert windows.complaints == []


async def _answers(redis: Redis) -> bool:
    try:
        return bool(await redis.ping())  # type: ignore[misc]
    except RedisError:
        return False
