"""Readers who wait for the same answer have it made once, and each gets a fresh one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from cinema.http.cache import Versions, cache_middleware, install_cache
from cinema.http.endpoint import Shared, endpoint
from cinema.http.identity import SECURE, Access
from cinema.http.kept import Kept, Shelf
from tests.rounds import rounds
from tests.waiting import eventually

READERS = 20
ROUNDS = rounds(50)


class Told(BaseModel):
    number: int


class House:
    """One address. What it answers is made by hand, and so is the version."""

    def __init__(self) -> None:
        self.version = 1
        self.arrived = 0
        self.made = 0
        self.gate = asyncio.Event()
        self.broken = False

    async def versions(self) -> Versions:
        return Versions(self.version, self.version)

    async def make(self) -> int:
        self.made += 1
        seen = self.version
        await self.gate.wait()
        if self.broken:
            raise web.HTTPServiceUnavailable
        return seen


Answer = tuple[int, str]
Ask = Callable[[], Coroutine[Any, Any, Answer]]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def ask(house: House) -> AsyncIterator[Ask]:
    @endpoint(access=Access.PUBLIC, shared=Shared.CATALOGUE)
    async def tell(request: web.Request) -> Told:
        """Tell the version under which it was made."""
        return Told(number=await house.make())

    @web.middleware
    async def arrive(request: web.Request, handler: Handler) -> web.StreamResponse:
        house.arrived += 1
        return await handler(request)

    app = web.Application(middlewares=[arrive, cache_middleware])
    app[SECURE] = False
    install_cache(app, house.versions)
    app.router.add_get("/", tell)
    async with TestClient(TestServer(app)) as client:

        async def one() -> Answer:
            async with client.get("/") as response:
                return response.status, await response.text()

        yield one


async def waiting(house: House, ask: Ask, readers: int = READERS) -> list[asyncio.Task[Answer]]:
    """Return the tasks of readers, all of whom wait for an answer that is being made."""
    there = house.arrived + readers
    tasks = [asyncio.create_task(ask()) for _ in range(readers)]
    await eventually(lambda: house.arrived == there, timeout=10)
    for _ in range(20):  # from here on nobody waits for anything outside this loop
        await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)
    return tasks


async def test_an_answer_is_made_once_for_all_who_wait_for_it(house: House, ask: Ask) -> None:
    tasks = await waiting(house, ask)
    house.gate.set()
    assert await asyncio.gather(*tasks) == [(200, '{"number":1}')] * READERS
    assert house.made == 1


async def test_who_comes_after_a_change_does_not_share_what_was_before(
    house: House, ask: Ask
) -> None:
    early = await waiting(house, ask)
    house.version = 2
    late = await waiting(house, ask)
    assert house.made == 2
    house.gate.set()
    assert set(await asyncio.gather(*early)) == {(200, '{"number":1}')}
    assert set(await asyncio.gather(*late)) == {(200, '{"number":2}')}


async def test_where_the_maker_fails_each_who_waited_tries_alone(house: House, ask: Ask) -> None:
    house.broken = True
    tasks = await waiting(house, ask, 5)
    assert house.made == 1
    house.gate.set()
    assert [status for status, _ in await asyncio.gather(*tasks)] == [503] * 5
    assert house.made == 5
    house.broken = False
    assert await ask() == (200, '{"number":1}')


async def test_who_stops_waiting_takes_the_answer_from_nobody(house: House, ask: Ask) -> None:
    tasks = await waiting(house, ask, 6)
    for task in tasks[:3]:
        task.cancel()
    await asyncio.sleep(0.05)
    house.gate.set()
    assert await asyncio.gather(*tasks[3:]) == [(200, '{"number":1}')] * 3


async def test_no_reader_is_told_less_than_was_there_when_it_asked(house: House, ask: Ask) -> None:
    """The version moves all the time, and answers take longer than that."""
    house.gate.set()
    late: list[tuple[int, str]] = []

    async def read() -> None:
        for _ in range(ROUNDS):
            asked = house.version
            _, text = await ask()
            if Told.model_validate_json(text).number < asked:
                late.append((asked, text))

    async def change() -> None:
        while True:
            house.version += 1
            house.gate.clear()
            await asyncio.sleep(0.001)
            house.gate.set()
            await asyncio.sleep(0)

    changing = asyncio.create_task(change())
    await asyncio.gather(*(read() for _ in range(READERS)))
    changing.cancel()
    assert late == []
    assert 1 < house.made < ROUNDS * READERS


async def test_a_maker_that_is_cancelled_says_so_to_who_waits() -> None:
    shelf = Shelf()
    with suppress(asyncio.CancelledError), shelf.making(1, "a") as making:
        assert (shelf.being_made(1, "a"), shelf.being_made(2, "a")) == (making, None)
        raise asyncio.CancelledError
    assert (making.result(), shelf.being_made(1, "a")) == (None, None)


async def test_the_first_of_two_makers_leaves_the_second_at_its_work() -> None:
    shelf, kept = Shelf(), Kept(b"x")
    with shelf.making(1, "a") as second:
        pass
    with shelf.making(1, "a") as second:
        with shelf.making(1, "a") as third:
            pass
        assert third.result() is None
        second.set_result(kept)
    assert (second.result(), shelf.being_made(1, "a")) == (kept, None)
