"""What the community does. What goes to `movie:{id}` holds what that page shows to everyone.

A vote or a favourite is told as its new count alone: whose it is, is nobody else's business.
"""

from datetime import datetime

from cinema.events import STAFF, Event, movie_topic, user_topic


class OnMovie(Event):
    movie_id: int

    def topics(self) -> tuple[str, ...]:
        return (movie_topic(self.movie_id),)


class CommentCreated(OnMovie):
    """`parent_user_id` wrote the comment that was answered; both are None on the top level."""

    type = "comment.created"
    comment_id: int
    user_id: int
    parent_id: int | None = None
    parent_user_id: int | None = None
    author: str
    text: str
    at: datetime


class CommentEdited(OnMovie):
    type = "comment.edited"
    comment_id: int
    parent_id: int | None
    text: str
    at: datetime


class CommentDeleted(OnMovie):
    """`tombstone`: it has replies, and its place in the thread stays."""

    type = "comment.deleted"
    comment_id: int
    parent_id: int | None
    tombstone: bool


class CommentLiked(OnMovie):
    """`user_id` has liked a comment of `author_id`, which now has so many likes."""

    type = "comment.liked"
    comment_id: int
    user_id: int
    author_id: int
    likes: int


class CommentUnliked(OnMovie):
    type = "comment.unliked"
    comment_id: int
    likes: int


class CommentReported(Event):
    """`open_reports` is how many reports of this comment wait for a moderator."""

    type = "comment.reported"
    comment_id: int
    movie_id: int
    open_reports: int

    def topics(self) -> tuple[str, ...]:
        return (STAFF,)


class ReportsResolved(Event):
    """A moderator (`user_id`) has looked at a comment of `author_id`; all its reports are closed.

    `resolution` is kept or removed.
    """

    type = "comment.reports_resolved"
    comment_id: int
    movie_id: int
    author_id: int
    resolution: str
    user_id: int

    def topics(self) -> tuple[str, ...]:
        return (STAFF,)


class ReactionChanged(OnMovie):
    type = "reaction.changed"
    likes: int
    dislikes: int


class RatingChanged(OnMovie):
    """The average is their sum over their count."""

    type = "rating.changed"
    rating_sum: int
    rating_count: int


class FavoritesChanged(OnMovie):
    type = "favorites.changed"
    favorites: int


class FavoriteChanged(Event):
    """A user's own list has changed; only the user's own pages hear it."""

    type = "favorite.changed"
    user_id: int
    movie_id: int
    favorite: bool

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id),)
