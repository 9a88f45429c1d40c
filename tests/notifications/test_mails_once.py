"""Each mail about an order leaves once, by its row of the outbox, however often its job runs."""

from collections.abc import Awaitable, Callable

import pytest

from cinema.database import fetch, transaction
from cinema.orders import service as orders
from cinema.payments import disputes, ledger, refunds
from cinema.payments.models import Payment, Refund
from cinema.payments.stripe import DisputeState, RefundState
from tests.notifications.conftest import Sale

AGAIN = "UPDATE job_runs SET done_at = NULL, attempts = 0, next_at = now() WHERE job LIKE 'mail%'"


async def payment_of(sale: Sale) -> Payment:
    payment = await Payment.filter(order_id=sale.order_id).first()
    assert payment is not None
    return payment


async def create(sale: Sale) -> None:
    """The order was placed by the fixture."""


async def pay(sale: Sale) -> None:
    await sale.stripe_says("succeeded")


async def decline(sale: Sale) -> None:
    await sale.stripe_says("requires_payment_method", "expired_card")


async def expire(sale: Sale) -> None:
    await sale.expire()


async def promise(sale: Sale) -> Refund:
    await pay(sale)
    payment = await payment_of(sale)
    async with transaction():
        return await ledger.write_down(payment, payment.amount, "Bought twice")


async def refund(sale: Sale) -> None:
    promised = await promise(sale)
    state = RefundState("re_1", "succeeded", f"pi_{sale.order_id}", promised.amount)
    for _ in range(2):
        await refunds.enter(promised.id, state)


async def fail_refund(sale: Sale) -> None:
    promised = await promise(sale)
    state = RefundState("re_1", "failed", f"pi_{sale.order_id}", promised.amount)
    for _ in range(2):
        await refunds.enter(promised.id, state)


async def lose_dispute(sale: Sale) -> None:
    await pay(sale)
    amount = (await payment_of(sale)).amount
    for status in ("needs_response", "lost", "lost"):
        state = DisputeState("dp_1", status, f"pi_{sale.order_id}", amount, "fraudulent")
        await disputes.take_in(None, state)  # type: ignore[arg-type]  # the payment is known


Happen = Callable[[Sale], Awaitable[None]]


@pytest.mark.parametrize(
    ("happen", "subject", "words"),
    [
        (create, "Order {} waits for your payment", "Total: $1,210.49"),
        (pay, "Receipt for order {}", "Total: $1,210.49"),
        (decline, "The payment for order {} did not go through", "The card has expired."),
        (expire, "Order {} has expired", "Nothing was charged."),
        (refund, "Refund for order {}", "We have refunded $1,210.49"),
        (fail_refund, "The refund for order {} did not arrive", "are looking into it"),
        (fail_refund, "Receipt for order {}", "Total: $1,210.49"),
        (lose_dispute, "Your bank took back the payment for order {}", "$1,210.49"),
    ],
)
async def test_what_happens_to_an_order_is_told_by_one_mail(
    sale: Sale, happen: Happen, subject: str, words: str
) -> None:
    await happen(sale)
    await sale.work()
    first = sale.mails()
    [mail] = [mail for mail in first if mail.subject == subject.format(sale.order_id)]
    assert words in " ".join(mail.text.split())
    assert len({mail.subject for mail in first}) == len(first)

    await fetch(AGAIN)
    await sale.work()

    assert len(sale.mails()) == len(first)
    rows = await fetch("SELECT split_part(trim('<' FROM message_id), '.', 1)::bigint AS outbox_id"
                       "  FROM sent_mails")  # fmt: skip
    told = await fetch("SELECT id FROM outbox")
    assert len(rows) == len(first)
    assert {row["outbox_id"] for row in rows} <= {row["id"] for row in told}


async def test_each_decline_has_a_mail_of_its_own(sale: Sale) -> None:
    for code in ("generic_decline", "insufficient_funds", "insufficient_funds"):
        await sale.stripe_says("requires_payment_method", code)
    await sale.work()
    failed = [mail for mail in sale.mails() if "did not go through" in mail.subject]
    advice = [mail for mail in failed if "There is not enough money on this card." in mail.text]
    assert (len(failed), len(advice)) == (2, 1)


async def test_an_expired_order_that_was_charged_is_not_told_that_nothing_was(sale: Sale) -> None:
    await sale.expire()
    await fetch("UPDATE movies SET is_available = false")
    await pay(sale)
    await sale.work()
    [mail] = [mail for mail in sale.mails() if "has expired" in mail.subject]
    assert "The payment that came too late goes back to your card." in mail.text
    assert "Nothing was charged" not in mail.text + mail.html


async def test_a_canceled_order_is_told_by_no_mail(sale: Sale) -> None:
    async with transaction():
        await orders.mark_canceled(await orders.lock_order(sale.order_id), "by the buyer")
    await sale.work()
    assert sale.mails() == []
