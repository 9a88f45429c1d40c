"""What rings for those who talk about films, and for those who wanted one."""

import asyncio
from dataclasses import replace

import pytest

from cinema.catalogue.events import MovieDeleteBlocked, MovieTakenFromCarts
from cinema.database import fetch
from cinema.notifications.queries import list_notifications, unread_count
from cinema.notifications.ringing import News, ring_for_act
from cinema.notifications.schemas import NotificationOut, NotificationQuery
from cinema.roles import Role
from cinema.settings import Settings
from cinema.web.news import in_words
from tests.accounts_factory import make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, run_jobs
from tests.mails.post import record
from tests.rounds import rounds
from tests.social.talking import say, someone, told


class Talk:
    """A film with one comment, whose author hears the bell."""

    def __init__(self, author: Buyer, settings: Settings, movie_id: int, comment_id: int) -> None:
        self.author, self.settings = author, settings
        self.movie_id, self.comment_id = movie_id, comment_id

    async def visitor(self, first_name: str = "") -> Buyer:
        visitor = await someone(self.author.client, self.settings)
        if first_name:
            await visitor.call("PATCH", "/profiles/me", {"first_name": first_name})
        return visitor

    async def like(self, visitor: Buyer, method: str = "PUT") -> None:
        status, body = await visitor.call(method, f"/comments/{self.comment_id}/like")
        assert status == 200, body

    async def work(self) -> None:
        await run_jobs(resources_of(self.author.client))

    async def work_again(self) -> None:
        await fetch("UPDATE job_runs SET done_at = NULL, next_at = now()")
        await self.work()

    async def heard(self, user_id: int | None = None) -> list[NotificationOut]:
        items, _ = await list_notifications(
            user_id or self.author.user.id, NotificationQuery(per_page=100)
        )
        return items


@pytest.fixture
async def talk(client: Client, settings: Settings) -> Talk:
    author = await someone(client, settings)
    movie = await make_movie("Solaris")
    comment_id = await say(author, movie.id, "Slow, and right so.")
    return Talk(author, settings, movie.id, comment_id)


async def test_an_answer_rings_for_the_one_who_is_answered(talk: Talk) -> None:
    ada = await talk.visitor("Ada")
    reply = await say(ada, talk.movie_id, "Too slow.", talk.comment_id)
    await talk.work()
    await talk.work_again()
    [notification] = await talk.heard()
    assert notification.kind == "comment_replied"
    assert notification.payload == {
        "comment_id": reply,
        "movie_id": talk.movie_id,
        "movie": "Solaris",
        "actor_id": ada.user.id,
        "actor": "Ada",
    }
    notice = in_words(notification)
    assert (notice.text, notice.link) == (
        "Ada replied to your comment on Solaris.",
        f"/comments/{reply}",
    )
    assert await talk.heard(ada.user.id) == []


async def test_nobody_is_told_of_what_they_did_themselves(talk: Talk) -> None:
    await say(talk.author, talk.movie_id, "I mean it.", talk.comment_id)
    await talk.like(talk.author)
    await talk.work()
    assert await talk.heard() == []
    assert await told("notification.created") == []


async def test_ten_likes_are_one_notification(talk: Talk) -> None:
    for number in range(9):
        await talk.like(await talk.visitor(f"Fan {number}"))
        await talk.work()
    await talk.like(await talk.visitor("Ada"))
    await talk.work()
    await talk.work_again()
    [notification] = await talk.heard()
    assert notification.payload["count"] == 10
    assert in_words(notification).text == "Ada and 9 others liked your comment on Solaris."
    assert [event["unread"] for event in await told("notification.created")] == [1] * 10
    assert "folded" not in notification.payload


async def test_likes_that_come_at_once_are_all_counted_in_one(talk: Talk) -> None:
    for _ in range(rounds(3)):
        await fetch("DELETE FROM notifications")
        users = [await make_user() for _ in range(8)]
        news = News("comment_liked", {"comment_id": talk.comment_id}, "", "like:1")
        rings = [
            ring_for_act(talk.author.user.id, user.id, replace(news, source=f"like-{user.id}"))
            for user in users
            for _ in range(2)
        ]
        rung = await asyncio.gather(*rings)
        assert sum(rung) == len(users)
        [notification] = await talk.heard()
        assert notification.payload["count"] == len(users)


async def test_who_likes_again_is_counted_once_also_after_it_was_read(talk: Talk) -> None:
    ada, bob = await talk.visitor("Ada"), await talk.visitor("Bob")
    for method in ("PUT", "DELETE", "PUT"):
        await talk.like(ada, method)
        await talk.work()
    await talk.like(bob)
    await talk.work()
    [notification] = await talk.heard()
    assert in_words(notification).text == "Bob and 1 other liked your comment on Solaris."
    await talk.author.call("POST", "/notifications/read-all")
    for method in ("DELETE", "PUT"):
        await talk.like(ada, method)
    await talk.work()
    await talk.work_again()
    assert len(await talk.heard()) == 1
    assert await unread_count(talk.author.user.id) == 0


async def test_a_like_after_the_reading_rings_anew(talk: Talk) -> None:
    await talk.like(await talk.visitor("Ada"))
    await talk.work()
    await talk.author.call("POST", "/notifications/read-all")
    await talk.like(await talk.visitor("Bob"))
    await talk.work()
    texts = [in_words(notification).text for notification in await talk.heard()]
    assert texts == [
        "Bob liked your comment on Solaris.",
        "Ada liked your comment on Solaris.",
    ]


async def test_a_like_that_was_taken_back_in_time_is_not_told(talk: Talk) -> None:
    ada = await talk.visitor()
    await talk.like(ada)
    await talk.like(ada, "DELETE")
    await talk.work()
    assert await talk.heard() == []


async def test_a_name_goes_with_its_owner(talk: Talk) -> None:
    ada = await talk.visitor("Ada")
    await say(ada, talk.movie_id, "Too slow.", talk.comment_id)
    await talk.work()
    await ada.call("DELETE", "/accounts/me")
    [row] = await fetch("SELECT payload::text FROM notifications")
    assert "Ada" not in row["payload"]
    [notification] = await talk.heard()
    assert notification.payload["actor"] == "Deleted user"


async def test_an_author_learns_that_a_moderator_removed_the_comment(talk: Talk) -> None:
    reporter = await talk.visitor()
    moderator = await someone(talk.author.client, talk.settings, Role.MODERATOR)
    await reporter.call("POST", f"/comments/{talk.comment_id}/report", {"reason": "Rude."})
    _, queue = await moderator.call("GET", "/moderation/reports")
    status, body = await moderator.call(
        "POST",
        f"/moderation/reports/{queue['items'][0]['id']}/resolve",
        {"resolution": "removed"},
    )
    assert status == 204, body
    await talk.work()
    [notification] = await talk.heard()
    notice = in_words(notification)
    assert (notice.text, notice.link) == (
        "A moderator removed your comment on Solaris.",
        f"/movies/{talk.movie_id}",
    )
    assert await talk.heard(reporter.user.id) == []
    assert await talk.heard(moderator.user.id) == []


async def test_a_film_that_leaves_carts_rings_for_their_owners(talk: Talk) -> None:
    first, second = await make_user(), await make_user()
    ids = (first.id, second.id)
    await record(MovieTakenFromCarts(movie_id=talk.movie_id, name="Solaris", user_ids=ids))
    await talk.work()
    await talk.work_again()
    for user_id in ids:
        [notification] = await talk.heard(user_id)
        notice = in_words(notification)
        assert notice.text == "Solaris is no longer sold and has left your cart."
        assert notice.link == "/cart"
    assert await talk.heard() == []


async def test_a_film_that_carts_hold_rings_for_the_other_moderators(talk: Talk) -> None:
    tried, other = await make_user(Role.MODERATOR), await make_user(Role.ADMIN)
    await record(
        MovieDeleteBlocked(movie_id=talk.movie_id, name="Solaris", carts=3, user_id=tried.id)
    )
    await talk.work()
    [notification] = await talk.heard(other.id)
    notice = in_words(notification)
    assert notice.text == "Solaris was not deleted: it is in 3 carts."
    assert notice.link == f"/staff/movies/{talk.movie_id}"
    assert await talk.heard(tried.id) == await talk.heard() == []
