from datetime import datetime

from cinema.events import Event, movie_topic


class CommentCreated(Event):
    """Public: it holds what the movie's page shows to everyone, and nothing else."""

    type = "comment.created"
    comment_id: int
    movie_id: int
    author: str
    text: str
    at: datetime

    def topics(self) -> tuple[str, ...]:
        return (movie_topic(self.movie_id),)
