"""The figures of the house. Days are days in UTC, and money is charged when it is entered."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from cinema.admin.sales_schemas import BestSeller, DayOfSales, PeriodQuery, Revenue, StatsOut
from cinema.database import fetch
from cinema.orders.models import OrderStatus

BEST = 10
CHARGED = "('successful', 'partially_refunded', 'refunded', 'disputed')"
PER_DAY = f"""
SELECT d.day::date AS day, COALESCE(o.orders, 0) AS orders, COALESCE(p.gross, 0.00) AS revenue,
       COALESCE(p.refunded, 0.00) AS refunded
  FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 day', interval '1 day') d(day)
  LEFT JOIN (SELECT date_trunc('day', created_at, 'UTC') AS day, count(*) AS orders FROM orders
              WHERE created_at >= $1 AND created_at < $2 GROUP BY 1) o ON o.day = d.day
  LEFT JOIN (SELECT date_trunc('day', p.created_at, 'UTC') AS day, sum(p.amount) AS gross,
                    sum((SELECT sum(r.amount) FROM refunds r
                          WHERE r.payment_id = p.id AND r.status = 'succeeded')) AS refunded
               FROM payments p WHERE p.created_at >= $1 AND p.created_at < $2
                AND p.currency = $3 AND p.status IN {CHARGED} GROUP BY 1) p ON p.day = d.day
 ORDER BY d.day
"""  # noqa: S608 - composed of constants
BY_STATUS = """
SELECT status, count(*) AS n FROM orders
 WHERE created_at >= $1 AND created_at < $2 GROUP BY status
"""
BEST_SELLERS = f"""
SELECT i.movie_id, max(i.movie_name) AS name, count(*) AS sold,
       sum(pi.price_at_payment - pi.refunded_amount) AS revenue
  FROM payments p JOIN payment_items pi ON pi.payment_id = p.id
  JOIN order_items i ON i.id = pi.order_item_id
 WHERE p.created_at >= $1 AND p.created_at < $2 AND p.currency = $3 AND p.status IN {CHARGED}
   AND (pi.refunded_amount < pi.price_at_payment OR pi.price_at_payment = 0)
 GROUP BY i.movie_id ORDER BY sold DESC, revenue DESC, i.movie_id LIMIT {BEST}
"""  # noqa: S608 - composed of constants


async def statistics(period: PeriodQuery, currency: str) -> StatsOut:
    """Return the figures of these days; three statements, whatever the period."""
    start, end = _midnight(period.since), _midnight(period.until + timedelta(days=1))
    days = await fetch(PER_DAY, start, end, currency)
    statuses = await fetch(BY_STATUS, start, end)
    best = await fetch(BEST_SELLERS, start, end, currency)
    orders = dict.fromkeys(OrderStatus, 0) | {OrderStatus(r["status"]): r["n"] for r in statuses}
    return StatsOut(
        since=period.since,
        until=period.until,
        currency=currency,
        revenue=_revenue(days),
        orders=orders,
        success_rate=_success_rate(orders),
        best_sellers=[BestSeller(**row) for row in best],
        days=[DayOfSales(day=r["day"], orders=r["orders"], revenue=r["revenue"]) for r in days],
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _revenue(days: list[dict[str, Any]]) -> Revenue:
    gross = sum((row["revenue"] for row in days), Decimal(0))
    refunded = sum((row["refunded"] for row in days), Decimal(0))
    return Revenue(gross=gross, refunded=refunded, net=gross - refunded)


def _success_rate(orders: dict[OrderStatus, int]) -> Decimal | None:
    closed = sum(orders.values()) - orders[OrderStatus.PENDING]
    lost = orders[OrderStatus.CANCELED] + orders[OrderStatus.EXPIRED]
    return round(Decimal(closed - lost) / closed, 3) if closed else None
