from cinema.events import Event


class MediaReplaced(Event):
    """An object of the storage may no longer be anybody's; for jobs alone."""

    type = "movie.media_replaced"
    movie_id: int
    old_key: str
