from cinema.events import Event, user_topic


class ProgressChanged(Event):
    """A user is at another place of a movie: `position` and `duration` are seconds."""

    type = "progress.changed"
    user_id: int
    movie_id: int
    position: int
    duration: int
    version: int

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id),)
