from cinema.errors import Conflict, InvalidRequest, NotFound


class CartEmpty(InvalidRequest):
    code, title = "cart_empty", "There is nothing in the cart"


class CartChanged(Conflict):
    """`version` is the cart's present one."""

    code, title = "cart_changed", "The cart has changed meanwhile"


class NothingToOrder(Conflict):
    """Every movie of the cart was left out; `excluded` says why."""

    code, title = "nothing_to_order", "Nothing of the cart can be ordered"


class AlreadyInOrder(Conflict):
    """`order_ids` names the pending orders that hold movies of this cart."""

    code, title = "already_in_order", "A movie is in another pending order"


class PriceChanged(Conflict):
    """`expected_total` is what was shown, `total` what it costs now."""

    code, title = "price_changed", "The price has changed"


class AmountTooSmall(Conflict):
    """`minimum` is the least that Stripe charges."""

    code, title = "amount_too_small", "The total is below what can be charged"


class AmountTooLarge(Conflict):
    """`maximum` is the most that Stripe charges at once."""

    code, title = "amount_too_large", "The total is above what can be charged at once"


class OrderNotFound(NotFound):
    code, title = "order_not_found", "There is no such order"


class InvalidTransition(Conflict):
    code, title = "invalid_transition", "The order is past that point"


class OrderNotPending(Conflict):
    code, title = "order_not_pending", "The order is not waiting for a payment"
