"""What is told anew comes to the top, and a walk by cursor shows each notification once."""

import json
import random

import pytest

from cinema.database import fetch
from cinema.http.pagination import encode_cursor
from cinema.notifications import ringing
from cinema.notifications.queries import list_notifications, unread_count, walk_notifications
from cinema.notifications.ringing import News, notify, ring_for_act
from cinema.notifications.schemas import NotificationQuery
from cinema.notifications.service import mark_all_read, mark_read
from cinema.settings import Settings
from cinema.web.news import in_words
from tests.accounts_factory import make_user
from tests.conftest import Client
from tests.house import make_buyer
from tests.rounds import rounds
from tests.social.talking import told
from workers.housekeeping import PRUNE_NOTIFICATIONS, prune

pytestmark = pytest.mark.usefixtures("database")


async def like(user_id: int, actor_id: int, about: int) -> bool:
    payload = {"comment_id": about, "movie": "Solaris", "movie_id": 1}
    news = News("comment_liked", payload, f"like-{about}-{actor_id}", f"like:{about}")
    return await ring_for_act(user_id, actor_id, news)


async def listed(user_id: int, unread: bool | None = None) -> list[int]:
    items, _ = await list_notifications(user_id, NotificationQuery(per_page=100, unread=unread))
    return [item.id for item in items]


async def step(user_id: int, cursor: str, per_page: int) -> tuple[list[int], str | None]:
    query = NotificationQuery(cursor=cursor, per_page=per_page)
    items, more = await walk_notifications(user_id, query)
    return [item.id for item in items], more


async def test_more_of_the_same_comes_to_the_top_unread_with_its_own_time() -> None:
    user, ada, bob = [await make_user() for _ in range(3)]
    await like(user.id, ada.id, 1)
    await notify(user.id, "order_paid", {"order_id": 7}, "paid")
    await fetch("UPDATE notifications SET created_at = now() - interval '2 years'")
    first, second = sorted(await listed(user.id))
    assert await listed(user.id) == [second, first]

    await like(user.id, bob.id, 1)

    items, total = await list_notifications(user.id, NotificationQuery())
    assert ([item.id for item in items], total) == ([first, second], 2)
    assert in_words(items[0]).text == f"Visitor {bob.id} and 1 other liked your comment on Solaris."
    assert items[0].read_at is None
    assert await unread_count(user.id) == 2
    event = (await told("notification.created"))[-1]
    assert (event["notification_id"], event["payload"]["count"]) == (first, 2)
    # Both began two years ago, but of the one more has been heard since.
    assert await prune(PRUNE_NOTIFICATIONS) == 1
    assert await listed(user.id) == [first]


async def test_after_the_reading_more_of_the_same_is_another_one_on_top() -> None:
    user, ada, bob = [await make_user() for _ in range(3)]
    await like(user.id, ada.id, 1)
    await notify(user.id, "order_paid", {"order_id": 7}, "paid")
    liked = (await listed(user.id))[1]
    await mark_read(user.id, liked)
    await like(user.id, bob.id, 1)
    again, paid, first = await listed(user.id)
    assert (paid < again, first) == (True, liked)
    assert await listed(user.id, unread=True) == [again, paid]


async def test_a_walk_finds_what_was_told_anew_where_it_stood() -> None:
    user, *fans = [await make_user() for _ in range(4)]
    for about in range(1, 6):
        await like(user.id, fans[0].id, about)
    stood = await listed(user.id)
    first, cursor = await step(user.id, "", 2)
    assert cursor is not None
    await like(user.id, fans[1].id, 1)  # not shown yet
    await like(user.id, fans[1].id, 5)  # shown
    await like(user.id, fans[2].id, 1)
    await notify(user.id, "order_paid", {"order_id": 7}, "paid")
    second, cursor = await step(user.id, cursor, 2)
    assert cursor is not None
    third, end = await step(user.id, cursor, 2)
    assert (first + second + third, end) == (stood, None)
    paid = (await listed(user.id))[0]
    assert await listed(user.id) == [paid, stood[4], stood[0], *stood[1:4]]


async def test_any_walk_shows_the_list_as_it_was_when_it_began() -> None:
    user, *fans = [await make_user() for _ in range(12)]
    choice = random.Random(20)
    for number in range(rounds(12)):
        await fetch("DELETE FROM notifications")
        for about in range(12):
            await like(user.id, fans[0].id, about)
        for _ in range(8):
            await like(user.id, choice.choice(fans).id, choice.randrange(12))
        stood = await listed(user.id)
        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            page, cursor = await step(user.id, cursor, choice.randint(1, 4))
            seen += page
            for _ in range(choice.randrange(4)):
                await like(user.id, choice.choice(fans).id, choice.randrange(14))
            if choice.random() < 0.2:
                await mark_all_read(user.id)
        assert seen == stood, f"round {number}"


async def test_a_fold_remembers_so_many_places_and_is_never_shown_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ringing, "MEMORY", 3)
    user, *fans = [await make_user() for _ in range(7)]
    await notify(user.id, "order_paid", {"order_id": 7}, "paid")
    for fan in fans[:2]:
        await like(user.id, fan.id, 1)
    await notify(user.id, "order_paid", {"order_id": 8}, "paid again")
    shown, cursor = await step(user.id, "", 2)
    assert cursor is not None
    for fan in fans[2:]:
        await like(user.id, fan.id, 1)
    rest, end = await step(user.id, cursor, 2)
    assert len({*shown, *rest}) == len([*shown, *rest]) == 3
    assert end is None
    rows = await fetch("SELECT place, places FROM notifications WHERE fold IS NOT NULL")
    assert [(row["place"], list(row["places"])) for row in rows] == [(8, [5, 6, 7])]


@pytest.mark.parametrize("values", [[1], ["1", "2"], [1, 2], [2, -1], [2**63, 1], [1.5, 1]])
async def test_a_cursor_that_was_never_given_out_is_refused(
    client: Client, settings: Settings, values: list[object]
) -> None:
    buyer = await make_buyer(client, settings)
    made_up = encode_cursor(json.loads(json.dumps(values)))
    status, body = await buyer.call("GET", f"/notifications?cursor={made_up}")
    assert (status, body["errors"][0]["loc"]) == (422, ["query", "cursor"])
