"""Reports, and the queue of those who look at them."""

import pytest

from cinema.database import fetch
from cinema.roles import Role
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted
from tests.social.talking import refused, say, someone, told


@pytest.fixture
async def author(client: Client, settings: Settings) -> Buyer:
    return await someone(client, settings)


@pytest.fixture
async def reader(client: Client, settings: Settings) -> Buyer:
    return await someone(client, settings)


@pytest.fixture
async def moderator(client: Client, settings: Settings) -> Buyer:
    return await someone(client, settings, Role.MODERATOR)


@pytest.fixture
async def comment_id(author: Buyer) -> int:
    return await say(author, (await make_movie("Ran")).id, "Buy my watches")


async def report(visitor: Buyer, comment_id: int, reason: str = "Advertising") -> None:
    answer = await visitor.call("POST", f"/comments/{comment_id}/report", {"reason": reason})
    assert answer == (204, None)


async def queue(moderator: Buyer, query: str = "") -> list[dict[str, object]]:
    status, page = await moderator.call("GET", f"/moderation/reports?{query}")
    assert status == 200, page
    items: list[dict[str, object]] = page["items"]
    return items


async def test_a_report_reaches_the_staff_and_nobody_else(
    author: Buyer, reader: Buyer, moderator: Buyer, comment_id: int
) -> None:
    await report(reader, comment_id)
    await report(moderator, comment_id, " Watches! ")
    [entry] = await queue(moderator)
    assert (entry["comment_id"], entry["movie"], entry["text"]) == (
        comment_id, "Ran", "Buy my watches",
    )  # fmt: skip
    reports = entry["reports"]
    assert isinstance(reports, list)
    assert [(one["reason"], one["reporter"]) for one in reports] == [
        ("Advertising", f"Visitor {reader.user.id}"),
        ("Watches!", f"Visitor {moderator.user.id}"),
    ]
    for visitor in (author, reader):
        answer = await visitor.call("GET", "/moderation/reports")
        assert refused(answer) == (403, "forbidden")
    events = await fetch("SELECT topics FROM outbox WHERE type = 'comment.reported'")
    assert [event["topics"] for event in events] == [["staff"]] * 2
    assert [event["open_reports"] for event in await told("comment.reported")] == [1, 2]


async def test_nobody_reports_twice_or_the_own_comment(
    author: Buyer, reader: Buyer, comment_id: int
) -> None:
    await report(reader, comment_id)
    before = await emitted()
    path, body = f"/comments/{comment_id}/report", {"reason": "Again"}
    assert refused(await reader.call("POST", path, body)) == (409, "already_reported")
    assert refused(await author.call("POST", path, body)) == (409, "own_comment")
    for reason in ("", "  ", "x" * 501, None, "\x07"):
        answer = await reader.call("POST", path, {"reason": reason})
        assert refused(answer) == (422, "invalid_request")
    assert await emitted() == before
    assert await fetch("SELECT reason FROM comment_reports") == [{"reason": "Advertising"}]


async def test_removing_closes_every_report_and_the_words_are_gone(
    reader: Buyer, moderator: Buyer, comment_id: int
) -> None:
    await report(reader, comment_id)
    await report(moderator, comment_id)
    [entry] = await queue(moderator)
    path = f"/moderation/reports/{entry['id']}/resolve"
    assert await moderator.call("POST", path, {"resolution": "removed"}) == (204, None)

    assert await queue(moderator) == []
    [done] = await queue(moderator, "open=false")
    assert (done["resolution"], done["text"], done["author"]) == ("removed", None, None)
    assert (done["resolved_by"], len(str(done["reports"]))) != (None, 0)
    rows = await fetch("SELECT resolution::text AS r, resolved_by_id AS by FROM comment_reports")
    assert rows == [{"r": "removed", "by": moderator.user.id}] * 2
    _, page = await reader.call("GET", f"/movies/{done['movie_id']}/comments")
    assert (page["items"], page["total_items"]) == ([], 0)
    assert await fetch("SELECT comments FROM movies") == [{"comments": 0}]

    lines = await fetch("SELECT action, actor_id FROM audit_log ORDER BY id")
    assert lines == [
        {"action": "comment.removed", "actor_id": moderator.user.id},
        {"action": "report.resolved", "actor_id": moderator.user.id},
    ]
    [event] = await told("comment.reports_resolved")
    assert (event["resolution"], event["user_id"]) == ("removed", moderator.user.id)
    before = await emitted()
    answer = await moderator.call("POST", path, {"resolution": "kept"})
    assert refused(answer) == (409, "report_resolved")
    assert await emitted() == before


async def test_a_comment_that_is_kept_can_be_reported_by_others_again(
    client: Client, settings: Settings, reader: Buyer, moderator: Buyer, comment_id: int
) -> None:
    await report(reader, comment_id)
    [entry] = await queue(moderator)
    path = f"/moderation/reports/{entry['id']}/resolve"
    assert await moderator.call("POST", path, {"resolution": "kept"}) == (204, None)
    [done] = await queue(moderator, "open=false")
    assert (done["resolution"], done["text"]) == ("kept", "Buy my watches")

    await report(await someone(client, settings), comment_id, "Still there")
    [again] = await queue(moderator)
    assert again["id"] != entry["id"]
    assert [one["reason"] for one in again["reports"]] == ["Still there"]  # type: ignore[attr-defined]


async def test_an_author_who_deletes_the_comment_empties_the_queue(
    author: Buyer, reader: Buyer, moderator: Buyer, comment_id: int
) -> None:
    await report(reader, comment_id)
    await author.call("DELETE", f"/comments/{comment_id}")
    assert await queue(moderator) == []
    assert await fetch("SELECT text FROM comments") == [{"text": "-"}]


async def test_a_report_outlives_its_movie_and_can_still_be_resolved(
    reader: Buyer, moderator: Buyer, comment_id: int
) -> None:
    await report(reader, comment_id)
    await fetch("UPDATE movies SET deleted_at = now()")
    [entry] = await queue(moderator)
    path = f"/moderation/reports/{entry['id']}/resolve"
    assert await moderator.call("POST", path, {"resolution": "removed"}) == (204, None)
    assert await queue(moderator) == []
    assert await fetch("SELECT text FROM comments") == [{"text": "-"}]


async def test_the_queue_is_walked_by_page_and_by_cursor(
    author: Buyer, reader: Buyer, moderator: Buyer
) -> None:
    movie = await make_movie()
    comments = [await say(author, movie.id, f"No. {n}") for n in range(5)]
    for comment_id in comments:
        await report(reader, comment_id)
        await report(moderator, comment_id)
    seen = [entry["comment_id"] for entry in await queue(moderator, "per_page=2&page=2")]
    assert seen == comments[2:4]
    walked, cursor = [], ""
    while cursor is not None:
        _, page = await moderator.call("GET", f"/moderation/reports?per_page=2&cursor={cursor}")
        walked += [entry["comment_id"] for entry in page["items"]]
        cursor = page["next_cursor"]
    assert walked == comments
    _, page = await moderator.call("GET", "/moderation/reports")
    assert page["total_items"] == 5


async def test_a_report_that_is_not_there_is_not_resolved(moderator: Buyer) -> None:
    path = "/moderation/reports/4711/resolve"
    assert refused(await moderator.call("POST", path, {"resolution": "kept"})) == (
        404, "report_not_found",
    )  # fmt: skip
    answer = await moderator.call("POST", path, {"resolution": "burned"})
    assert refused(answer) == (422, "invalid_request")
    assert await emitted() == []
