from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.accounts.models import User
from cinema.catalogue.models import Movie


class Cart(Model):
    """One for each user; its version grows with every change and its row is its lock."""

    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "cinema.User", related_name="cart", on_delete=fields.CASCADE
    )
    user_id: int
    version = fields.IntField(default=0)

    class Meta:
        table = "carts"


class CartItem(Model):
    id = fields.BigIntField(primary_key=True)
    cart: fields.ForeignKeyRelation[Cart] = fields.ForeignKeyField(
        "cinema.Cart", related_name="items", on_delete=fields.CASCADE
    )
    cart_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="cart_items", on_delete=fields.CASCADE
    )
    movie_id: int
    price_when_added = fields.DecimalField(max_digits=10, decimal_places=2)
    added_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "cart_items"
        unique_together = (("cart", "movie"),)
