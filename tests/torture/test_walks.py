"""Random walks through the whole life of orders: after each step the books balance.

Customers, staff, Stripe, the clock and bad luck take turns as hypothesis likes; `make torture`
walks as often as asked.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cinema.database import fetch
from cinema.orders.models import OrderStatus
from cinema.payments.models import RefundStatus
from cinema.settings import Settings
from tests.house import DECLINED, INSUFFICIENT_FUNDS, PAYS, simulator
from tests.rounds import rounds
from tests.torture.walking import Stage

WALKS = 200
STEPS = 12

SEEN = """
SELECT (SELECT array_agg(DISTINCT status::text) FROM orders) AS orders,
       (SELECT array_agg(DISTINCT status) FROM disputes) AS disputes,
       (SELECT array_agg(DISTINCT status::text) FROM refunds) AS refunds
"""

which = st.integers(0, 7)
has_orders = precondition(lambda machine: bool(machine.walk.orders))


class Life(RuleBasedStateMachine):
    stage: Stage

    @initialize()
    def begin(self) -> None:
        self.walk = self.stage.walk()
        self.stage.do(self.walk.begin())

    @rule(user=st.integers(0, 1), chosen=st.sets(st.integers(0, 2), min_size=1))
    def order(self, user: int, chosen: set[int]) -> None:
        self.stage.do(self.walk.order(user, chosen))

    @rule(user=st.integers(0, 1), chosen=st.sets(st.integers(0, 2), min_size=1))
    def buy(self, user: int, chosen: set[int]) -> None:
        self.stage.do(self.walk.order(user, chosen))
        if self.walk.orders:
            self.stage.do(self.walk.open_page(-1))
            self.stage.do(self.walk.pay(-1, PAYS))
            self.stage.do(self.walk.hear_everything())

    @has_orders
    @rule(order=which)
    def open_page(self, order: int) -> None:
        self.stage.do(self.walk.open_page(order))

    @has_orders
    @rule(order=which, card=st.sampled_from([PAYS, PAYS, DECLINED, INSUFFICIENT_FUNDS]))
    def pay(self, order: int, card: str) -> None:
        self.stage.do(self.walk.open_page(order))
        self.stage.do(self.walk.pay(order, card))

    @has_orders
    @rule(order=which)
    def pay_at_an_old_page(self, order: int) -> None:
        self.stage.do(self.walk.pay(order, PAYS))

    @has_orders
    @rule(order=which)
    def cancel(self, order: int) -> None:
        self.stage.do(self.walk.cancel(order))

    @has_orders
    @rule(order=which)
    def run_out(self, order: int) -> None:
        self.stage.do(self.walk.run_out(order))

    @has_orders
    @rule(order=which, movie=st.sampled_from([None, 0, 1, 2]))
    def ask_back(self, order: int, movie: int | None) -> None:
        self.stage.do(self.walk.ask_back(order, movie))

    @has_orders
    @rule(order=which, amount=st.sampled_from([None, Decimal("0.50"), Decimal("4.50")]))
    def pay_back(self, order: int, amount: Decimal | None) -> None:
        self.stage.do(self.walk.pay_back(order, amount))

    @has_orders
    @rule(order=which, minor=st.sampled_from([25, 450, 999]))
    def pay_back_at_stripe(self, order: int, minor: int) -> None:
        self.stage.do(self.walk.pay_back_at_stripe(order, minor))

    @has_orders
    @rule(order=which)
    def dispute(self, order: int) -> None:
        self.stage.do(self.walk.dispute(order))

    @has_orders
    @rule(order=which, won=st.booleans(), is_heard=st.booleans())
    def decide(self, order: int, won: bool, is_heard: bool) -> None:
        self.stage.do(self.walk.dispute(order))
        if is_heard:
            self.stage.do(self.walk.hear_everything())
        self.stage.do(self.walk.decide(order, won=won))

    @rule(event=st.integers(0, 30), times=st.sampled_from([1, 1, 3]))
    def hear(self, event: int, times: int) -> None:
        self.stage.do(self.walk.hear(event, times))

    @rule()
    def hear_everything(self) -> None:
        self.stage.do(self.walk.hear_everything())

    @rule()
    def work(self) -> None:
        self.stage.do(self.walk.work())

    @rule()
    def reconcile(self) -> None:
        self.stage.do(self.walk.reconcile())

    @rule(movie=st.integers(0, 2), is_available=st.booleans())
    def offer(self, movie: int, is_available: bool) -> None:
        self.stage.do(self.walk.offer(movie, is_available=is_available))

    @rule(mode=st.sampled_from(["500", "reset", "cut_body"]), after_work=st.booleans())
    def stripe_fails(self, mode: str, after_work: bool) -> None:
        self.stage.do(self.walk.fail_once(mode, after_work=after_work))

    @invariant()
    def the_books_balance(self) -> None:
        self.stage.do(self.walk.check())

    def teardown(self) -> None:
        self.stage.do(self.walk.settle_down())
        self.stage.do(self.walk.check_the_end())


@pytest.fixture
def stage(settings: Settings, servers: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    # The SDK's patience between two tries, which a walk does not have.
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.002)
    stage = Stage(settings)
    stage.open()
    stage.do(simulator(settings, "/_faults", {"drop_webhooks": True}))
    yield stage
    stage.do(simulator(settings, "/_faults", None, "DELETE"))
    stage.close()


@pytest.mark.timeout(0)
@pytest.mark.usefixtures("clean")
def test_no_walk_leads_out_of_the_books(stage: Stage) -> None:
    machine = type("LifeHere", (Life,), {"stage": stage})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=rounds(WALKS),
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=rounds(0) == 0,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    # They have been everywhere.
    [seen] = stage.do(fetch(SEEN))
    assert set(seen["orders"]) == {*OrderStatus} - {OrderStatus.PENDING}
    assert set(seen["disputes"]) >= {"won", "lost"}
    assert set(seen["refunds"]) >= {RefundStatus.SUCCEEDED}
