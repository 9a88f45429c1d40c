"""What staff sees of the orders, the payments and the figures of the house."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cinema.accounts.models import User
from cinema.database import fetch
from cinema.roles import Role
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie

API = "/api/v1/admin"
TODAY = datetime.now(UTC).date()


async def staff(client: Client, role: Role = Role.MODERATOR) -> dict[str, str]:
    return await bearer(await make_user(role), resources_of(client).settings)


async def sold(
    buyer: User, movie_id: int, price: str = "9.99", *, days_ago: int = 0, refunded: str = "0"
) -> int:
    """Enter a paid order of so many days ago, part of which may have gone back."""
    [order] = await fetch(
        "INSERT INTO orders (user_id, status, currency, total_amount, expires_at, created_at,"
        " paid_at) SELECT $1, 'paid', 'usd', $2, at + interval '30 minutes', at, at"
        " FROM (SELECT now() - $3 * interval '1 day' AS at) t RETURNING id",
        buyer.id,
        Decimal(price),
        days_ago,
    )
    [item] = await fetch(
        "INSERT INTO order_items (order_id, movie_id, movie_name, price_at_order)"
        " SELECT $1, id, name, $3 FROM movies WHERE id = $2 RETURNING id",
        order["id"],
        movie_id,
        Decimal(price),
    )
    [payment] = await fetch(
        "INSERT INTO payments (user_id, order_id, amount, currency, status, external_payment_id,"
        " created_at) SELECT user_id, id, total_amount, currency, 'successful', 'pi_' || id,"
        " created_at FROM orders WHERE id = $1 RETURNING id",
        order["id"],
    )
    await fetch(
        "INSERT INTO payment_items (payment_id, order_item_id, price_at_payment, refunded_amount)"
        " VALUES ($1, $2, $3, $4)",
        payment["id"],
        item["id"],
        Decimal(price),
        Decimal(refunded),
    )
    if Decimal(refunded):
        await fetch(
            "INSERT INTO refunds (payment_id, amount, reason, status)"
            " VALUES ($1, $2, 'asked', 'succeeded')",
            payment["id"],
            Decimal(refunded),
        )
    return int(order["id"])


async def unpaid(buyer: User, status: str) -> None:
    await fetch(
        "INSERT INTO orders (user_id, status, currency, total_amount, expires_at)"
        " VALUES ($1, $2, 'usd', 5, now())",
        buyer.id,
        status,
    )


async def test_orders_are_found_by_buyer_days_and_status(client: Client) -> None:
    headers, movie = await staff(client), await make_movie()
    ada, bob = await make_user(email="ada@example.com"), await make_user(email="bob@example.com")
    old = await sold(ada, movie.id, days_ago=3)
    new = await sold(bob, movie.id)
    await unpaid(ada, "expired")

    async def found(query: str) -> list[int]:
        answer = await client.get(f"{API}/orders{query}", headers=headers)
        assert answer.status == 200, await answer.text()
        return [order["id"] for order in (await answer.json())["items"]]

    assert await found("?status=paid") == [new, old]
    assert await found("?email=ADA@example.com&status=paid") == [old]
    assert await found("?email=ada") == []
    assert await found(f"?user_id={bob.id}") == [new]
    day = TODAY - timedelta(days=3)
    assert await found(f"?from={day}&to={day}") == [old]
    assert await found(f"?from={day}&to={TODAY}&status=paid") == [new, old]
    assert await found(f"?to={TODAY - timedelta(days=4)}") == []
    assert await found("?to=9999-12-31&from=0001-01-01&status=expired") == [new + 1]
    first = await (await client.get(f"{API}/orders?cursor=&per_page=2", headers=headers)).json()
    assert [order["id"] for order in first["items"]] == [new + 1, new]
    assert await found(f"?cursor={first['next_cursor']}&per_page=2") == [old]
    for wrong in ("?from=yesterday", "?status=lost", "?since=2026-01-01", "?user_id=0"):
        assert (await client.get(f"{API}/orders{wrong}", headers=headers)).status == 422


async def test_a_payment_shows_what_went_back_of_it(client: Client) -> None:
    headers, movie, ada = await staff(client), await make_movie(), await make_user()
    order_id = await sold(ada, movie.id, "9.99", refunded="4.00")
    answer = await (await client.get(f"{API}/payments", headers=headers)).json()
    [payment] = answer["items"]
    assert (payment["order_id"], payment["amount"], payment["refunded"], payment["email"]) == (
        order_id,
        "9.99",
        "4.00",
        ada.email,
    )
    [cursor_page] = [await (await client.get(f"{API}/payments?cursor=", headers=headers)).json()]
    assert (cursor_page["items"], cursor_page["next_cursor"]) == ([payment], None)
    none = await (await client.get(f"{API}/payments?status=failed", headers=headers)).json()
    assert none["items"] == []


async def test_a_file_holds_every_row_in_order_and_no_formula(client: Client) -> None:
    headers, movie = await staff(client), await make_movie()
    ada = await make_user(email="=1+1@example.com")
    for _ in range(3):
        await sold(ada, movie.id)
    await fetch(
        "INSERT INTO orders (user_id, currency, total_amount, expires_at)"
        " SELECT $1, 'usd', 5, now() FROM generate_series(1, 4500)",
        ada.id,
    )
    answer = await client.get(f"{API}/orders/export?per_page=1", headers=headers)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    lines = list(csv.DictReader(io.StringIO(await answer.text())))
    assert [int(line["id"]) for line in lines] == list(range(4503, 0, -1))
    assert {line["email"] for line in lines} == {"'=1+1@example.com"}
    assert (lines[-1]["status"], lines[-1]["total_amount"], lines[0]["paid_at"]) == (
        "paid",
        "9.99",
        "",
    )
    paid = await client.get(f"{API}/orders/export?status=paid", headers=headers)
    assert (await paid.text()).count("\r\n") == 4
    payments = await client.get(f"{API}/payments/export", headers=headers)
    assert [row["order_id"] for row in csv.DictReader(io.StringIO(await payments.text()))] == [
        "3",
        "2",
        "1",
    ]


async def test_the_figures_add_up(client: Client) -> None:
    headers, ada = await staff(client), await make_user()
    solaris, mirror = await make_movie("Solaris"), await make_movie("Mirror")
    await sold(ada, solaris.id, "10.00")
    await sold(ada, solaris.id, "10.00", days_ago=1, refunded="4.00")
    await sold(ada, mirror.id, "3.00", days_ago=1)
    await sold(ada, mirror.id, "3.00", refunded="3.00")
    await sold(ada, mirror.id, "99.00", days_ago=40)
    for status in ("pending", "canceled", "expired"):
        await unpaid(ada, status)

    figures = await (await client.get(f"{API}/stats", headers=headers)).json()
    assert (figures["from"], figures["to"]) == (str(TODAY - timedelta(days=29)), str(TODAY))
    assert figures["revenue"] == {"gross": "26.00", "refunded": "7.00", "net": "19.00"}
    assert figures["orders"] == {
        "pending": 1,
        "paid": 4,
        "canceled": 1,
        "expired": 1,
        "partially_refunded": 0,
        "refunded": 0,
    }
    assert figures["success_rate"] == "0.667"
    assert figures["best_sellers"] == [
        {"movie_id": solaris.id, "name": "Solaris", "sold": 2, "revenue": "16.00"},
        {"movie_id": mirror.id, "name": "Mirror", "sold": 1, "revenue": "3.00"},
    ]
    assert len(figures["days"]) == 30
    assert figures["days"][-2:] == [
        {"day": str(TODAY - timedelta(days=1)), "orders": 2, "revenue": "13.00"},
        {"day": str(TODAY), "orders": 5, "revenue": "13.00"},
    ]
    then = TODAY - timedelta(days=40)
    one_day = await (await client.get(f"{API}/stats?from={then}&to={then}", headers=headers)).json()
    assert [day["revenue"] for day in one_day["days"]] == ["99.00"]
    for wrong in (f"?from={TODAY}&to={then}", "?from=2020-01-01&to=2024-01-01", "?from=x"):
        assert (await client.get(f"{API}/stats{wrong}", headers=headers)).status == 422


async def test_a_house_without_sales_has_figures_too(client: Client) -> None:
    headers = await staff(client)
    figures = await (await client.get(f"{API}/stats", headers=headers)).json()
    assert (figures["revenue"]["net"], figures["success_rate"]) == ("0.00", None)
    assert (figures["best_sellers"], len(figures["days"])) == ([], 30)
