"""The counters are what the rows say: under a crowd, after it, and after a repair."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from cinema.database import fetch
from cinema.doctor.checks import Finding, examine
from cinema.doctor.counters import RULE, find_wrong_counters, repair_wrong_counters
from cinema.resources import Resources
from cinema.roles import Role
from cinema.social import service
from cinema.social.errors import CommentNotFound
from cinema.social.models import ReactionValue
from cinema.social.schemas import PostComment
from tests.accounts_factory import make_user
from tests.factories import make_movie
from tests.rounds import rounds
from tests.social.talking import counters

CROWD = 50

pytestmark = pytest.mark.usefixtures("database")


async def finding(resources: Resources, *, fix: bool = False) -> Finding:
    [found] = [one async for one in examine(resources, fix=fix) if one.name == RULE]
    return found


async def test_the_doctor_says_what_to_do_and_does_it_when_asked(resources: Resources) -> None:
    movie = await make_movie()
    assert await finding(resources) == Finding(RULE, True, "")
    await fetch("UPDATE movies SET favorites = 3")
    wrong = f"1: movie {movie.id}: favorites 3 for 0"
    said = Finding(RULE, False, f"{wrong}; run `cinema doctor --fix`")
    assert await finding(resources) == said
    assert await finding(resources, fix=True) == Finding(RULE, True, f"repaired {wrong}")
    assert await finding(resources, fix=True) == Finding(RULE, True, "")


async def crowd(*acts: Callable[[], Awaitable[object]]) -> None:
    await asyncio.gather(*(act() for act in acts))


async def test_a_crowd_that_likes_and_unlikes_leaves_exact_counts() -> None:
    """Fifty at once on one film and one comment, each with a mind of its own."""
    movie = await make_movie()
    users = [(await make_user()).id for _ in range(10)]
    comment = await service.post_comment(users[0], movie.id, PostComment(text="The mud."))
    chance = random.Random(17)

    acts: list[Callable[[int], Awaitable[object]]] = [
        lambda user_id: service.set_reaction(user_id, movie.id, ReactionValue.LIKE),
        lambda user_id: service.set_reaction(user_id, movie.id, ReactionValue.DISLIKE),
        lambda user_id: service.clear_reaction(user_id, movie.id),
        lambda user_id: service.set_rating(user_id, movie.id, chance.randint(1, 10)),
        lambda user_id: service.clear_rating(user_id, movie.id),
        lambda user_id: service.like_comment(user_id, comment.id),
        lambda user_id: service.unlike_comment(user_id, comment.id),
        lambda user_id: service.add_favorite(user_id, movie.id),
        lambda user_id: service.remove_favorite(user_id, movie.id),
    ]

    async def act() -> None:
        await chance.choice(acts)(chance.choice(users))

    for _ in range(rounds(20)):
        await crowd(*[act] * CROWD)
        assert await find_wrong_counters() is None
    kept = await counters(movie.id)
    assert kept["likes"] + kept["dislikes"] + kept["rating_count"] + kept["favorites"] > 0


async def test_a_crowd_that_answers_and_deletes_leaves_exact_counts() -> None:
    """Replies come while what they answer goes; a tombstone stays exactly as long as it must."""
    movie = await make_movie()
    users = [(await make_user()).id for _ in range(5)]

    for _ in range(rounds(10)):
        top = await service.post_comment(users[0], movie.id, PostComment(text="First"))
        said = PostComment(text="Reply", parent_id=top.id)
        replies = [await service.post_comment(users[1], movie.id, said) for _ in range(3)]

        async def answer(given: PostComment = said) -> None:
            try:
                await service.post_comment(users[2], movie.id, given)
            except CommentNotFound:
                return

        async def delete(comment_id: int) -> None:
            try:
                await service.delete_comment(users[0], Role.MODERATOR, comment_id)
            except CommentNotFound:
                return

        async def like(comment_id: int) -> None:
            try:
                await service.like_comment(users[3], comment_id)
            except CommentNotFound:
                return

        ids = [top.id, *(reply.id for reply in replies)]
        await crowd(
            *[answer] * 5,
            *(partial(delete, one) for one in ids * 2),
            *(partial(like, one) for one in ids),
        )
        assert await find_wrong_counters() is None
        assert await fetch(
            "SELECT id FROM comments WHERE deleted_at IS NOT NULL AND replies = 0"
        ) == []  # fmt: skip


async def test_one_visitor_in_two_windows_votes_once() -> None:
    movie, user = await make_movie(), await make_user()
    for value in range(1, rounds(20)):
        await crowd(
            lambda: service.set_rating(user.id, movie.id, 3),
            partial(service.set_rating, user.id, movie.id, value % 10 + 1),
            lambda: service.set_reaction(user.id, movie.id, ReactionValue.LIKE),
            lambda: service.set_reaction(user.id, movie.id, ReactionValue.DISLIKE),
            lambda: service.add_favorite(user.id, movie.id),
            lambda: service.add_favorite(user.id, movie.id),
        )
        kept = await counters(movie.id)
        assert (kept["rating_count"], kept["likes"] + kept["dislikes"], kept["favorites"]) == (
            1, 1, 1,
        )  # fmt: skip
    assert await find_wrong_counters() is None


async def test_the_doctor_finds_planted_faults_and_sets_them_right() -> None:
    movies = [await make_movie() for _ in range(3)]
    user, other = await make_user(), await make_user()
    comment = await service.post_comment(user.id, movies[0].id, PostComment(text="One"))
    said = PostComment(text="Two", parent_id=comment.id)
    await service.post_comment(other.id, movies[0].id, said)
    await service.like_comment(other.id, comment.id)
    await service.set_rating(user.id, movies[1].id, 8)
    await service.set_reaction(user.id, movies[1].id, ReactionValue.LIKE)
    await service.add_favorite(user.id, movies[1].id)
    assert await find_wrong_counters() is None
    right = [await counters(movie.id) for movie in movies]

    await fetch("UPDATE movies SET comments = 7 WHERE id = $1", movies[0].id)
    await fetch("UPDATE comments SET likes = 3, replies = 0 WHERE id = $1", comment.id)
    await fetch(
        "UPDATE movies SET rating_sum = 9, likes = 0, dislikes = 4, favorites = 2 WHERE id = $1",
        movies[1].id,
    )
    found = await find_wrong_counters()
    # The replies of a thread are part of its film's comments, so they count as wrong there too.
    assert found == (
        f"3: comment {comment.id}: likes 3 for 1, replies 0 for 1; "
        f"movie {movies[0].id}: comments 7 for 1; "
        f"movie {movies[1].id}: likes 0 for 1, dislikes 4 for 0, favorites 2 for 1,"
        " rating_sum 9 for 8"
    )

    assert str(await repair_wrong_counters()).startswith("3: comment")
    assert await find_wrong_counters() is None
    assert [await counters(movie.id) for movie in movies] == right
    lines = await fetch("SELECT action, subject, after::text FROM audit_log ORDER BY id")
    assert [line["subject"] for line in lines] == [
        f"comment:{comment.id}",
        f"movie:{movies[0].id}",
        f"movie:{movies[1].id}",
    ]
    assert await repair_wrong_counters() is None


async def test_a_repair_amid_a_crowd_makes_nothing_wrong() -> None:
    movie = await make_movie()
    users = [(await make_user()).id for _ in range(10)]

    async def like_and_unlike(user_id: int) -> None:
        for _ in range(5):
            await service.set_reaction(user_id, movie.id, ReactionValue.LIKE)
            await service.clear_reaction(user_id, movie.id)
        await service.set_reaction(user_id, movie.id, ReactionValue.LIKE)

    async def meddle() -> None:
        for _ in range(10):
            await fetch("UPDATE movies SET likes = likes + 5 WHERE id = $1", movie.id)
            await service.repair_counters("movie", movie.id)

    await crowd(*(partial(like_and_unlike, user_id) for user_id in users), meddle)
    assert (await counters(movie.id))["likes"] == 10
