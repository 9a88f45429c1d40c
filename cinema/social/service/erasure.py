from contextlib import suppress

from cinema.database import fetch
from cinema.social.errors import CommentNotFound
from cinema.social.service.favorites import remove_favorite
from cinema.social.service.likes import unlike_comment
from cinema.social.service.votes import clear_rating, clear_reaction

VOTES = (
    ("SELECT movie_id AS id FROM favorites WHERE user_id = $1", remove_favorite),
    ("SELECT movie_id AS id FROM movie_ratings WHERE user_id = $1", clear_rating),
    ("SELECT movie_id AS id FROM movie_reactions WHERE user_id = $1", clear_reaction),
)


async def forget_votes(user_id: int) -> None:
    """Take back everything that a user has voted for; each vote in a transaction of its own.

    They may be many, and no film should be held for as long as all of them take. What was done
    before an interruption stays done.
    """
    for held, take_back in VOTES:
        for row in await fetch(held, user_id):
            await take_back(user_id, row["id"])
    for row in await fetch("SELECT comment_id FROM comment_likes WHERE user_id = $1", user_id):
        # A comment that is deleted meanwhile takes its likes along.
        with suppress(CommentNotFound):
            await unlike_comment(user_id, row["comment_id"])
