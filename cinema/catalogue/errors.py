from cinema.errors import Conflict, NotFound


class MovieNotFound(NotFound):
    code, title = "movie_not_found", "There is no such movie"


class MovieUnavailable(Conflict):
    code, title = "movie_not_available", "The movie is not on sale"


class MovieExists(Conflict):
    """Another movie has this name, year and running time."""

    code, title = "movie_exists", "There is a movie of this name, year and running time"


class MoviePurchased(Conflict):
    code, title = "movie_purchased", "The movie has been bought and cannot be deleted"


class MovieInOrders(Conflict):
    """`orders` says in how many orders that wait for their payment the movie stands."""

    code, title = "movie_in_orders", "The movie is in orders that wait for their payment"


class MovieInCarts(Conflict):
    """`carts` says in how many carts the movie stands; `?confirm=true` takes it out of them."""

    code, title = "movie_in_carts", "The movie is in carts"


class LabelNotFound(NotFound):
    code, title = "label_not_found", "There is no such name in the catalogue"


class LabelExists(Conflict):
    """The name is taken, whatever its case."""

    code, title = "label_exists", "The name is there already"


class LabelInUse(Conflict):
    """`movies` says how many movies have it."""

    code, title = "label_in_use", "Movies have this name"
