"""The staff's pages of what was sold, and the administrators' of what goes on behind them."""

import pytest

from cinema.accounts.models import User
from cinema.database import fetch
from cinema.roles import Role
from tests.accounts_factory import make_user
from tests.admin.test_sales import sold
from tests.factories import make_movie
from tests.web.visiting import Visitor, words


@pytest.fixture
async def moderator(visitor: Visitor) -> Visitor:
    await visitor.log_in(Role.MODERATOR)
    return visitor


@pytest.fixture
async def ada(visitor: Visitor) -> User:
    return await make_user(email="ada@example.com")


async def test_the_figures_are_drawn_and_written(moderator: Visitor, ada: User) -> None:
    movie = await make_movie("Solaris")
    await sold(ada, movie.id, "10.00", refunded="4.00")
    page = await moderator.read("/staff/sales")
    assert page.count('class="chart-bar"') == 60
    said = words(page)
    for sentence in ("Net revenue $6.00", "Charged $10.00", "Refunded $4.00", "Solaris 1 $6.00"):
        assert sentence in said
    assert (await moderator.get("/staff/sales?from=2026-02-01&to=2026-01-01")).status == 422


async def test_lists_are_searched_and_downloaded(moderator: Visitor, ada: User) -> None:
    await sold(ada, (await make_movie()).id)
    for place in ("orders", "payments"):
        page = await moderator.read(f"/staff/{place}?email=ada@example.com&status=&from=&to=")
        assert "ada@example.com" in page
        assert f'href="/staff/{place}/export?email=ada@example.com' in page
        none = await moderator.read(f"/staff/{place}?email=eve@example.com")
        assert "ada@example.com" not in none
        answer = await moderator.get(f"/staff/{place}/export?email=ada@example.com&status=")
        assert (answer.status, answer.content_type) == (200, "text/csv")
        assert (await answer.text()).count("ada@example.com") == 1


async def test_staff_pays_a_sum_back_and_no_more_than_there_is(
    moderator: Visitor, ada: User
) -> None:
    await sold(ada, (await make_movie()).id, "9.99")
    [payment] = await fetch("SELECT id FROM payments")
    place = f"/staff/payments/{payment['id']}"
    form = {"amount": "10.00", "reason": "Sorry"}
    refused = await moderator.post(f"{place}/refund", form)
    assert refused.status == 409
    assert await fetch("SELECT FROM refunds") == []
    without_reason = await moderator.post(f"{place}/refund", {"amount": "4.00", "reason": ""})
    assert without_reason.status == 422

    paid = await moderator.post(f"{place}/refund", {"amount": "4.00", "reason": "Sorry"})
    assert (paid.status, paid.headers["Location"]) == (303, place)
    assert await fetch("SELECT amount::text, reason, status::text FROM refunds") == [
        {"amount": "4.00", "reason": "Sorry", "status": "requested"}
    ]
    said = words(await moderator.read(place))
    assert "$4.00 Requested Sorry" in said
    assert "Gone back $4.00" in said
    assert (await moderator.get("/staff/payments/999")).status == 404


async def test_an_admin_sees_webhooks_and_jobs_and_tries_again(visitor: Visitor) -> None:
    await visitor.log_in(Role.ADMIN)
    [event] = await fetch(
        "INSERT INTO webhook_events (stripe_event_id, type, payload, error)"
        " VALUES ('evt_1', 'charge.succeeded', '{}', 'StripeUnavailable') RETURNING id"
    )
    page = await visitor.read("/admin/webhooks?status=failing")
    assert "evt_1" in page
    again = await visitor.post(f"/admin/webhooks/{event['id']}/retry", {})
    assert again.status == 303
    assert await fetch("SELECT type FROM outbox") == [{"type": "stripe_event.received"}]
    assert "No job matches." in await visitor.read("/admin/jobs?status=failing")
