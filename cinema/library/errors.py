from cinema.errors import NotFound


class NotInLibrary(NotFound):
    """One answer for a movie that does not exist, was not bought, or was paid back."""

    code, title = "not_in_library", "The movie is not in your library"


class VideoMissing(NotFound):
    code, title = "video_missing", "The movie has no video yet"
