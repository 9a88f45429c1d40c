"""Mails that one may be without, as the mail server received them, and the way out of them."""

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from cinema.catalogue.events import MovieChanged, MovieReleased
from cinema.database import fetch
from cinema.devstack.mailbox import Mail
from cinema.notifications.unsubscribing import unsubscribe_token
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, run_jobs
from tests.mails.post import record
from tests.servers import Servers
from tests.social.talking import say, someone
from tests.web.visiting import Visitor, words

Post = Callable[[Buyer], list[Mail]]


@pytest.fixture
def post(servers: Servers, database: None) -> Post:
    """Return who asks for the mails that a reader was sent in this test."""
    earlier = {mail.at for mail in servers.smtp.mailbox.mails()}

    def received(reader: Buyer) -> list[Mail]:
        mails = servers.smtp.mailbox.mails(to=reader.user.email)
        return [mail for mail in mails if mail.at not in earlier]

    return received


@pytest.fixture
async def author(client: Client, settings: Settings) -> Buyer:
    return await someone(client, settings)


@pytest.fixture
async def ada(client: Client, settings: Settings) -> Buyer:
    ada = await someone(client, settings)
    await ada.call("PATCH", "/profiles/me", {"first_name": "Ada"})
    return ada


async def work(reader: Buyer) -> None:
    """Work twice: a job that runs again sends nothing."""
    await run_jobs(resources_of(reader.client))
    await fetch("UPDATE job_runs SET done_at = NULL, next_at = now()")
    await run_jobs(resources_of(reader.client))


async def want(reader: Buyer, kind: str, *, email: bool) -> None:
    change = {"settings": [{"kind": kind, "email": email}]}
    status, body = await reader.call("PUT", "/notifications/settings", change)
    assert status == 200, body


def headers(mail: Mail) -> dict[str, str]:
    return dict(mail.headers)


async def test_an_answer_is_quoted_and_led_to(author: Buyer, ada: Buyer, post: Post) -> None:
    movie = await make_movie("Ran & Co")
    first = await say(author, movie.id, "Slow.")
    reply = await say(ada, movie.id, "Not <b>slow</b>.", first)
    await work(author)
    [mail] = post(author)
    assert mail.subject == "Ada replied to your comment"
    assert "Not <b>slow</b>." in mail.text
    assert "Not &lt;b&gt;slow&lt;/b&gt;." in mail.html
    assert mail.links[0] == f"http://127.0.0.1:8000/comments/{reply}"
    response = await author.client.get(urlsplit(mail.links[0]).path, allow_redirects=False)
    assert response.headers["Location"] == f"/movies/{movie.id}?thread={first}#comment-{reply}"
    assert post(ada) == []


async def test_of_likes_only_the_first_of_many_brings_a_mail(
    author: Buyer, post: Post, client: Client, settings: Settings
) -> None:
    movie = await make_movie("Solaris")
    comment_id = await say(author, movie.id, "Slow.")
    await want(author, "comment_liked", email=True)
    for _ in range(3):
        fan = await someone(client, settings)
        await fan.call("PUT", f"/comments/{comment_id}/like")
        await work(author)
    [mail] = post(author)
    assert mail.subject.endswith("liked your comment")


async def test_a_like_brings_no_mail_that_nobody_asked_for(
    author: Buyer, ada: Buyer, post: Post
) -> None:
    movie = await make_movie("Solaris")
    comment_id = await say(author, movie.id, "Slow.")
    await ada.call("PUT", f"/comments/{comment_id}/like")
    await work(author)
    assert post(author) == []


async def test_a_lower_price_is_mailed_to_those_who_want_to_know(
    author: Buyer, ada: Buyer, post: Post
) -> None:
    movie = await make_movie("Solaris", price=Decimal("8.00"))
    for fan in (author, ada):
        await fan.call("PUT", f"/favorites/{movie.id}")
    await want(ada, "price_dropped", email=False)
    await record(
        MovieChanged(
            movie_id=movie.id,
            changed=("price",),
            old_price=Decimal("9.99"),
            price=Decimal("8.00"),
            is_available=True,
        )
    )
    await work(author)
    [mail] = post(author)
    assert mail.subject == "Solaris costs $8.00 now"
    assert "It costs $8.00 now, instead of $9.99." in " ".join(mail.text.split())
    assert mail.links[0] == f"http://127.0.0.1:8000/movies/{movie.id}"
    [event] = await fetch("SELECT id FROM outbox WHERE type = 'movie.changed'")
    assert mail.message_id == f"<{event['id']}.price_dropped.{author.user.id}@127.0.0.1>"
    assert post(ada) == []


@pytest.fixture
async def mail(author: Buyer, post: Post) -> Mail:
    """A mail about a release, which its reader may be without."""
    movie = await make_movie("Solaris")
    await author.call("PUT", f"/favorites/{movie.id}")
    await record(MovieReleased(movie_id=movie.id, name="Solaris"))
    await work(author)
    [mail] = post(author)
    assert mail.subject == "Solaris is out"
    return mail


async def chosen() -> list[tuple[str, bool, bool]]:
    rows = await fetch("SELECT kind, in_app, email FROM notification_settings")
    return [(row["kind"], row["in_app"], row["email"]) for row in rows]


async def test_a_mail_program_ends_a_kind_of_mail_in_one_click(client: Client, mail: Mail) -> None:
    assert headers(mail)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = urlsplit(headers(mail)["List-Unsubscribe"].strip("<>"))
    assert address.netloc == "127.0.0.1:8000"
    for _ in range(2):
        response = await client.post(
            f"{address.path}?{address.query}", data={"List-Unsubscribe": "One-Click"}
        )
        assert response.status == 204
    assert await chosen() == [("movie_released", True, False)]


async def test_opening_the_link_changes_nothing_and_a_button_does(
    visitor: Visitor, mail: Mail
) -> None:
    address = urlsplit(headers(mail)["List-Unsubscribe"].strip("<>"))
    [link] = [link for link in mail.links if "/unsubscribe" in link]
    response = await visitor.get(f"{address.path}?{address.query}")
    assert response.status == 303
    assert f"http://127.0.0.1:8000{response.headers['Location']}" == link
    page = await visitor.read(response.headers["Location"])
    assert "Shall we no longer write to you about this: “A favourite comes out”?" in words(page)
    assert await chosen() == []
    token = address.query.removeprefix("token=")
    answer = await visitor.post("/unsubscribe", {"token": token})
    assert "We no longer write to you about this" in words(await answer.text())
    assert await chosen() == [("movie_released", True, False)]


@pytest.mark.parametrize("kind", ["movie_released", "order_paid"])
async def test_a_link_of_nobody_and_one_for_a_receipt_do_nothing(
    visitor: Visitor, author: Buyer, settings: Settings, kind: str
) -> None:
    token = unsubscribe_token(settings, author.user.id, kind)
    if kind == "movie_released":
        token = token.replace(str(author.user.id), str(author.user.id + 1), 1)
    path = f"/notifications/unsubscribe?token={token}"
    status, body = await author.call("POST", path)
    assert (status, body["code"]) == (404, "unsubscribe_link_invalid")
    assert (await visitor.get(f"/unsubscribe?token={token}")).status == 404
    assert (await visitor.post("/unsubscribe", {"token": token})).status == 404
    assert await chosen() == []
