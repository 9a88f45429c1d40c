from cinema.errors import Conflict, NotFound


class MovieNotFound(NotFound):
    code, title = "movie_not_found", "There is no such movie"


class MovieUnavailable(Conflict):
    code, title = "movie_not_available", "The movie is not on sale"
