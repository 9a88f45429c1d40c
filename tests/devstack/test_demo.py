"""What the first start finds in its database."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from cinema.accounts.schemas import Login
from cinema.accounts.service import login
from cinema.catalogue.csvrow import MOST_PRICE
from cinema.catalogue.mediatypes import sniff
from cinema.database import fetch, open_database
from cinema.devstack.demo import ACCOUNTS, CLIP, demo_offers, prepare
from cinema.devstack.screen import PASSWORD
from cinema.devstack.stripe.currencies import SUPPORTED
from cinema.http.device import Device
from cinema.money import is_payable, minimum_charge
from cinema.orders.service import require_chargeable
from cinema.settings import Environment, Settings
from cinema.storage import open_storage


async def accounts() -> list[tuple[str, str]]:
    rows = await fetch(
        "SELECT email, name::text FROM users JOIN user_groups ON user_groups.id = group_id"
        " WHERE is_active ORDER BY users.id"
    )
    return [(row["email"], row["name"]) for row in rows]


async def count(table: str) -> int:
    [row] = await fetch(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"])


@pytest.mark.usefixtures("clean")
async def test_there_are_films_and_an_account_for_each_role(settings: Settings) -> None:
    await prepare(settings)
    async with open_database(settings, "test"):
        assert await count("movies") == len(list(demo_offers(settings.currency))) >= 60
        assert await accounts() == [
            ("user@example.com", "USER"),
            ("moderator@example.com", "MODERATOR"),
            ("admin@example.com", "ADMIN"),
        ]
        assert (await count("user_profiles"), await count("carts")) == (3, 3)
        for email in ACCOUNTS:
            device = Device("test", "127.0.0.1")
            assert await login(settings, Login(email=email, password=PASSWORD), device)


@pytest.mark.usefixtures("clean")
async def test_in_a_currency_without_cents_the_prices_have_none(settings: Settings) -> None:
    await prepare(settings.model_copy(update={"currency": "jpy"}))
    async with open_database(settings, "test"):
        rows = await fetch("SELECT name, price FROM movies WHERE price % 1 <> 0 OR price = 999")
    assert {row["name"]: row["price"] for row in rows} == {
        "Mad Max: Fury Road": 999, "Moonlight": 999, "Capernaum": 999
    }  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "price"),
    [("usd", "9.99"), ("kwd", "9.99"), ("czk", "99.9"), ("huf", "999"), ("isk", "999")],
)
def test_the_prices_have_the_digits_of_dollars_where_the_currency_can_charge_them(
    currency: str, price: str
) -> None:
    prices = {offer.row.name: offer.row.price for offer in demo_offers(currency)}
    assert prices["Moonlight"] == Decimal(price)
    assert prices["A Trip to the Moon"] == 0


def test_every_film_of_the_demo_can_be_charged_in_every_currency() -> None:
    for currency in SUPPORTED:
        prices = [offer.row.price for offer in demo_offers(currency)]
        assert all(is_payable(price, currency) for price in prices)
        assert min(price for price in prices if price) >= minimum_charge(currency)
        assert max(prices) <= MOST_PRICE
        require_chargeable(sum(prices, Decimal(0)), currency)


@pytest.mark.usefixtures("clean")
async def test_a_later_start_brings_nothing_back(settings: Settings) -> None:
    await prepare(settings)
    async with open_database(settings, "test"):
        await fetch("DELETE FROM users WHERE email = 'moderator@example.com'")
        await fetch("DELETE FROM movies WHERE id > 10")
    await prepare(settings)
    async with open_database(settings, "test"):
        assert (await count("movies"), await count("users")) == (10, 2)


@pytest.mark.usefixtures("clean")
async def test_production_gets_no_account_with_a_public_password(settings: Settings) -> None:
    production = settings.model_copy(update={"environment": Environment.PRODUCTION})
    with pytest.raises(RuntimeError):
        await prepare(production)
    async with open_database(settings, "test"):
        assert await count("users") == 0


@pytest.mark.usefixtures("clean")
async def test_every_demo_film_plays_one_and_the_same_clip(settings: Settings) -> None:
    async with open_storage(settings) as storage:
        await prepare(settings)
        clip = await storage.get(CLIP)
        assert clip is not None
        assert len(clip) < 300_000

        async def chunks() -> AsyncIterator[bytes]:
            yield clip

        suffix, checked = await sniff(chunks())
        assert (suffix, b"".join([chunk async for chunk in checked])) == ("webm", clip)
        await storage.delete(CLIP)
    async with open_database(settings, "test"):
        assert await fetch("SELECT DISTINCT video_key, trailer_key FROM movies") == [
            {"video_key": CLIP, "trailer_key": CLIP}
        ]
