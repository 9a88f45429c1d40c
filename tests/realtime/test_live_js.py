"""static/live.js in a real Chromium: pages that miss nothing and show nothing twice."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import BrowserContext, Error, Page, WebSocket, async_playwright

import cinema.web
from cinema.app import create_app
from cinema.devstack.ports import free_port
from cinema.http.headers import nonce_of
from cinema.outbox import top_of_log
from cinema.realtime.frames import CloseCode
from cinema.settings import Settings
from tests.conftest import make_settings, resources_of
from tests.realtime.speaking import Speaker, caught_up, happen, happen_often
from tests.servers import Servers
from tests.waiting import eventually
from workers.relay import Relay

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
SCRIPT = Path(cinema.web.__file__).with_name("static") / "live.js"
PAGE = """<!doctype html><html lang="en"><title>Live</title>
<script nonce="{nonce}" src="/test/live.js" defer></script>
<body><p data-live-state role="status"></p><input id="field">
<section data-channel="{channel}" data-cursor="{cursor}">
<p id="fragment" data-live-replace="test.happened">{count}</p></section></body></html>"""
LISTEN = """
window.told = [];
document.addEventListener("live:test.happened", (e) => window.told.push(e.detail.data.number));
"""


class House:
    """The application with a page of its own that renders how often it was rendered."""

    def __init__(self, speaker: Speaker, context: BrowserContext) -> None:
        self.speaker = speaker
        self.context = context
        self.origin = str(speaker.client.make_url("")).rstrip("/")
        self.opened: list[WebSocket] = []

    async def visit(self, channel: str, cursor: str = "") -> Page:
        page = await self.context.new_page()
        page.on("websocket", self.note)
        await page.goto(f"{self.origin}/test/page?channel={channel}&cursor={cursor}")
        return page

    def note(self, socket: WebSocket) -> None:
        self.opened.append(socket)

    @property
    def sockets(self) -> int:
        return len(self.speaker.hub.audience)


def add_pages(app: web.Application) -> None:
    rendered = 0

    async def show(request: web.Request) -> web.Response:
        nonlocal rendered
        rendered += 1
        cursor = request.query["cursor"] or str(await top_of_log())
        values = {"nonce": nonce_of(request), "channel": request.query["channel"]}
        text = PAGE.format(cursor=cursor, count=rendered, **values)
        return web.Response(text=text, content_type="text/html")

    async def script(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(SCRIPT)

    app.router.add_get("/test/page", show)
    app.router.add_get("/test/live.js", script)


@pytest.fixture
async def house(servers: Servers, migrated: str, clean: None) -> AsyncIterator[House]:
    port = free_port()
    settings: Settings = make_settings(
        servers, migrated, public_url=f"http://127.0.0.1:{port}", port=port
    )
    app = create_app(settings)
    add_pages(app)
    async with (
        TestClient(TestServer(app, port=port)) as client,
        Speaker(client, settings) as speaker,
        async_playwright() as playwright,
    ):
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = await browser.new_context()
        await context.add_init_script(LISTEN)
        stop = asyncio.Event()
        relaying = asyncio.create_task(Relay(resources_of(client)).run(stop))
        yield House(speaker, context)
        await browser.close()
        stop.set()
        await relaying


async def told(page: Page) -> Any:
    return await page.evaluate("window.told")


async def becomes(page: Page, expression: str, arg: Any = None) -> None:
    """Wait until the expression is true: asked from outside, since the page's policy lets no
    string be evaluated in it, which is how Playwright's own waiting polls."""

    async def holds() -> bool:
        try:
            return bool(await page.evaluate(expression, arg))
        except Error:  # the page is being loaded anew
            return False

    await eventually(holds, timeout=20)


async def state(page: Page, text: str) -> None:
    await becomes(
        page, "(text) => document.querySelector('[data-live-state]').textContent === text", text
    )


async def all_told(page: Page, count: int) -> None:
    await becomes(page, "(count) => window.told.length >= count", count)


async def test_a_page_hears_its_events_and_renews_its_fragment(house: House) -> None:
    page = await house.visit("movie:1")
    await state(page, "Live")
    assert await page.inner_text("#fragment") == "1"
    await happen("movie:1", number=7)
    await all_told(page, 1)
    await becomes(page, "document.getElementById('fragment').textContent === '2'")
    assert await told(page) == [7]


async def test_what_happens_between_the_rendering_and_the_socket_is_heard(house: House) -> None:
    cursor = str(await top_of_log())
    await happen_often("movie:1", range(20))
    await caught_up(house.speaker.hub)
    page = await house.visit("movie:1", cursor)
    await all_told(page, 20)
    assert await told(page) == list(range(20))


async def test_a_cut_connection_misses_nothing_and_says_so(house: House) -> None:
    page = await house.visit("movie:1")
    await state(page, "Live")
    for number in range(30):
        await happen("movie:1", number=number)
        if number % 10 == 5:
            for connection in house.speaker.hub.audience:
                connection.close(CloseCode.GOING_AWAY)
            await caught_up(house.speaker.hub)
    await all_told(page, 30)
    assert await told(page) == list(range(30))
    await state(page, "Live")


async def test_offline_and_back_the_page_catches_up(house: House) -> None:
    page = await house.visit("movie:1")
    await state(page, "Live")
    await house.context.set_offline(True)
    await state(page, "Reconnecting…")
    await happen_often("movie:1", range(3))
    await caught_up(house.speaker.hub)
    await house.context.set_offline(False)
    await state(page, "Caught up on 3")
    assert await told(page) == [0, 1, 2]


async def test_two_tabs_share_one_socket_and_each_hears_its_own(house: House) -> None:
    first = await house.visit("movie:1")
    await state(first, "Live")
    cursor = str(await top_of_log())
    await happen("movie:2", number=1)
    await happen("catalogue", "movie:1", number=2)
    await caught_up(house.speaker.hub)
    # It was rendered before these two happened, and opened after the socket was.
    second = await house.visit("movie:2", cursor)
    third = await house.visit("catalogue", cursor)
    await all_told(second, 1)
    await all_told(third, 1)
    await happen("movie:1", "catalogue", number=3)
    await happen("movie:2", number=4)
    await all_told(second, 2)
    await all_told(third, 2)
    await all_told(first, 2)
    assert (await told(first), await told(second), await told(third)) == ([2, 3], [1, 4], [2, 3])
    assert house.sockets == 1


async def test_when_the_tab_with_the_socket_closes_another_takes_over(house: House) -> None:
    first = await house.visit("movie:1")
    await state(first, "Live")
    second = await house.visit("movie:2")
    await state(second, "Live")
    await happen("movie:2", number=0)
    await all_told(second, 1)
    await first.close()
    for number in range(1, 20):
        await happen("movie:2", number=number)
    await all_told(second, 20)
    assert await told(second) == list(range(20))
    await eventually(lambda: house.sockets == 1)


async def test_channels_that_no_tab_shows_any_more_are_left(house: House) -> None:
    first = await house.visit("movie:1")
    second = await house.visit("movie:2")
    await eventually(lambda: bool(house.speaker.hub.audience.listeners("movie:2")))
    await second.close()
    await eventually(lambda: not house.speaker.hub.audience.listeners("movie:2"))
    assert house.speaker.hub.audience.listeners("movie:1")
    await first.close()


async def test_a_reset_reloads_the_page_unless_somebody_is_typing(house: House) -> None:
    calm = await house.visit("movie:1", "0ther.1")
    await becomes(calm, "document.getElementById('fragment').textContent !== '1'")

    typing = await house.visit("movie:1")
    await typing.fill("#field", "half a sentence")
    position = house.speaker.hub.position
    house.speaker.hub._start_over(type(position)("0ther", 5))
    await becomes(
        typing, "document.querySelector('[data-live-state]').dataset.liveState === 'outdated'"
    )
    assert await typing.input_value("#field") == "half a sentence"


async def test_a_channel_that_is_refused_leaves_the_others_live(house: House) -> None:
    page = await house.visit("user:1")
    # Refused, it asks for a fresh login; refused again, it leaves: a socket that hears nothing.
    await eventually(lambda: len(house.opened) == 2, timeout=20)
    await eventually(lambda: all(socket.is_closed() for socket in house.opened), timeout=20)
    await eventually(lambda: house.sockets == 0, timeout=20)
    assert await page.inner_text("[data-live-state]") == ""
    other = await house.visit("movie:1")
    await state(other, "Live")
    await happen("movie:1", number=1)
    await all_told(other, 1)
    assert await told(page) == []
    assert len(house.opened) == 3
