from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class AddToCart(BaseModel):
    model_config = ConfigDict(extra="forbid")

    movie_id: int = Field(strict=True, ge=1, le=2**53)


class CartItemOut(BaseModel):
    movie_id: int
    name: str
    year: int
    genres: list[str]
    price: Decimal
    price_when_added: Decimal
    price_change: Decimal
    is_available: bool
    poster: str
    added_at: datetime


class CartOut(BaseModel):
    items: list[CartItemOut]
    total: Decimal
    """The sum of what can be bought now."""
    currency: str
    version: int
