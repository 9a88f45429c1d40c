"""Stripe is asked about everything of which it should have told us, and perhaps did not.

Each walk goes through all there is, a batch at a time: what fails is passed over and does not
keep what comes behind it waiting.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from cinema.errors import CinemaError
from cinema.payments import checkout, disputes, refunds
from cinema.payments.queries import (
    known_states,
    open_disputes,
    unfinished_refunds,
    unsettled_sessions,
)
from cinema.payments.stripe import StripeGateway

log = structlog.get_logger()

BATCH = 100
LOOKED_BACK = timedelta(days=2)
"""How far back refunds and disputes are looked for that were made at Stripe itself."""

Name = TypeVar("Name")
Batch = Callable[[int, int], Awaitable[list[tuple[int, Name]]]]


async def reconcile(gateway: StripeGateway) -> int:
    """Ask Stripe about sessions of which no webhook has told us; return how many were asked."""

    async def ask(number: int, session_id: str) -> None:
        await checkout.refresh_session(gateway, session_id)

    return await _walk("session", unsettled_sessions, ask)


async def reconcile_refunds(gateway: StripeGateway) -> int:
    """Ask for refunds that were not asked for, and how those stand that we know or should know.

    Returns how many refunds and disputes were asked about.
    """

    async def ask_refund(number: int, name: str | None) -> None:
        if name is None:
            await refunds.carry_out(gateway, number)
        else:
            await refunds.hear(gateway, name)

    async def ask_dispute(number: int, name: str) -> None:
        await disputes.hear(gateway, name)

    asked = await _walk("refund", unfinished_refunds, ask_refund)
    asked += await _walk("dispute", open_disputes, ask_dispute)
    return asked + await _look_around(gateway)


async def _look_around(gateway: StripeGateway) -> int:
    """Enter the refunds and disputes at Stripe that stand otherwise here, or are not here."""
    # The process's clock may be wrong by minutes, which is nothing beside the days.
    since = datetime.now(UTC) - LOOKED_BACK
    known_refunds, known_disputes = await known_states()
    entered = 0
    for refund in await gateway.refunds(since=since):
        if known_refunds.get(refund.id) != refunds.OF_STRIPE[refund.status]:
            entered += await _guarded("refund", refunds.take_in(gateway, refund))
    for dispute in await gateway.disputes_since(since):
        if known_disputes.get(dispute.id) != dispute.status:
            entered += await _guarded("dispute", disputes.take_in(gateway, dispute))
    return entered


async def _walk(what: str, batch: Batch[Name], ask: Callable[[int, Name], Awaitable[None]]) -> int:
    asked, last = 0, 0
    while found := await batch(BATCH, last):
        for number, name in found:
            await _guarded(what, ask(number, name))
        asked, last = asked + len(found), found[-1][0]
    return asked


async def _guarded(what: str, work: Awaitable[None]) -> int:
    try:
        await work
    except CinemaError as error:
        log.warning("not_reconciled", what=what, code=error.code)
    return 1
