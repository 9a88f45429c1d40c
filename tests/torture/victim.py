"""A process of the product that dies on command: in the middle of a piece of work, without a word.

It is told what to do line by line, and does each in a fork of its own, which ends by `_exit` at
the suspension that it was told: no `finally` runs, no connection is closed, no lock is given back.
What it had sent to a server may or may not arrive: as with kill -9.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from types import coroutine
from typing import TYPE_CHECKING, Any, cast

from cinema.database import fetch, open_database
from cinema.mailer import Mailer
from cinema.orders.schemas import PlaceOrder
from cinema.orders.service import place_order
from cinema.payments import checkout, inbox, refunds
from cinema.payments.stripe import open_gateway
from cinema.resources import Resources, command_client
from cinema.settings import Settings
from workers.runner import Runner
from workers.subscriptions import JOBS

if TYPE_CHECKING:
    from cinema.storage import Storage

LIVED, DIED, FAILED = 0, 9, 1
NAME = "victim"


async def order(resources: Resources, user_id: int) -> object:
    return await place_order(user_id, PlaceOrder(), currency="usd", lifetime_minutes=30)


async def open_page(resources: Resources, user_id: int, order_id: int) -> object:
    return await checkout.start_checkout(resources.gateway, user_id, order_id)


async def settle(resources: Resources, event_id: str) -> None:
    await inbox.handle(resources.gateway, event_id, livemode=False)


async def refund(resources: Resources, refund_id: int) -> None:
    await refunds.carry_out(resources.gateway, refund_id)


async def run(resources: Resources, run_id: int) -> object:
    return await Runner(resources, JOBS).run(run_id)


ACTS: Mapping[str, Callable[..., Coroutine[Any, Any, Any]]] = {
    act.__name__: act for act in (order, open_page, settle, refund, run)
}


@coroutine
def mortal(work: Coroutine[Any, Any, Any], last: int) -> Generator[Any, Any, None]:
    """Drive a piece of work by hand, and end the process where it waits for the `last` time."""
    waits, error = 0, None
    while True:
        try:
            waited_for = work.send(None) if error is None else work.throw(error)
        except StopIteration:
            return
        waits += 1
        if waits == last:
            os._exit(DIED)
        try:
            yield waited_for
            error = None
        except BaseException as raised:
            error = raised


async def live(act: str, arguments: Mapping[str, Any], last: int) -> None:
    settings = Settings()
    async with (
        open_database(settings, NAME),
        command_client(settings) as redis,
        open_gateway(settings) as gateway,
    ):
        # No files are touched here, and the client for them takes longest to make.
        storage = cast("Storage", None)
        resources = Resources(settings, redis, gateway, storage, Mailer(settings))
        # What a process does once, and not for each request.
        await redis.echo("here")
        await fetch("SELECT 1")
        doomed: Awaitable[None] = mortal(ACTS[act](resources, **arguments), last)
        await doomed


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is logged is no answer
    for line in sys.stdin:
        command = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(live(**command))
            except BaseException as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                os._exit(FAILED)
            os._exit(LIVED)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
