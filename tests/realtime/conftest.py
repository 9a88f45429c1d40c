"""A web process with its hub, a relay beside it, and what the tests say to them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from cinema.resources import Resources
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.realtime.speaking import Speaker
from workers.relay import Relay


@pytest.fixture
async def relay(client: Client) -> AsyncIterator[Relay]:
    """A running relay on the resources of the application under test."""
    relay, stop = Relay(resources_of(client)), asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    yield relay
    stop.set()
    await running


@pytest.fixture
def app_resources(client: Client) -> Resources:
    return resources_of(client)


@pytest.fixture
async def speaker(client: Client, settings: Settings) -> AsyncIterator[Speaker]:
    """Opens sockets to the application and closes them after the test."""
    async with Speaker(client, settings) as speaker:
        yield speaker
