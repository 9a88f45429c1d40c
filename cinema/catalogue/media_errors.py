from http import HTTPStatus

from cinema.errors import CinemaError, InvalidRequest, TooLarge, Unavailable, UnsupportedType


class PosterRefused(InvalidRequest):
    code, title = "image_refused", "The image is not accepted"


class PosterTooLarge(TooLarge):
    code, title = "image_too_large", "The image is larger than 5 MiB"


class PostersBusy(Unavailable):
    code, title = "too_many_images", "Too many images at once"


class VideoRefused(UnsupportedType):
    code, title = "video_refused", "The file is no MP4 or WebM video"


class VideoTooLarge(TooLarge):
    code, title = "video_too_large", "The video is too large"


class VideoDamaged(CinemaError):
    status, code = HTTPStatus.BAD_REQUEST, "video_damaged"
    title = "The video ends before its end"
