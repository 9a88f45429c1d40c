from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from cinema.database import transaction
from cinema.devstack.mailbox import Mail
from cinema.orders import service as orders
from cinema.payments import service as payments
from cinema.payments.stripe import IntentState
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, make_buyer, run_jobs
from tests.servers import Servers
from tests.web.visiting import Visitor


@dataclass
class Sale:
    """A buyer with one order, and what may become of it."""

    buyer: Buyer
    order_id: int
    total: Decimal
    servers: Servers
    kept: list[str] = field(default_factory=list)

    async def stripe_says(self, status: str, failure_code: str = "") -> None:
        """Enter a payment of the order as it stands at Stripe."""
        await payments.settle(
            IntentState(
                id=f"pi_{self.order_id}",
                status=status,
                amount=self.total,
                currency="usd",
                order_id=self.order_id,
                failure_code=failure_code,
                livemode=False,
            )
        )

    async def expire(self) -> None:
        async with transaction():
            await orders.mark_expired(await orders.lock_order(self.order_id))

    async def work(self) -> None:
        await run_jobs(resources_of(self.buyer.client))

    def mails(self) -> list[Mail]:
        """Return the buyer's mails, without those of the sales before it in this process."""
        mails = self.servers.smtp.mailbox.mails(to=self.buyer.user.email)
        return [mail for mail in mails if mail.at not in self.kept]


@pytest.fixture
async def sale(client: Client, settings: Settings, servers: Servers) -> Sale:
    buyer = await make_buyer(client, settings)
    kept = [mail.at for mail in servers.smtp.mailbox.mails(to=buyer.user.email)]
    first = await make_movie("Amélie <3", price=Decimal("9.99"))
    second = await make_movie("Ran & Co", price=Decimal("1200.50"))
    await buyer.add(first.id, second.id)
    return Sale(buyer, await buyer.order(), Decimal("1210.49"), servers, kept)


@pytest.fixture
async def visitor(client: Client, settings: Settings) -> Visitor:
    """A browser of somebody who is not logged in."""
    return Visitor(client, settings)
