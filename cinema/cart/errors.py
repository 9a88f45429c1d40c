from cinema.errors import Conflict, NotFound


class AlreadyInCart(Conflict):
    code, title = "movie_already_in_cart", "The movie is already in the cart"


class AlreadyPurchased(Conflict):
    code, title = "movie_already_purchased", "The movie is yours: repeat purchases are not allowed"


class InPendingOrder(Conflict):
    """`order_id` names the order that waits for its payment."""

    code, title = "movie_in_pending_order", "The movie is in an order that waits for its payment"


class NotInCart(NotFound):
    code, title = "movie_not_in_cart", "The movie is not in the cart"
