"""Who may have what back: the rules, checked under the locks that moving money takes.

What is asked for here is only written down; cinema.payments.refunds asks Stripe.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cinema.database import atomic, fetch
from cinema.library.queries import watched
from cinema.money import is_payable
from cinema.orders import service as orders
from cinema.orders.models import Order
from cinema.orders.queries import get_order
from cinema.payments import ledger
from cinema.payments.errors import (
    AmountNotPayable,
    MovieWatched,
    NothingToRefund,
    PaymentIsDisputed,
    PaymentNotFound,
    RefundInProgress,
    RefundTooLarge,
    RefundWindowOver,
)
from cinema.payments.models import SETTLED, Payment, PaymentStatus
from cinema.payments.schemas import (
    OrderRefund,
    PaymentRefund,
    RefundableItem,
    RefundOffer,
    RefundOut,
)

# What is on its way back counts as gone: nothing is promised twice.
PROMISED = """
SELECT coalesce(sum(amount), 0) AS promised,
       coalesce(bool_or(status IN ('requested', 'pending')), false) AS on_its_way
  FROM refunds WHERE payment_id = $1 AND status <> 'failed'
"""
SHARES = """
SELECT i.id, o.movie_id, o.movie_name AS name,
       i.price_at_payment - coalesce((
           SELECT sum(s.amount) FROM refund_items s JOIN refunds r ON r.id = s.refund_id
            WHERE s.payment_item_id = i.id AND r.status <> 'failed'), 0) AS amount
  FROM payment_items i JOIN order_items o ON o.id = i.order_item_id
 WHERE i.payment_id = $1 ORDER BY i.id
"""
REFUNDS = """
SELECT r.id, r.payment_id, p.order_id, r.amount, p.currency, r.status, r.reason, r.failure_reason,
       r.created_at, r.closed_at
  FROM refunds r JOIN payments p ON p.id = r.payment_id
"""
WINDOW = """
SELECT paid_at + $2::int * interval '1 day' AS until,
       coalesce(paid_at + $2::int * interval '1 day' < now(), true) AS is_over
  FROM orders WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of one payment item."""

    id: int
    movie_id: int
    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a payment once everything that was promised has gone back."""

    amount: Decimal
    on_its_way: bool
    shares: Sequence[Share]

    def require(self) -> None:
        if not self.amount:
            raise RefundInProgress if self.on_its_way else NothingToRefund

    def of(self, movie_ids: Collection[int]) -> list[Share]:
        """Return what is left of these movies; raises what keeps one of them from going back."""
        chosen = [share for share in self.shares if share.movie_id in set(movie_ids)]
        if len(chosen) < len(set(movie_ids)) or not all(share.amount for share in chosen):
            raise RefundInProgress if self.on_its_way and chosen else NothingToRefund
        return chosen


@atomic
async def refund_order(
    order_id: int, wanted: OrderRefund, by: int, *, is_staff: bool, window_days: int
) -> RefundOut:
    """Promise to pay an order back, or some of its movies.

    Raises OrderNotFound, also for another's unless it is staff that asks; NothingToRefund,
    RefundInProgress, PaymentIsDisputed, RefundTooLarge; for a buyer RefundWindowOver and
    MovieWatched.
    """
    order = await orders.lock_order(order_id, None if is_staff else by)
    payment_id = await ledger.bought_with(order.id)
    if payment_id is None:
        raise NothingToRefund
    _, payment = await ledger.lock_books(payment_id)
    rest = await _rest(payment)
    chosen = rest.of(wanted.items) if wanted.items else _left(rest)
    if not is_staff:
        await _require_unused(order, [share.movie_id for share in chosen], window_days)
    amount = sum((share.amount for share in chosen), Decimal(0))
    if len(chosen) == len(_left(rest)):
        # A sum that was paid back before belongs to no movie: the last ones bring what is left.
        amount = rest.amount
    return await _promise(payment, rest, amount, wanted.reason, by=by, chosen=chosen)


@atomic
async def refund_payment(payment_id: int, wanted: PaymentRefund, by: int) -> RefundOut:
    """Promise to pay a sum back, or all that is left.

    Raises PaymentNotFound, NothingToRefund, RefundInProgress, PaymentIsDisputed,
    RefundTooLarge for more than is left, and AmountNotPayable.
    """
    if not await Payment.filter(id=payment_id).exists():
        raise PaymentNotFound
    _, payment = await ledger.lock_books(payment_id)
    rest = await _rest(payment)
    amount = rest.amount if wanted.amount is None else wanted.amount
    if not is_payable(amount, payment.currency):
        raise AmountNotPayable(f"{amount} {payment.currency.upper()} cannot be paid.")
    chosen = _left(rest) if wanted.amount is None else []
    return await _promise(payment, rest, amount, wanted.reason, by=by, chosen=chosen)


async def refund_offer(user_id: int, order_id: int, window_days: int) -> RefundOffer | None:
    """Tell what a buyer can give back of an order; None where nothing was bought with it.

    Raises OrderNotFound.
    """
    await get_order(user_id, order_id)
    payment_id = await ledger.bought_with(order_id)
    if payment_id is None:
        return None
    payment = await Payment.get(id=payment_id)
    shares = await _shares(payment.id)
    remaining, on_its_way = await _remaining(payment)
    seen = await watched(user_id, [share.movie_id for share in shares])
    until, is_over = await _window(order_id, window_days)
    rest = Rest(remaining, on_its_way, shares)
    return RefundOffer(
        remaining=remaining,
        refusal=_refusal(payment, rest, seen, is_over=is_over),
        until=until,
        items=[
            RefundableItem(
                movie_id=share.movie_id,
                name=share.name,
                amount=min(share.amount, remaining),
                is_watched=share.movie_id in seen,
            )
            for share in shares
        ],
        refunds=await refunds_of(payment.id),
    )


async def refunds_of(payment_id: int) -> list[RefundOut]:
    """Return what went back of a payment, or was to, the oldest first."""
    rows = await fetch(REFUNDS + " WHERE r.payment_id = $1 ORDER BY r.id", payment_id)
    return [RefundOut(**row) for row in rows]


def _refusal(payment: Payment, rest: Rest, seen: Collection[int], *, is_over: bool) -> str:
    """Say why a buyer can give nothing back; empty where something can be."""
    if payment.status is PaymentStatus.DISPUTED:
        return f"{PaymentIsDisputed.title}."
    if not rest.amount:
        return f"{(RefundInProgress if rest.on_its_way else NothingToRefund).title}."
    if is_over:
        return f"{RefundWindowOver.title}."
    if all(share.movie_id in seen for share in _left(rest)):
        return f"{MovieWatched.title}."
    return ""


def _left(rest: Rest) -> list[Share]:
    return [share for share in rest.shares if share.amount]


async def _require_unused(order: Order, movie_ids: Sequence[int], window_days: int) -> None:
    _, is_over = await _window(order.id, window_days)
    if is_over:
        raise RefundWindowOver
    if seen := await watched(order.user_id, movie_ids):
        raise MovieWatched(movie_ids=sorted(seen))


async def _window(order_id: int, window_days: int) -> tuple[datetime | None, bool]:
    [row] = await fetch(WINDOW, order_id, window_days)
    return row["until"], row["is_over"]


async def _rest(payment: Payment) -> Rest:
    """Return what is left of a locked payment; raises what keeps all of it from going back."""
    if payment.status is PaymentStatus.DISPUTED:
        raise PaymentIsDisputed
    remaining, on_its_way = await _remaining(payment)
    rest = Rest(remaining, on_its_way, await _shares(payment.id))
    rest.require()
    return rest


async def _remaining(payment: Payment) -> tuple[Decimal, bool]:
    [row] = await fetch(PROMISED, payment.id)
    is_open = payment.status in SETTLED and payment.status is not PaymentStatus.REFUNDED
    return payment.amount - row["promised"] if is_open else Decimal(0), row["on_its_way"]


async def _shares(payment_id: int) -> list[Share]:
    return [Share(**row) for row in await fetch(SHARES, payment_id)]


async def _promise(
    payment: Payment, rest: Rest, amount: Decimal, reason: str, *, by: int, chosen: Sequence[Share]
) -> RefundOut:
    if amount > rest.amount:
        raise RefundTooLarge(remaining=str(rest.amount))
    shares = {share.id: share.amount for share in chosen}
    # Only what adds up is booked on the movies; the whole payment's end needs no shares.
    adds_up = sum(shares.values()) == amount
    refund = await ledger.write_down(
        payment, amount, reason, requested_by=by, shares=shares if adds_up else None
    )
    [row] = await fetch(REFUNDS + " WHERE r.id = $1", refund.id)
    return RefundOut(**row)
