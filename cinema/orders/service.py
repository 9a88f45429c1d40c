"""The life of an order: every change of state emits one event and writes one audit row."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from cinema import audit
from cinema.cart import service as cart
from cinema.cart.service import CartLine
from cinema.database import atomic, current_transaction, fetch
from cinema.library import service as library
from cinema.library.queries import holdings
from cinema.library.service import SoldItem
from cinema.money import is_payable, maximum_charge, minimum_charge, written
from cinema.orders.errors import (
    AlreadyInOrder,
    AmountTooLarge,
    AmountTooSmall,
    CartChanged,
    CartEmpty,
    NothingToOrder,
    OrderNotFound,
    PriceChanged,
)
from cinema.orders.events import (
    OrderCanceled,
    OrderCreated,
    OrderEvent,
    OrderExpired,
    OrderPaid,
    OrderRefunded,
    OrderRestored,
)
from cinema.orders.models import Order, OrderItem, OrderStatus
from cinema.orders.queries import get_order
from cinema.orders.schemas import ExcludedMovie, PlacedOrder, PlaceOrder
from cinema.orders.timeline import subject_of
from cinema.outbox import emit


@atomic
async def place_order(
    user_id: int, wanted: PlaceOrder, *, currency: str, lifetime_minutes: float
) -> PlacedOrder:
    """Turn the cart into a pending order at today's prices; the cart stays until it is paid.

    Raises CartEmpty, CartChanged, AlreadyInOrder, NothingToOrder, PriceChanged, AmountTooSmall,
    AmountTooLarge.
    """
    locked = await cart.lock_lines(user_id)
    if wanted.cart_version is not None and wanted.cart_version != locked.version:
        raise CartChanged(version=locked.version)
    if not locked.lines:
        raise CartEmpty
    lines, excluded = await _sellable(user_id, locked.lines, currency)
    total = sum((line.price for line in lines), Decimal("0.00"))
    if wanted.expected_total is not None and wanted.expected_total != total:
        raise PriceChanged(expected_total=str(wanted.expected_total), total=str(total))
    require_chargeable(total, currency)
    order = await _insert(user_id, lines, total, currency, lifetime_minutes)
    after = {"total": str(total), "currency": currency}
    await audit.record("order.created", subject_of(order.id), after=after)
    await emit(OrderCreated(order_id=order.id, user_id=user_id, total=total, currency=currency))
    return PlacedOrder(order=await get_order(user_id, order.id), excluded=excluded)


async def _sellable(
    user_id: int, lines: Sequence[CartLine], currency: str
) -> tuple[list[CartLine], list[ExcludedMovie]]:
    """Part the cart into what can be ordered and what is left out, with the reasons."""
    held = await holdings(user_id, [line.movie_id for line in lines])
    open_orders = sorted({one.order_id for one in held.values() if one.order_id is not None})
    if open_orders:
        raise AlreadyInOrder(order_ids=open_orders)
    owned = {movie_id for movie_id, one in held.items() if one.purchased}
    excluded = [
        ExcludedMovie(movie_id=line.movie_id, name=line.name, reason=reason)
        for line in lines
        if (reason := _obstacle(line, owned, currency))
    ]
    left_out = {movie.movie_id for movie in excluded}
    sellable = [line for line in lines if line.movie_id not in left_out]
    if not sellable:
        raise NothingToOrder(excluded=[movie.model_dump() for movie in excluded])
    return sellable, excluded


def _obstacle(line: CartLine, owned: Collection[int], currency: str) -> str:
    """Say why a movie is left out; empty where it is not."""
    if line.movie_id in owned:
        return "already_purchased"
    if not line.is_available:
        return "not_available"
    # A price from before the house's currency was changed to one without cents.
    return "" if is_payable(line.price, currency) else "price_not_payable"


def require_chargeable(total: Decimal, currency: str) -> None:
    """Refuse what Stripe would not charge; what costs nothing never comes to Stripe."""
    least, most = minimum_charge(currency), maximum_charge(currency)
    if 0 < total < least:
        text = f"The total is below {written(least, currency)}, the least that can be charged."
        raise AmountTooSmall(text, minimum=str(least))
    if total > most:
        text = (
            f"The total is above {written(most, currency)}, the most that can be charged at once."
        )
        raise AmountTooLarge(text, maximum=str(most))


async def _insert(
    user_id: int, lines: Sequence[CartLine], total: Decimal, currency: str, lifetime: float
) -> Order:
    [row] = await fetch(
        "INSERT INTO orders (user_id, currency, total_amount, expires_at)"
        " VALUES ($1, $2, $3, now() + $4 * interval '1 minute') RETURNING id",
        user_id,
        currency,
        total,
        lifetime,
    )
    items = await fetch(
        "INSERT INTO order_items (order_id, movie_id, movie_name, price_at_order)"
        " SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::numeric[])"
        " RETURNING id AS order_item_id, movie_id",
        row["id"],
        [line.movie_id for line in lines],
        [line.name for line in lines],
        [line.price for line in lines],
    )
    # Nobody else can claim for this user while the cart is locked, but the index has the last word.
    if taken := await library.claim(user_id, [SoldItem(**item) for item in items]):
        raise AlreadyInOrder(movie_ids=sorted(taken))
    return await Order.get(id=row["id"])


async def lock_order(order_id: int, user_id: int | None = None) -> Order:
    """Lock an order for the caller's transaction; raises OrderNotFound, also for another's."""
    current_transaction()
    orders = Order.filter(id=order_id).select_for_update()
    order = await (orders.filter(user_id=user_id) if user_id is not None else orders).first()
    if order is None:
        raise OrderNotFound
    return order


async def items_of(order_id: int) -> list[OrderItem]:
    return await OrderItem.filter(order_id=order_id).order_by("id")


async def mark_paid(order: Order, payment_id: int) -> None:
    """Move a locked order to paid: the movies are the buyer's and leave the cart.

    A step of the caller's transaction; raises InvalidTransition.
    """
    items = await items_of(order.id)
    event = OrderPaid(
        order_id=order.id,
        user_id=order.user_id,
        total=order.total_amount,
        currency=order.currency,
    )
    # Which payment it was that bought the order is written down nowhere else.
    await _transition(order, OrderStatus.PAID, event, {"payment": payment_id})
    await library.release(order.id)
    await library.grant(order.user_id, [SoldItem(item.id, item.movie_id) for item in items])
    await cart.remove_bought(order.user_id, [item.movie_id for item in items])


async def mark_canceled(order: Order, reason: str) -> None:
    """Move a locked order to canceled and give its movies free; raises InvalidTransition."""
    event = OrderCanceled(order_id=order.id, user_id=order.user_id, reason=reason)
    await _transition(order, OrderStatus.CANCELED, event, {"reason": reason})
    await library.release(order.id)


async def mark_expired(order: Order) -> None:
    """Move a locked order to expired and give its movies free; raises InvalidTransition."""
    event = OrderExpired(order_id=order.id, user_id=order.user_id)
    await _transition(order, OrderStatus.EXPIRED, event, {})
    await library.release(order.id)


async def mark_refunded(order: Order, status: OrderStatus, payment_id: int) -> None:
    """Enter that money of a locked order went back: a part of it, or the last of it."""
    event = OrderRefunded(order_id=order.id, user_id=order.user_id, status=status)
    await _follow(order, status, event, payment_id)


async def mark_restored(order: Order, status: OrderStatus, payment_id: int) -> None:
    """Enter that money which had gone back is the house's again."""
    event = OrderRestored(order_id=order.id, user_id=order.user_id, status=status)
    await _follow(order, status, event, payment_id)


async def _follow(order: Order, status: OrderStatus, event: OrderEvent, payment_id: int) -> None:
    before = order.status
    if status is not order.status:
        order.move_to(status)
        await fetch(
            "UPDATE orders SET status = $2::order_status,"
            " closed_at = CASE WHEN $2::order_status = 'refunded' THEN now() END WHERE id = $1",
            order.id,
            status,
        )
    await _tell(order, event, before, {"payment": payment_id})


async def _transition(
    order: Order, status: OrderStatus, event: OrderEvent, after: dict[str, Any]
) -> None:
    before = order.status
    order.move_to(status)
    moment = "paid_at" if status is OrderStatus.PAID else "closed_at"
    await fetch(
        f"UPDATE orders SET status = $2, {moment} = now() WHERE id = $1",  # noqa: S608
        order.id,
        status,
    )
    await _tell(order, event, before, after)


async def _tell(
    order: Order, event: OrderEvent, before: OrderStatus, after: dict[str, Any]
) -> None:
    await audit.record(
        event.type,
        subject_of(order.id),
        before={"status": before},
        after={"status": order.status, **after},
    )
    await emit(event)
