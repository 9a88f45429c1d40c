"""Comments: text is text, and an author is never an e-mail address."""

from typing import Any

import pytest

from cinema.database import fetch
from cinema.settings import Settings
from tests.catalogue.statements import statements
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, make_buyer


@pytest.fixture
async def visitor(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


async def say(visitor: Buyer, movie_id: int, text: Any) -> tuple[int, Any]:
    return await visitor.call("POST", f"/movies/{movie_id}/comments", {"text": text})


async def test_a_comment_is_listed_counted_and_told_once(client: Client, visitor: Buyer) -> None:
    movie = await make_movie()
    status, comment = await say(visitor, movie.id, "  <b>Ran</b> ist groß 🎬\nWirklich.  ")
    assert (status, comment["text"]) == (201, "<b>Ran</b> ist groß 🎬\nWirklich.")
    assert comment["author"] == f"Visitor {visitor.user.id}"

    answer = await client.get(f"/api/v1/movies/{movie.id}/comments")
    listed = await answer.json()
    assert (listed["items"], listed["total_items"]) == ([comment | {"me": None}], 1)
    _, shown = await visitor.call("GET", f"/movies/{movie.id}")
    assert shown["comments"] == 1

    told = await fetch("SELECT topics, data FROM outbox WHERE type = 'comment.created'")
    [event] = told
    assert event["topics"] == [f"movie:{movie.id}"]
    assert visitor.user.email not in str(event["data"])


async def test_an_author_is_called_by_the_name_of_the_profile(visitor: Buyer) -> None:
    await fetch("UPDATE user_profiles SET first_name = 'Agnès', last_name = 'Varda'")
    _, comment = await say(visitor, (await make_movie()).id, "Oui.")
    assert comment["author"] == "Agnès Varda"


async def test_the_newest_stand_first_and_the_cursor_walks_the_same_way(
    client: Client, visitor: Buyer
) -> None:
    movie, other = await make_movie(), await make_movie()
    written = [(await say(visitor, movie.id, f"No. {n}"))[1]["id"] for n in range(5)]
    await say(visitor, other.id, "Elsewhere")
    path = f"/movies/{movie.id}/comments?per_page=2"
    _, first = await visitor.call("GET", path)
    assert [comment["id"] for comment in first["items"]] == written[:2:-1]
    assert first["total_items"] == 5

    walked, cursor = [], ""
    while cursor is not None:
        _, page = await visitor.call("GET", f"{path}&cursor={cursor}")
        walked += [comment["id"] for comment in page["items"]]
        cursor = page["next_cursor"]
    assert walked == written[::-1]


NO_TEXTS = (
    "", "   ", "\n\t", "x" * 2001, "bell \x07", "escape \x1b[31m", "c1 \x9b", "delete \x7f",
    None, 1, ["text"], "\u200b\u200d\u2060", "\u00a0\u3000\u2003", "\u3164", "\u2800 \u115f",
    "\u0301",
)  # fmt: skip


async def test_a_text_that_is_none_is_refused(visitor: Buyer) -> None:
    """Too long, unprintable, or nothing that anybody could see."""
    movie = await make_movie()
    before = await emitted()
    for text in NO_TEXTS:
        status, body = await say(visitor, movie.id, text)
        assert (status, body["code"]) == (422, "invalid_request"), text
    await nothing_was_said(before)


async def test_a_letter_is_the_same_however_it_was_typed(visitor: Buyer) -> None:
    status, comment = await say(visitor, (await make_movie()).id, "Ame\u0301lie")
    assert (status, comment["text"]) == (201, "Am\u00e9lie")
    # Two thousand letters are counted as they are stored.
    status, _ = await say(visitor, comment["movie_id"], "e\u0301" * 2000)
    assert status == 201


async def test_a_list_costs_two_statements_however_long_it_is(
    client: Client, visitor: Buyer
) -> None:
    movie = await make_movie()
    path = f"/api/v1/movies/{movie.id}/comments"
    for _ in range(2):
        await say(visitor, movie.id, "Again")
        await client.get(path)
        for query in ("", "?cursor="):
            async with statements() as seen:
                await client.get(path + query)
            assert len(seen) == 2, seen


@pytest.mark.parametrize("text", ["nul \x00", "half a pair \ud83c"])
async def test_a_text_that_no_database_can_hold_is_malformed(visitor: Buyer, text: str) -> None:
    movie = await make_movie()
    before = await emitted()
    status, body = await say(visitor, movie.id, text)
    assert (status, body["code"]) == (400, "malformed_request")
    await nothing_was_said(before)


async def nothing_was_said(before: list[str]) -> None:
    assert await fetch("SELECT count(*) AS n FROM comments") == [{"n": 0}]
    assert await fetch("SELECT DISTINCT comments FROM movies") == [{"comments": 0}]
    assert await emitted() == before


async def test_two_thousand_characters_of_any_script_are_taken(visitor: Buyer) -> None:
    status, comment = await say(visitor, (await make_movie()).id, "🎬" * 2000)
    assert (status, len(comment["text"])) == (201, 2000)


async def test_the_line_ends_of_a_browser_become_plain_ones(visitor: Buyer) -> None:
    status, comment = await say(visitor, (await make_movie()).id, "one\r\ntwo\tthree")
    assert (status, comment["text"]) == (201, "one\ntwo\tthree")


async def test_a_movie_that_does_not_exist_has_no_comments(client: Client, visitor: Buyer) -> None:
    for query in ("", "?cursor=", "?page=2"):
        response = await client.get(f"/api/v1/movies/4711/comments{query}")
        assert (response.status, (await response.json())["code"]) == (404, "movie_not_found")
    status, body = await say(visitor, 4711, "Hello?")
    assert (status, body["code"]) == (404, "movie_not_found")
    assert await emitted() == []


async def test_a_stranger_reads_but_does_not_write(client: Client) -> None:
    movie = await make_movie()
    path = f"/api/v1/movies/{movie.id}/comments"
    assert (await client.get(path)).status == 200
    assert (await client.post(path, json={"text": "Hello"})).status == 401
    assert await fetch("SELECT count(*) AS n FROM comments") == [{"n": 0}]
