"""What a buyer is told by mail about an order, read as the mail server received it."""

from datetime import UTC, datetime
from decimal import Decimal

from cinema.database import fetch, transaction
from cinema.notifications.mails import moment
from cinema.outbox import emit
from cinema.payments.events import PaymentRefunded
from tests.notifications.conftest import Sale


def subjects(sale: Sale) -> list[str]:
    return [mail.subject for mail in sale.mails()]


async def test_a_new_order_says_what_it_holds_and_how_long_it_waits(sale: Sale) -> None:
    await sale.work()
    [mail] = sale.mails()
    assert mail.subject == f"Order {sale.order_id} waits for your payment"
    assert mail.links[0] == f"http://127.0.0.1:8000/orders/{sale.order_id}"
    for line in ("Amélie <3: $9.99", "Ran & Co: $1,200.50", "Total: $1,210.49"):
        assert line in mail.text
    [order] = await fetch("SELECT expires_at FROM orders")
    assert f"until {moment(order['expires_at'])}" in mail.text


async def test_what_is_sold_is_text_in_html_whatever_it_is_called(sale: Sale) -> None:
    await sale.work()
    [mail] = sale.mails()
    assert "Amélie &lt;3" in mail.html
    assert "Ran &amp; Co" in mail.html


async def test_a_paid_order_brings_one_receipt(sale: Sale) -> None:
    await sale.stripe_says("succeeded")
    await sale.stripe_says("succeeded")
    await sale.work()
    await sale.work()
    receipt = sale.mails()[-1]
    assert subjects(sale).count(f"Receipt for order {sale.order_id}") == 1
    assert receipt.subject == f"Receipt for order {sale.order_id}"
    assert receipt.links[0] == "http://127.0.0.1:8000/library"
    [order] = await fetch("SELECT paid_at FROM orders")
    for line in (
        "Amélie <3: $9.99",
        "Total: $1,210.49",
        f"Order {sale.order_id}",
        f"Paid on {moment(order['paid_at'])}",
        f"Payment pi_{sale.order_id}",
    ):
        assert line in receipt.text


async def test_a_declined_card_brings_advice_and_the_way_back(sale: Sale) -> None:
    await sale.work()
    await sale.stripe_says("requires_payment_method", "insufficient_funds")
    await sale.work()
    mail = sale.mails()[-1]
    assert mail.subject == f"The payment for order {sale.order_id} did not go through"
    assert "There is not enough money on this card. Try another card." in mail.text
    assert "The order waits for you until" in mail.text
    assert mail.links[0] == f"http://127.0.0.1:8000/orders/{sale.order_id}"


async def test_a_decline_that_was_made_good_meanwhile_is_not_told(sale: Sale) -> None:
    await sale.stripe_says("requires_payment_method", "insufficient_funds")
    await sale.stripe_says("succeeded")
    await sale.work()
    assert sorted(subjects(sale)) == [
        f"Order {sale.order_id} waits for your payment",
        f"Receipt for order {sale.order_id}",
    ]


async def test_an_order_that_expired_is_told_once(sale: Sale) -> None:
    await sale.work()
    await sale.expire()
    await sale.work()
    await sale.work()
    assert subjects(sale)[1:] == [f"Order {sale.order_id} has expired"]


async def test_an_order_that_a_late_payment_revived_is_not_called_expired(sale: Sale) -> None:
    await sale.work()
    await sale.expire()
    await sale.stripe_says("succeeded")
    await sale.work()
    assert subjects(sale)[1:] == [f"Receipt for order {sale.order_id}"]


async def test_a_refund_says_how_much_comes_back(sale: Sale) -> None:
    await sale.stripe_says("succeeded")
    await sale.work()
    async with transaction():
        await emit(
            PaymentRefunded(
                payment_id=1,
                order_id=sale.order_id,
                user_id=sale.buyer.user.id,
                amount=Decimal("9.99"),
                currency="usd",
                refund_id=1,
                reason="asked for",
            )
        )
    await sale.work()
    mail = sale.mails()[-1]
    assert mail.subject == f"Refund for order {sale.order_id}"
    assert "We have refunded $9.99 for order" in mail.text
    assert f"Payment pi_{sale.order_id}" in mail.text


def test_a_moment_is_written_in_utc() -> None:
    assert moment(datetime(2026, 3, 9, 7, 5, tzinfo=UTC)) == "9 March 2026, 07:05 UTC"
