"""A film's page at work without a script: votes, ratings, threads, reports and favourites."""

import re

import pytest

from cinema.database import fetch
from cinema.roles import Role
from cinema.settings import Settings
from cinema.social import service
from cinema.social.schemas import PostComment
from tests.accounts_factory import make_user
from tests.catalogue.statements import statements
from tests.conftest import Client
from tests.factories import make_movie
from tests.web.visiting import Visitor, words


@pytest.fixture
async def path(client: Client) -> str:
    return f"/movies/{(await make_movie('Ran')).id}"


async def movie_id(path: str) -> int:
    return int(path.rsplit("/", 1)[1])


async def comment_of(path: str, text: str, parent_id: int | None = None) -> int:
    """Let somebody else say something."""
    user = await make_user()
    given = PostComment(text=text, parent_id=parent_id)
    return (await service.post_comment(user.id, await movie_id(path), given)).id


def pressed(page: str, button: str) -> str:
    found = re.search(rf'id="{button}"[^>]*aria-pressed="(\w+)"', page)
    assert found is not None, button
    return found[1]


async def test_a_film_is_liked_rated_and_kept_by_plain_forms(visitor: Visitor, path: str) -> None:
    await visitor.log_in()
    for form, value, button in (
        ("reaction", "like", "vote-like"),
        ("favorite", "yes", "vote-favorite"),
    ):
        assert pressed(await visitor.read(path), button) == "false"
        response = await visitor.post(f"{path}/{form}", {"value": value, "next": path})
        assert response.status == 303
        assert pressed(await visitor.read(path), button) == "true"
        await visitor.post(f"{path}/{form}", {"value": "", "next": path})
        assert pressed(await visitor.read(path), button) == "false"
    await visitor.post(f"{path}/rating", {"value": "7"})
    page = await visitor.read(path)
    assert pressed(page.replace('name="value" value="7" ', ""), "rate-7") == "true"
    assert "7.0 of 10, 1 rating" in words(page)
    await visitor.post(f"{path}/rating", {"value": ""})
    assert "Nobody has rated it yet." in words(await visitor.read(path))


@pytest.mark.parametrize(("form", "value"), [("reaction", "love"), ("rating", "11")])
async def test_a_vote_that_is_none_is_explained_on_the_page(
    visitor: Visitor, path: str, form: str, value: str
) -> None:
    await visitor.log_in()
    response = await visitor.post(f"{path}/{form}", {"value": value, "next": path})
    assert response.headers["Location"] == path
    assert 'class="said bad"' in await visitor.read(path)
    assert await fetch("SELECT likes + rating_count AS n FROM movies") == [{"n": 0}]


async def test_a_stranger_sees_the_votes_and_is_asked_to_log_in(
    visitor: Visitor, path: str
) -> None:
    page = await visitor.read(path)
    forms = re.findall(r'<form[^>]* action="([^"]*)"', page.partition("<main")[2])
    assert [form for form in forms if not form.startswith("/cart/")] == []
    assert f'href="/login?next={path}"' in page
    response = await visitor.post(f"{path}/reaction", {"value": "like"}, Referer="x")
    assert response.headers["Location"].startswith("/login")


async def test_an_answer_stands_under_what_it_answers(visitor: Visitor, path: str) -> None:
    first = await comment_of(path, "The rain!")
    await visitor.log_in()
    page = await visitor.read(f"{path}?reply={first}")
    assert f'name="parent_id" value="{first}"' in page
    assert "Your answer" in words(page)
    fields = {"text": "And the mud.", "parent_id": str(first)}
    response = await visitor.post(f"{path}/comments?reply={first}", fields)
    assert response.headers["Location"] == f"{path}#comment-{first + 1}"
    page = await visitor.read(path)
    assert re.search(r'<div class="replies">.*And the mud\.', page, re.DOTALL)
    # A refused answer comes back with its words and what it answers.
    fields["text"] = "x" * 2001
    response = await visitor.post(f"{path}/comments?reply={first}", fields)
    page = await response.text()
    assert response.status == 422
    assert f'name="parent_id" value="{first}"' in page
    assert "x" * 2001 in page


async def test_ones_own_comment_is_changed_and_deleted_after_a_question(
    visitor: Visitor, path: str
) -> None:
    user = await visitor.log_in()
    comment = await service.post_comment(
        user.id, await movie_id(path), PostComment(text="Teh rain")
    )
    one = f"{path}/comments/{comment.id}"
    assert ">Teh rain</textarea>" in await visitor.read(f"{path}?edit={comment.id}")
    response = await visitor.post(f"{one}/edit?edit={comment.id}", {"text": ""})
    assert response.status == 422
    await visitor.post(f"{one}/edit?edit={comment.id}", {"text": "The rain"})
    page = words(await visitor.read(path))
    assert "The rain" in page
    assert ", edited" in page

    assert "Delete this comment?" in words(await visitor.read(f"{path}?delete={comment.id}"))
    await visitor.post(f"{one}/delete")
    page = words(await visitor.read(path))
    assert "The comment is deleted." in page
    assert "The rain" not in page


async def test_nobody_is_offered_what_is_not_theirs(visitor: Visitor, path: str) -> None:
    comment_id = await comment_of(path, "Mine alone")
    await visitor.log_in()
    for act in ("edit", "delete"):
        assert "Your comment" in words(await visitor.read(f"{path}?{act}={comment_id}"))
    response = await visitor.post(f"{path}/comments/{comment_id}/delete", {"next": path})
    assert response.headers["Location"] == path
    assert await fetch("SELECT text FROM comments") == [{"text": "Mine alone"}]
    # An address that asks for nonsense shows the page as it is.
    for query in ("reply=4711", "reply=abc", "thread=4711", "before=zz"):
        assert (await visitor.get(f"{path}?{query}")).status in {200, 404, 422}


async def test_a_comment_is_liked_and_the_like_taken_back(visitor: Visitor, path: str) -> None:
    comment_id = await comment_of(path, "The mud")
    await visitor.log_in()
    like = f"{path}/comments/{comment_id}/like"
    response = await visitor.post(like, {"value": "yes"})
    assert response.headers["Location"] == f"{path}#comment-{comment_id}"
    assert pressed(await visitor.read(path), f"like-{comment_id}") == "true"
    await visitor.post(like, {"value": ""})
    assert pressed(await visitor.read(path), f"like-{comment_id}") == "false"


async def test_a_report_is_looked_at_by_the_staff(
    client: Client, settings: Settings, visitor: Visitor, path: str
) -> None:
    comment_id = await comment_of(path, "Buy my watches")
    await visitor.log_in()
    assert "Report this comment" in words(await visitor.read(f"{path}?report={comment_id}"))
    report = f"{path}/comments/{comment_id}/report?report={comment_id}"
    assert (await visitor.post(report, {"reason": " "})).status == 422
    await visitor.post(report, {"reason": "Advertising"})
    page = words(await visitor.read(path))
    assert "A moderator will look at the comment." in page
    assert "You have reported it" in page
    assert (await visitor.get("/staff/reports")).status == 403
    await visitor.post("/logout")

    await visitor.log_in(Role.MODERATOR)
    page = await visitor.read("/staff/reports")
    assert "Buy my watches" in words(page)
    assert "Advertising" in words(page)
    [resolve] = set(re.findall(r'action="(/staff/reports/\d+/resolve)"', page))
    await visitor.post(resolve, {"resolution": "removed"})
    page = words(await visitor.read("/staff/reports"))
    assert "The comment is removed." in page
    assert "Nothing waits." in page
    assert "Removed" in words(await visitor.read("/staff/reports?open=false"))
    assert "Buy my watches" not in await visitor.read(path)


async def test_older_comments_and_long_threads_have_pages_of_their_own(
    visitor: Visitor, path: str
) -> None:
    user = await make_user()
    film = await movie_id(path)
    said = [
        (await service.post_comment(user.id, film, PostComment(text=f"No. {n};"))).id
        for n in range(23)
    ]
    for n in range(8):
        given = PostComment(text=f"Reply {n};", parent_id=said[-1])
        await service.post_comment(user.id, film, given)
    page = await visitor.read(path)
    shown = words(page)
    assert ("No. 22;" in shown, "No. 3;" in shown, "No. 2;" in shown) == (True, True, False)
    assert ("Reply 7;" in shown, "Reply 3;" in shown, "Reply 2;" in shown) == (True, True, False)
    assert "3 earlier replies" in shown
    found = re.search(r'href="(/movies/\d+\?before=[^"#]+)#talk" rel="next"', page)
    assert found is not None
    older = words(await visitor.read(found[1]))
    assert ("No. 2;" in older, "No. 0;" in older, "No. 3;" in older) == (True, True, False)
    thread = words(await visitor.read(f"{path}?thread={said[-1]}"))
    assert all(f"Reply {n};" in thread for n in range(8))
    assert "No. 21;" not in thread


async def test_a_comment_has_an_address_that_leads_into_its_thread(
    visitor: Visitor, path: str
) -> None:
    first = await comment_of(path, "The rain!")
    reply = await comment_of(path, "And the mud.", first)
    for comment_id in (first, reply):
        response = await visitor.get(f"/comments/{comment_id}")
        target = response.headers["Location"]
        assert target == f"{path}?thread={first}#comment-{comment_id}"
        assert f'id="comment-{comment_id}"' in await visitor.read(target.partition("#")[0])
    replies = [await comment_of(path, f"No. {n}", first) for n in range(101)]
    response = await visitor.get(f"/comments/{replies[-1]}")
    page = await visitor.read(response.headers["Location"].partition("#")[0])
    assert f'id="comment-{replies[-1]}"' in page
    assert (await visitor.get("/comments/4711")).status == 404


async def test_a_films_page_costs_as_many_statements_with_fifty_comments_as_with_none(
    visitor: Visitor, path: str
) -> None:
    user = await visitor.log_in()
    film = await movie_id(path)
    first = await service.post_comment(user.id, film, PostComment(text="First"))
    await service.post_comment(user.id, film, PostComment(text="Reply", parent_id=first.id))
    await visitor.read(path)
    async with statements() as seen:
        await visitor.read(path)
        few = len(seen)
    for _ in range(25):
        top = await service.post_comment(user.id, film, PostComment(text="More"))
        await service.post_comment(user.id, film, PostComment(text="Reply", parent_id=top.id))
    async with statements() as seen:
        await visitor.read(path)
        assert len(seen) == few


async def test_favourites_are_found_again_and_taken_out(visitor: Visitor, path: str) -> None:
    await visitor.log_in()
    assert "Nothing here yet." in words(await visitor.read("/favorites"))
    await visitor.post(f"{path}/favorite", {"value": "yes", "next": path})
    page = await visitor.read("/favorites?q=ran")
    assert "Ran" in words(page)
    assert 'name="next" value="/favorites?q=ran"' in page
    assert "None of them fits." in words(await visitor.read("/favorites?q=zzzz"))
    response = await visitor.post(f"{path}/favorite", {"value": "", "next": "/favorites"})
    assert response.headers["Location"] == "/favorites"
    assert "Nothing here yet." in words(await visitor.read("/favorites"))


async def test_names_and_words_of_visitors_are_text_wherever_they_stand(
    visitor: Visitor, path: str
) -> None:
    xss = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    comment_id = await comment_of(path, xss)
    await fetch("UPDATE user_profiles SET first_name = $1", xss[:60])
    reporter = await make_user()
    await service.report_comment(reporter.id, comment_id, xss)
    await visitor.log_in(Role.MODERATOR)
    addresses = [path, "/staff/reports", *(f"{path}?{a}={comment_id}" for a in ("reply", "delete"))]
    for address in addresses:
        page = await visitor.read(address)
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
        assert xss in words(page), address
