"""What happens by itself: sessions expire, and asynchronous refunds change their state."""

import asyncio

from . import refunds
from .checkout import expire_overdue
from .simulator import Simulator

TICK_SECONDS = 0.25


async def run(simulator: Simulator) -> None:
    while True:
        expire_overdue(simulator)
        settle_refunds(simulator)
        await asyncio.sleep(TICK_SECONDS)


def settle_refunds(simulator: Simulator) -> None:
    now = simulator.clock.now()
    if not simulator.store.has_due_timers(now):
        return
    with simulator.transaction():
        for action, refund_id in simulator.store.take_due_timers(now):
            refund = simulator.require(refunds.KIND, refund_id, "refund")
            if action == refunds.SUCCEED:
                refunds.succeed_refund(simulator, refund)
            else:
                refunds.fail_refund(simulator, refund)
