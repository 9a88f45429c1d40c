"""What must hold in the books at every moment, as statements that find no row."""

from collections.abc import Mapping
from dataclasses import dataclass

from cinema.database import fetch

SHOWN = 5
"""How many of the rows that break a rule are named."""

MONEY_IN = "('successful', 'partially_refunded', 'refunded', 'disputed')"
# The payment p bought its order: it did not come too late, nor twice.
BOUGHT = """EXISTS (SELECT FROM audit_log l WHERE l.subject = 'order:' || p.order_id
                    AND l.action = 'order.paid' AND (l.after->>'payment')::bigint = p.id)"""
# All that was paid for the order item i has gone back.
GONE = (
    """EXISTS (SELECT FROM payment_items s JOIN payments p ON p.id = s.payment_id
                   WHERE s.order_item_id = i.id AND s.price_at_payment > 0
                     AND s.refunded_amount = s.price_at_payment AND """
    + BOUGHT
    + ")"
)

INVARIANTS: Mapping[str, str] = {
    # A refund that is on its way counts as paid back only for a payment that bought nothing.
    "payments less refunds are the order's balance": f"""
        SELECT 'order ' || o.id || ', ' || o.status || ': ' || booked.came_in || ' - '
               || booked.went_out || ' of ' || o.total_amount AS about
          FROM orders o CROSS JOIN LATERAL (
               SELECT coalesce(sum(p.amount), 0) AS came_in,
                      coalesce(sum(CASE WHEN EXISTS (
                          SELECT FROM disputes d WHERE d.payment_id = p.id AND d.status = 'lost')
                      THEN p.amount ELSE (
                          SELECT sum(r.amount) FROM refunds r WHERE r.payment_id = p.id
                           AND (r.status = 'succeeded'
                                OR r.status <> 'failed' AND NOT {BOUGHT})) END), 0) AS went_out
                 FROM payments p WHERE p.order_id = o.id AND p.status IN {MONEY_IN}) booked
         WHERE booked.came_in - booked.went_out <> CASE o.status
               WHEN 'paid' THEN o.total_amount
               WHEN 'partially_refunded' THEN least(greatest(booked.came_in - booked.went_out,
                                                             0.01), o.total_amount - 0.01)
               ELSE 0 END""",  # noqa: S608 - composed of constants
    "an order's total is the sum of its items": """
        SELECT 'order ' || o.id || ': ' || o.total_amount AS about FROM orders o
         WHERE o.total_amount <> (SELECT coalesce(sum(price_at_order), 0) FROM order_items
                                   WHERE order_id = o.id)""",
    # Who bought a movie again before a refund of it failed has it by the newer order.
    "a paid order has a purchase for each item": f"""
        SELECT 'order ' || o.id || ', movie ' || i.movie_id AS about
          FROM orders o JOIN order_items i ON i.order_id = o.id
         WHERE o.status IN ('paid', 'partially_refunded') AND NOT {GONE} AND NOT EXISTS (
               SELECT FROM purchases p WHERE p.user_id = o.user_id AND p.movie_id = i.movie_id
                                         AND p.revoked_at IS NULL)""",  # noqa: S608 - constants
    "a purchase belongs to a paid order": f"""
        SELECT 'purchase ' || p.id || ', order ' || o.id || ', ' || o.status AS about
          FROM purchases p JOIN order_items i ON i.id = p.order_item_id
                           JOIN orders o ON o.id = i.order_id
         WHERE p.revoked_at IS NULL
           AND (o.status NOT IN ('paid', 'partially_refunded') OR {GONE})""",  # noqa: S608
    "a payment is disputed while a bank looks into it": f"""
        SELECT 'payment ' || p.id || ', ' || p.status AS about FROM payments p
         WHERE p.status IN {MONEY_IN} AND (p.status = 'disputed') <> EXISTS (
               SELECT FROM disputes d WHERE d.payment_id = p.id
                                        AND d.status IN ('needs_response', 'under_review'))
        """,  # noqa: S608 - composed of constants
    "what items lost was paid back": """
        SELECT 'payment ' || p.id || ', ' || p.status || ': ' || booked.lost || ', '
               || booked.gone AS about
          FROM payments p CROSS JOIN LATERAL (
               SELECT (SELECT coalesce(sum(refunded_amount), 0) FROM payment_items
                        WHERE payment_id = p.id) AS lost,
                      (SELECT coalesce(sum(amount), 0) FROM refunds
                        WHERE payment_id = p.id AND status = 'succeeded') AS gone,
                      EXISTS (SELECT FROM disputes WHERE payment_id = p.id
                                                     AND status = 'lost') AS is_lost) booked
         WHERE NOT booked.is_lost AND (booked.lost > booked.gone
               OR booked.gone = p.amount AND booked.lost <> p.amount)""",
    "a movie is claimed by the items of pending orders, and by no others": """
        SELECT 'order ' || o.id || ', ' || o.status || ', movie ' || i.movie_id AS about
          FROM orders o JOIN order_items i ON i.order_id = o.id
               LEFT JOIN pending_items c ON c.order_item_id = i.id
         WHERE (o.status = 'pending') <> (c.id IS NOT NULL)""",
    "a payment's items sum up to it": f"""
        SELECT 'payment ' || p.id || ': ' || p.amount AS about FROM payments p
         WHERE p.status IN {MONEY_IN}
           AND p.amount <> (SELECT coalesce(sum(price_at_payment), 0) FROM payment_items
                             WHERE payment_id = p.id)""",  # noqa: S608 - composed of constants
    "no more is paid back than was paid": """
        SELECT 'payment ' || p.id || ': ' || sum(r.amount) || ' of ' || p.amount AS about
          FROM payments p JOIN refunds r ON r.payment_id = p.id AND r.status <> 'failed'
         GROUP BY p.id HAVING sum(r.amount) > p.amount""",
    # Orders from before their beginning was written down have no such story.
    "each step of an order is written down once": """
        SELECT 'order ' || o.id || ', ' || o.status || ': ' || told.story AS about
          FROM orders o CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE action = 'order.created') AS created,
                      count(*) FILTER (WHERE action = 'order.paid') AS paid,
                      count(*) FILTER (WHERE action = 'order.canceled') AS canceled,
                      count(*) FILTER (WHERE action = 'order.expired') AS expired,
                      string_agg(action, ', ' ORDER BY id) AS story
                 FROM audit_log WHERE subject = 'order:' || o.id) told
         WHERE told.created > 1 OR told.created = 1 AND (
               told.paid <> (o.paid_at IS NOT NULL)::int
               OR told.canceled <> (o.status = 'canceled')::int
               OR told.expired NOT BETWEEN (o.status = 'expired')::int AND 1)""",
    "every event is told within a minute": """
        SELECT 'event ' || id || ', ' || type || ', since ' || created_at::timestamptz(0) AS about
          FROM outbox WHERE published_at IS NULL AND created_at < now() - interval '1 minute'""",
    "every webhook is worked on within a minute": """
        SELECT concat_ws(', ', stripe_event_id, type, nullif(error, '')) AS about
          FROM webhook_events
         WHERE handled_at IS NULL AND received_at < now() - interval '1 minute'""",
    "every job is done within a minute": """
        SELECT concat_ws(', ', job || ' ' || job_runs.id, 'attempts ' || attempts,
                         nullif(error, '')) AS about
          FROM job_runs JOIN outbox ON outbox.id = outbox_id
         WHERE done_at IS NULL AND created_at < now() - interval '1 minute'""",
    "an order that is over is closed within five minutes": """
        SELECT 'order ' || id || ', over since ' || expires_at::timestamptz(0) AS about FROM orders
         WHERE status = 'pending' AND expires_at < now() - interval '5 minutes'""",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold; `rows` name the first of those that break it."""

    rule: str
    count: int
    rows: list[str]

    def __str__(self) -> str:
        more = f" and {self.count - len(self.rows)} more" if self.count > len(self.rows) else ""
        return "; ".join(self.rows) + more


async def violation(rule: str) -> Violation | None:
    rows = await fetch(f"{INVARIANTS[rule]} ORDER BY about")
    if not rows:
        return None
    return Violation(rule, len(rows), [row["about"] for row in rows[:SHOWN]])


async def violations() -> list[Violation]:
    """Check every rule; an empty list is a healthy cinema."""
    found = [await violation(rule) for rule in INVARIANTS]
    return [one for one in found if one is not None]
