"""Replies, likes, edits and tombstones."""

import pytest

from cinema.database import fetch
from cinema.roles import Role
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, emitted, run_jobs
from tests.social.talking import counters, refused, say, someone, told


@pytest.fixture
async def ada(client: Client, settings: Settings) -> Buyer:
    return await someone(client, settings)


@pytest.fixture
async def noor(client: Client, settings: Settings) -> Buyer:
    return await someone(client, settings)


@pytest.fixture
async def movie_id(client: Client) -> int:
    return int((await make_movie()).id)


async def top_level(visitor: Buyer, movie_id: int) -> list[dict[str, object]]:
    _, page = await visitor.call("GET", f"/movies/{movie_id}/comments")
    items: list[dict[str, object]] = page["items"]
    assert page["total_items"] == len(items)
    return items


async def test_replies_stand_oldest_first_under_what_they_answer(
    ada: Buyer, noor: Buyer, movie_id: int
) -> None:
    first = await say(ada, movie_id, "The rain!")
    other = await say(ada, movie_id, "The horses!")
    replies = [await say(noor, movie_id, f"Reply {n}", first) for n in range(4)]
    # An answer to a reply stands in the same thread, and is told to who wrote the reply.
    replies.append(await say(ada, movie_id, "And you?", replies[0]))

    assert [(c["id"], c["replies"]) for c in await top_level(ada, movie_id)] == [
        (other, 0),
        (first, 5),
    ]
    _, page = await ada.call("GET", f"/comments/{first}/replies?per_page=3")
    assert [c["id"] for c in page["items"]] == replies[:3]
    assert (page["total_items"], page["items"][0]["parent_id"]) == (5, first)

    walked, cursor = [], ""
    while cursor is not None:
        _, page = await ada.call("GET", f"/comments/{first}/replies?per_page=2&cursor={cursor}")
        walked += [c["id"] for c in page["items"]]
        cursor = page["next_cursor"]
    assert walked == replies
    assert (await counters(movie_id))["comments"] == 7
    answered = [(e["parent_id"], e["parent_user_id"]) for e in await told("comment.created")]
    assert answered[-2:] == [(first, ada.user.id), (first, noor.user.id)]


async def test_an_answer_must_be_to_a_comment_of_the_same_movie(ada: Buyer, movie_id: int) -> None:
    elsewhere = await say(ada, (await make_movie()).id, "Elsewhere")
    gone = await say(ada, movie_id, "Gone soon")
    await ada.call("DELETE", f"/comments/{gone}")
    before = await emitted()
    for parent_id in (elsewhere, gone, 4711):
        body = {"text": "Hm.", "parent_id": parent_id}
        answer = await ada.call("POST", f"/movies/{movie_id}/comments", body)
        assert refused(answer) == (404, "comment_not_found")
    for no_id in ("x", 0, -1, 10**19):
        given = {"text": "Hm.", "parent_id": no_id}
        status, _ = await ada.call("POST", f"/movies/{movie_id}/comments", given)
        assert status in {400, 422}
    assert await emitted() == before
    assert (await counters(movie_id))["comments"] == 0


async def test_only_its_author_changes_a_comment(
    client: Client, settings: Settings, ada: Buyer, noor: Buyer, movie_id: int
) -> None:
    comment_id = await say(ada, movie_id, "Teh rain")
    moderator = await someone(client, settings, Role.MODERATOR)
    for stranger in (noor, moderator):
        answer = await stranger.call("PATCH", f"/comments/{comment_id}", {"text": "Mine now"})
        assert refused(answer) == (403, "not_the_author")
    assert "comment.edited" not in await emitted()

    status, edited = await ada.call("PATCH", f"/comments/{comment_id}", {"text": " The rain "})
    assert (status, edited["text"]) == (200, "The rain")
    assert edited["edited_at"] is not None
    # The same words again are no change.
    _, again = await ada.call("PATCH", f"/comments/{comment_id}", {"text": "The rain"})
    assert again == edited
    [event] = await told("comment.edited")
    assert (event["comment_id"], event["text"]) == (comment_id, "The rain")
    answer = await ada.call("PATCH", f"/comments/{comment_id}", {"text": "  "})
    assert refused(answer) == (422, "invalid_request")


async def test_a_comment_without_replies_is_gone_when_it_is_deleted(
    ada: Buyer, noor: Buyer, movie_id: int
) -> None:
    comment_id = await say(ada, movie_id, "I take it back")
    await noor.call("PUT", f"/comments/{comment_id}/like")
    assert refused(await noor.call("DELETE", f"/comments/{comment_id}")) == (403, "not_the_author")
    assert len(await top_level(ada, movie_id)) == 1

    assert await ada.call("DELETE", f"/comments/{comment_id}") == (204, None)
    assert await top_level(ada, movie_id) == []
    assert await fetch("SELECT id FROM comments") == []
    assert await fetch("SELECT id FROM comment_likes") == []
    assert (await counters(movie_id))["comments"] == 0
    assert [event["tombstone"] for event in await told("comment.deleted")] == [False]
    for method, path, body in (
        ("PATCH", "", {"text": "Back"}), ("DELETE", "", None), ("PUT", "/like", None),
        ("DELETE", "/like", None), ("GET", "/replies", None), ("POST", "/report", {"reason": "x"}),
    ):  # fmt: skip
        answer = await ada.call(method, f"/comments/{comment_id}{path}", body)
        assert refused(answer) == (404, "comment_not_found")


async def test_a_comment_with_replies_leaves_a_tombstone_without_a_word_or_a_name(
    ada: Buyer, noor: Buyer, movie_id: int
) -> None:
    comment_id = await say(ada, movie_id, "My telephone number is 555-1234")
    reply = await say(noor, movie_id, "Do not say that here", comment_id)
    await noor.call("PUT", f"/comments/{comment_id}/like")
    await ada.call("DELETE", f"/comments/{comment_id}")

    [tombstone] = await top_level(noor, movie_id)
    assert tombstone["deleted"] is True
    assert (tombstone["text"], tombstone["author"]) == (None, None)
    assert (tombstone["likes"], tombstone["replies"]) == (0, 1)
    assert tombstone["me"] == {"mine": False, "liked": False, "reported": False}
    assert (await counters(movie_id))["comments"] == 1
    kept = await fetch("SELECT text FROM comments WHERE id = $1", comment_id)
    assert kept == [{"text": "-"}]

    # A reply of it can still be answered; the tombstone itself can not.
    second = await say(ada, movie_id, "Sorry", reply)
    body = {"text": "Hm.", "parent_id": comment_id}
    answer = await ada.call("POST", f"/movies/{movie_id}/comments", body)
    assert refused(answer) == (404, "comment_not_found")

    # With its last reply it goes as well.
    await noor.call("DELETE", f"/comments/{reply}")
    assert len(await top_level(noor, movie_id)) == 1
    await ada.call("DELETE", f"/comments/{second}")
    assert await top_level(noor, movie_id) == []
    assert await fetch("SELECT id FROM comments") == []
    assert (await counters(movie_id))["comments"] == 0


async def test_ones_words_about_a_deleted_movie_can_be_taken_back_but_not_added_to(
    ada: Buyer, noor: Buyer, movie_id: int
) -> None:
    comment_id = await say(ada, movie_id, "I was there")
    await noor.call("PUT", f"/comments/{comment_id}/like")
    await fetch("UPDATE movies SET deleted_at = now()")
    for method, path, body in (
        ("PATCH", "", {"text": "Back"}), ("PUT", "/like", None), ("GET", "/replies", None),
        ("POST", "/report", {"reason": "x"}),
    ):  # fmt: skip
        answer = await noor.call(method, f"/comments/{comment_id}{path}", body)
        assert refused(answer) == (404, "comment_not_found")
    assert await noor.call("DELETE", f"/comments/{comment_id}/like") == (
        200, {"likes": 0, "liked": False},
    )  # fmt: skip
    assert await ada.call("DELETE", f"/comments/{comment_id}") == (204, None)
    assert await fetch("SELECT id FROM comments") == []


async def test_a_moderator_deletes_anybodys_comment_and_it_is_written_down(
    client: Client, settings: Settings, ada: Buyer, movie_id: int
) -> None:
    comment_id = await say(ada, movie_id, "Buy my watches")
    moderator = await someone(client, settings, Role.MODERATOR)
    assert await moderator.call("DELETE", f"/comments/{comment_id}") == (204, None)
    [line] = await fetch("SELECT actor_id, action, subject, before::text FROM audit_log")
    assert (line["actor_id"], line["action"]) == (moderator.user.id, "comment.removed")
    assert line["subject"] == f"comment:{comment_id}"
    assert "watches" not in line["before"]


async def test_a_like_is_one_however_often_and_says_whose_comment_it_is(
    ada: Buyer, noor: Buyer, movie_id: int
) -> None:
    comment_id = await say(ada, movie_id, "The mud.")
    path = f"/comments/{comment_id}/like"
    for _ in range(2):
        assert await noor.call("PUT", path) == (200, {"likes": 1, "liked": True})
    [seen] = await top_level(noor, movie_id)
    assert (seen["likes"], seen["me"]) == (1, {"mine": False, "liked": True, "reported": False})
    [own] = await top_level(ada, movie_id)
    assert own["me"] == {"mine": True, "liked": False, "reported": False}
    for _ in range(2):
        assert await noor.call("DELETE", path) == (200, {"likes": 0, "liked": False})
    [event] = await told("comment.liked")
    assert event == {
        "movie_id": movie_id, "comment_id": comment_id, "user_id": noor.user.id,
        "author_id": ada.user.id, "likes": 1,
    }  # fmt: skip
    assert len(await told("comment.unliked")) == 1


async def test_who_has_left_is_called_nobody_and_takes_the_votes_along(
    client: Client, settings: Settings, ada: Buyer, noor: Buyer, movie_id: int
) -> None:
    await fetch("UPDATE user_profiles SET first_name = 'Ada' WHERE user_id = $1", ada.user.id)
    comment_id = await say(noor, movie_id, "Who was that?")
    await say(ada, movie_id, "I was here")
    await ada.call("PUT", f"/movies/{movie_id}/reaction", {"value": "like"})
    await ada.call("PUT", f"/movies/{movie_id}/rating", {"value": 8})
    await ada.call("PUT", f"/favorites/{movie_id}")
    await ada.call("PUT", f"/comments/{comment_id}/like")
    await noor.call("PUT", f"/movies/{movie_id}/rating", {"value": 6})
    _, export = await ada.call("GET", "/accounts/me/export")
    assert [c["text"] for c in export["comments"]] == ["I was here"]
    assert [r["value"] for r in export["ratings"]] == [8]
    assert [r["value"] for r in export["reactions"]] == ["like"]
    assert [f["movie_id"] for f in export["favorites"]] == [movie_id]
    assert [like["comment_id"] for like in export["comment_likes"]] == [comment_id]
    assert export["reports"] == []

    status, _ = await ada.call("DELETE", "/accounts/me")
    assert status == 204
    await run_jobs(resources_of(client))

    assert [(c["author"], c["text"], c["likes"]) for c in await top_level(noor, movie_id)] == [
        ("Deleted user", "I was here", 0),
        (f"Visitor {noor.user.id}", "Who was that?", 0),
    ]
    assert await counters(movie_id) == {
        "likes": 0, "dislikes": 0, "favorites": 0, "comments": 2,
        "rating_sum": 6, "rating_count": 1,
    }  # fmt: skip
