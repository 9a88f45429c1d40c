"""The way to pay: transactions on both sides, and Stripe called between them, never inside."""

from dataclasses import dataclass
from datetime import datetime

from cinema import audit
from cinema.accounts.models import User
from cinema.database import atomic, fetch
from cinema.orders import service as orders
from cinema.orders.errors import OrderNotPending
from cinema.orders.models import Order, OrderStatus
from cinema.orders.timeline import subject_of
from cinema.outbox import emit, top_of_log
from cinema.payments import service
from cinema.payments.errors import AlreadyPaid, OrderWithdrawn
from cinema.payments.events import CheckoutOpened
from cinema.payments.models import Checkout, CheckoutStatus
from cinema.payments.schemas import CheckoutOut
from cinema.payments.stripe import NewSession, SessionState, StripeGateway, StripeRefused

SHORTEST_SESSION = 40
"""Minutes. Stripe takes nothing under 30 by its own clock; ten more are for the way and for a clock
that is wrong. The order's own end is kept by the expiry job, which closes the session at Stripe
first."""

USABLE = "SELECT expires_at > now() + interval '1 minute' AS usable FROM checkouts WHERE id = $1"
BEGIN_ATTEMPT = """
INSERT INTO checkouts (order_id, attempt, idempotency_key, expires_at)
VALUES ($1, $2, $3, greatest($4, now() + $5 * interval '1 minute')) RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A checkout that is to be opened at Stripe, or is open."""

    checkout_id: int
    url: str
    expires_at: datetime
    new: NewSession | None = None
    is_resumed: bool = False
    """An earlier request began it, and may have opened it at Stripe under the same key."""


async def start_checkout(gateway: StripeGateway, user_id: int, order_id: int) -> CheckoutOut:
    """Return the address where the order can be paid; an order that costs nothing is paid at once.

    An open session is used again. Raises OrderNotFound, OrderNotPending, OrderWithdrawn,
    StripeUnavailable; after the last nothing is lost and a repeat goes on.
    """
    attempt = await _begin_or_withdraw(user_id, order_id)
    try:
        return await _open(gateway, attempt)
    except StripeRefused:
        await _rejected(attempt.checkout_id)
        if not attempt.is_resumed:
            raise
    # It was begun while Stripe was away for so long that its end is now too near for Stripe.
    return await _open(gateway, await _begin_or_withdraw(user_id, order_id))


async def _begin_or_withdraw(user_id: int, order_id: int) -> Attempt:
    attempt = await _begin(user_id, order_id)
    if attempt is None:
        # The order was canceled in that transaction, so it has to commit before this is said.
        raise OrderWithdrawn
    return attempt


async def _open(gateway: StripeGateway, attempt: Attempt) -> CheckoutOut:
    if attempt.new is None:
        return CheckoutOut(checkout_url=attempt.url, expires_at=attempt.expires_at)
    session = await gateway.create_session(attempt.new)
    await _opened(attempt.checkout_id, session)
    return CheckoutOut(checkout_url=session.url, expires_at=attempt.expires_at)


@atomic
async def _begin(user_id: int, order_id: int) -> Attempt | None:
    order = await orders.lock_order(order_id, user_id)
    await _refuse_unless_payable(order)
    if not await _still_sellable(order):
        await orders.mark_canceled(order, "a movie is no longer on sale")
        return None
    if order.total_amount == 0:
        await service.settle_free(order)
        return Attempt(0, f"/orders/{order.id}", order.expires_at)
    current = await _current_checkout(order)
    checkout = current or await _next_checkout(order)
    if checkout.status is CheckoutStatus.OPEN:
        return Attempt(checkout.id, checkout.url, order.expires_at)
    new = await _session_of(order, checkout)
    return Attempt(checkout.id, "", order.expires_at, new, is_resumed=current is not None)


async def _refuse_unless_payable(order: Order) -> None:
    if order.status is OrderStatus.PAID:
        raise AlreadyPaid
    [row] = await fetch("SELECT expires_at <= now() AS over FROM orders WHERE id = $1", order.id)
    if order.status is not OrderStatus.PENDING or row["over"]:
        raise OrderNotPending


async def _still_sellable(order: Order) -> bool:
    [row] = await fetch(
        "SELECT count(*) AS n FROM order_items i JOIN movies m ON m.id = i.movie_id"
        " LEFT JOIN purchases p ON p.movie_id = m.id AND p.user_id = $2 AND p.revoked_at IS NULL"
        " WHERE i.order_id = $1"
        "   AND (NOT m.is_available OR m.deleted_at IS NOT NULL OR p.id IS NOT NULL)",
        order.id,
        order.user_id,
    )
    return bool(row["n"] == 0)


async def _current_checkout(order: Order) -> Checkout | None:
    """Return the attempt that is open or was begun."""
    latest = await Checkout.filter(order_id=order.id).order_by("-attempt").first()
    if latest is None or latest.status not in {CheckoutStatus.CREATING, CheckoutStatus.OPEN}:
        return None
    [row] = await fetch(USABLE, latest.id)
    if row["usable"]:
        return latest
    latest.move_to(CheckoutStatus.EXPIRED)
    await latest.save(update_fields=["status"])
    return None


async def _next_checkout(order: Order) -> Checkout:
    [last] = await fetch(
        "SELECT coalesce(max(attempt), 0) AS attempt FROM checkouts WHERE order_id = $1", order.id
    )
    attempt = last["attempt"] + 1
    [row] = await fetch(
        BEGIN_ATTEMPT,
        order.id,
        attempt,
        # The epoch tells this database's orders from those of another one at the same account.
        f"checkout:{(await top_of_log()).epoch}:{order.id}:{attempt}",
        order.expires_at,
        SHORTEST_SESSION,
    )
    return await Checkout.get(id=row["id"])


async def _session_of(order: Order, checkout: Checkout) -> NewSession:
    user = await User.get(id=order.user_id)
    items = await orders.items_of(order.id)
    return NewSession(
        order_id=order.id,
        idempotency_key=checkout.idempotency_key,
        email=user.email,
        currency=order.currency,
        # Stripe's page takes no line that costs nothing.
        lines=[(item.movie_name, item.price_at_order) for item in items if item.price_at_order],
        expires_at=checkout.expires_at,
    )


@atomic
async def _opened(checkout_id: int, session: SessionState) -> None:
    checkout = await Checkout.filter(id=checkout_id).select_for_update().get()
    if checkout.status is not CheckoutStatus.CREATING:
        return
    checkout.move_to(CheckoutStatus.OPEN)
    checkout.session_id, checkout.url = session.id, session.url
    checkout.expires_at = session.expires_at
    await checkout.save(update_fields=["status", "session_id", "url", "expires_at"])
    after = {"checkout": checkout.id, "attempt": checkout.attempt}
    await audit.record("checkout.opened", subject_of(checkout.order_id), after=after)
    order = await Order.get(id=checkout.order_id)
    await emit(CheckoutOpened(order_id=order.id, user_id=order.user_id, attempt=checkout.attempt))


async def shut(gateway: StripeGateway, attempt: Checkout) -> None:
    """Close an attempt's page at Stripe, and enter what was paid there.

    One that was cut off before its answer was stored is opened again under its key, which
    returns the session that may exist: it cannot be closed without its name.
    """
    if attempt.session_id is None:
        order = await Order.get(id=attempt.order_id)
        try:
            session = await gateway.create_session(await _session_of(order, attempt))
        except StripeRefused:
            await _rejected(attempt.id)
            return
        await _opened(attempt.id, session)
        attempt.session_id = session.id
    await apply_session(gateway, await gateway.expire_session(attempt.session_id))


@atomic
async def _rejected(checkout_id: int) -> None:
    checkout = await Checkout.filter(id=checkout_id).select_for_update().get()
    if checkout.status is CheckoutStatus.CREATING:
        checkout.move_to(CheckoutStatus.REJECTED)
        await checkout.save(update_fields=["status"])


async def refresh_session(gateway: StripeGateway, session_id: str) -> None:
    """Ask Stripe how a session stands and enter it: for the webhook, the page, the sweep."""
    await apply_session(gateway, await gateway.get_session(session_id))


async def apply_session(gateway: StripeGateway, session: SessionState) -> None:
    if session.payment_intent is not None:
        await service.settle(await gateway.get_intent(session.payment_intent))
    if session.status == "expired":
        await _expired(session.id)


@atomic
async def _expired(session_id: str) -> None:
    checkout = await Checkout.filter(session_id=session_id).select_for_update().first()
    if checkout is not None and checkout.status is CheckoutStatus.OPEN:
        checkout.move_to(CheckoutStatus.EXPIRED)
        await checkout.save(update_fields=["status"])
