from http import HTTPStatus

from cinema.errors import CinemaError, NotFound, TooLarge, UnsupportedType


class VideoRefused(UnsupportedType):
    code, title = "video_refused", "The file is no MP4 or WebM video"


class VideoTooLarge(TooLarge):
    code, title = "video_too_large", "The video is too large"


class VideoDamaged(CinemaError):
    status, code = HTTPStatus.BAD_REQUEST, "video_damaged"
    title = "The video ends before its end"


class TrailerMissing(NotFound):
    code, title = "trailer_missing", "The movie has no trailer"
