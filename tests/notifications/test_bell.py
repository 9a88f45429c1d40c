"""The bell: what rings, for whom, how often, and what has been read."""

import asyncio
import json

import pytest

from cinema.database import fetch
from cinema.notifications.errors import NotificationNotFound
from cinema.notifications.queries import unread_count
from cinema.notifications.service import mark_read, notify
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.conftest import Client
from tests.house import Buyer, emitted, make_buyer
from tests.notifications.conftest import Sale


async def kinds(user_id: int) -> list[str]:
    rows = await fetch("SELECT kind FROM notifications WHERE user_id = $1 ORDER BY id", user_id)
    return [row["kind"] for row in rows]


async def told(kind: str) -> list[dict[str, object]]:
    rows = await fetch("SELECT data FROM outbox WHERE type = $1 ORDER BY id", kind)
    return [
        json.loads(row["data"]) if isinstance(row["data"], str) else row["data"] for row in rows
    ]


async def test_a_paid_order_rings_once_and_says_so_live(sale: Sale) -> None:
    await sale.stripe_says("succeeded")
    await sale.work()
    await fetch("UPDATE job_runs SET done_at = NULL, next_at = now()")
    await sale.work()
    user_id = sale.buyer.user.id
    assert await kinds(user_id) == ["order_paid"]
    payload = {"order_id": sale.order_id, "total": "1210.49", "currency": "usd"}
    assert await told("notification.created") == [
        {
            "user_id": user_id,
            "unread": 1,
            "notification_id": 1,
            "kind": "order_paid",
            "payload": payload,
        }
    ]
    [row] = await fetch("SELECT topics FROM outbox WHERE type = 'notification.created'")
    assert row["topics"] == [f"user:{user_id}"]


async def test_what_goes_wrong_with_an_order_rings(sale: Sale) -> None:
    await sale.stripe_says("requires_payment_method", "insufficient_funds")
    await sale.work()
    await sale.expire()
    await sale.work()
    assert await kinds(sale.buyer.user.id) == ["payment_failed", "order_expired"]
    assert [event["unread"] for event in await told("notification.created")] == [1, 2]


async def test_a_payment_of_another_sum_alerts_the_staff_and_nobody_else(sale: Sale) -> None:
    moderator, admin = await make_user(Role.MODERATOR), await make_user(Role.ADMIN)
    await make_user(Role.ADMIN, active=False)
    sale.total += 1
    await sale.stripe_says("succeeded")
    await sale.work()
    rows = await fetch("SELECT user_id, kind FROM notifications ORDER BY user_id")
    assert rows == [
        {"user_id": moderator.id, "kind": "payment_mismatched"},
        {"user_id": admin.id, "kind": "payment_mismatched"},
    ]
    assert await sale.buyer.order_status(sale.order_id) == "pending"


@pytest.mark.usefixtures("database")
async def test_the_last_one_told_is_the_right_count_whatever_came_at_once() -> None:
    user = await make_user()
    await asyncio.gather(*(notify(user.id, "order_paid", {"n": n}, f"test-{n}") for n in range(8)))
    counts = [event["unread"] for event in await told("notification.created")]
    assert counts == [1, 2, 3, 4, 5, 6, 7, 8]
    assert await unread_count(user.id) == 8


@pytest.mark.usefixtures("database")
async def test_the_same_event_rings_once_for_each_user() -> None:
    first, second = await make_user(), await make_user()
    rings = [await notify(user.id, "x", {}, "7") for user in (first, second, first)]
    assert rings == [True, True, False]
    assert (await emitted()).count("notification.created") == 2


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    """Somebody with five notifications, the newest of which has the highest number."""
    buyer = await make_buyer(client, settings)
    for number in range(1, 6):
        await notify(buyer.user.id, "order_paid", {"order_id": number}, str(number))
    return buyer


async def test_the_list_is_newest_first_and_paged(buyer: Buyer) -> None:
    status, page = await buyer.call("GET", "/notifications?per_page=2&page=2")
    assert status == 200
    assert [item["payload"]["order_id"] for item in page["items"]] == [3, 2]
    assert (page["total_items"], page["total_pages"]) == (5, 3)


async def test_a_cursor_walks_through_all_of_them(buyer: Buyer) -> None:
    seen: list[int] = []
    cursor = ""
    while cursor is not None:
        _, page = await buyer.call("GET", f"/notifications?per_page=2&cursor={cursor}")
        seen += [item["payload"]["order_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [5, 4, 3, 2, 1]


async def test_reading_one_counts_it_off_and_tells_it_once(buyer: Buyer) -> None:
    for _ in range(2):
        status, body = await buyer.call("POST", "/notifications/2/read")
        assert (status, body["id"]) == (200, 2)
        assert body["read_at"] is not None
    assert (await buyer.call("GET", "/notifications/unread-count"))[1] == {"unread": 4}
    assert await told("notification.read") == [
        {"user_id": buyer.user.id, "unread": 4, "notification_id": 2}
    ]
    _, page = await buyer.call("GET", "/notifications?unread=true")
    assert [item["id"] for item in page["items"]] == [5, 4, 3, 1]
    _, page = await buyer.call("GET", "/notifications?unread=false")
    assert [item["id"] for item in page["items"]] == [2]


async def test_reading_all_leaves_none(buyer: Buyer) -> None:
    assert await buyer.call("POST", "/notifications/read-all") == (200, {"read": 5})
    assert await buyer.call("POST", "/notifications/read-all") == (200, {"read": 0})
    assert await told("notification.read") == [
        {"user_id": buyer.user.id, "unread": 0, "notification_id": None}
    ]


async def test_another_users_notification_does_not_exist(
    buyer: Buyer, client: Client, settings: Settings
) -> None:
    stranger = await make_buyer(client, settings)
    status, body = await stranger.call("POST", "/notifications/2/read")
    assert (status, body["code"]) == (404, "notification_not_found")
    assert await stranger.call("POST", "/notifications/read-all") == (200, {"read": 0})
    assert await unread_count(buyer.user.id) == 5
    with pytest.raises(NotificationNotFound):
        await mark_read(buyer.user.id, 4711)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/notifications"),
        ("GET", "/api/v1/notifications/unread-count"),
        ("POST", "/api/v1/notifications/1/read"),
        ("POST", "/api/v1/notifications/read-all"),
    ],
)
async def test_the_bell_is_for_those_who_are_logged_in(
    client: Client, method: str, path: str
) -> None:
    response = await client.request(method, path, headers={"Origin": "http://127.0.0.1:8000"})
    assert response.status == 401
