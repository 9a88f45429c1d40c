"""One currency or another: what can be priced, ordered, charged and paid back in it."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from cinema.catalogue.models import Movie
from cinema.commands.films import import_films
from cinema.database import fetch
from cinema.devstack.stripe import currencies as stripes
from cinema.devstack.stripe.currencies import MAX_AMOUNT, SUPPORTED
from cinema.money import (
    MOST_MINOR,
    WHOLE,
    exponent,
    from_minor,
    is_payable,
    minimum_charge,
    to_minor,
)
from cinema.orders.errors import AmountTooLarge, AmountTooSmall
from cinema.orders.service import require_chargeable
from cinema.payments.service import settle
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.catalogue.films import GOOD, encoded
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, emitted, pay, run_jobs
from tests.payments.refunding import make_staff
from tests.payments.till import at_stripe, attempt_of

DEAREST = Decimal("99999999.99")
CARTS = 10_000


async def deal_in(client: Client, currency: str) -> None:
    """Let the running house take another currency."""
    object.__setattr__(resources_of(client).settings, "currency", currency)


def some_price(dice: random.Random, currency: str) -> Decimal:
    """Return any price that can be paid, most of them small."""
    places = 0 if currency in WHOLE else 2
    return Decimal(dice.randrange(10 ** dice.randrange(1, 6))).scaleb(-places)


@pytest.mark.parametrize("currency", ["usd", "jpy", "kwd", "isk"])
def test_the_sums_of_ten_thousand_random_carts_are_exact_to_the_unit(currency: str) -> None:
    dice = random.Random(f"carts in {currency}")
    for _ in range(CARTS):
        prices = [some_price(dice, currency) for _ in range(dice.randrange(1, 30))]
        total = sum(prices, Decimal(0))
        units = [to_minor(price, currency) for price in prices]
        assert is_payable(total, currency)
        assert to_minor(total, currency) == sum(units)
        assert from_minor(sum(units), currency) == total
        assert currency != "kwd" or sum(units) % 10 == 0


@pytest.mark.parametrize("currency", sorted(SUPPORTED))
def test_the_bounds_of_a_charge_are_stripes_to_the_unit(currency: str) -> None:
    assert exponent(currency) == stripes.exponent(currency)
    assert MOST_MINOR == MAX_AMOUNT
    least = to_minor(minimum_charge(currency), currency)
    assert least == stripes.MINIMUM.get(currency, 0)
    for free in (0, least, MOST_MINOR):
        require_chargeable(from_minor(free, currency), currency)
    if least:
        with pytest.raises(AmountTooSmall):
            require_chargeable(from_minor(least - 1, currency), currency)
    with pytest.raises(AmountTooLarge):
        require_chargeable(from_minor(MOST_MINOR + 1, currency), currency)


@pytest.mark.parametrize(
    ("amount", "currency", "payable"),
    [
        ("9.99", "usd", True),
        ("9.999", "usd", False),
        ("9.99", "jpy", False),
        ("9.00", "jpy", True),
        ("9.99", "kwd", True),
        ("9.995", "kwd", False),
        ("9.50", "isk", False),
        ("0", "jpy", True),
    ],
)
def test_a_price_is_no_finer_than_what_can_be_paid(
    amount: str, currency: str, payable: bool
) -> None:
    assert is_payable(Decimal(amount), currency) is payable


def body(price: str) -> dict[str, Any]:
    return {
        "name": "Tokyo Story", "year": 1953, "time": 136, "imdb": "8.1", "votes": 1,
        "description": "A film.", "price": price, "certification": "G", "genres": ["Drama"],
        "directors": ["Yasujiro Ozu"], "stars": ["Setsuko Hara"],
    }  # fmt: skip


async def test_a_price_that_nobody_could_pay_is_refused_when_it_is_written(
    shop: Client, settings: Settings
) -> None:
    await deal_in(shop, "jpy")
    staff = await make_staff(shop, settings)
    status, problem = await staff.call("POST", "/movies", body("9.99"))
    assert (status, problem["code"]) == (422, "invalid_request")
    assert [(fault["loc"], fault["msg"]) for fault in problem["errors"]] == [
        (["body", "price"], "A price in JPY is a whole amount.")
    ]
    assert await fetch("SELECT id FROM movies") == []

    status, movie = await staff.call("POST", "/movies", body("1200"))
    assert status == 201
    status, problem = await staff.call("PATCH", f"/movies/{movie['id']}", {"price": "0.50"})
    assert (status, problem["errors"][0]["loc"]) == (422, ["body", "price"])
    assert (await Movie.get(id=movie["id"])).price == Decimal("1200.00")
    assert (await emitted()).count("movie.changed") == 0


@pytest.mark.parametrize("price", ["9.99", None])
async def test_a_file_of_movies_is_not_imported_at_a_price_that_nobody_could_pay(
    database: None, settings: Settings, tmp_path: Path, price: str | None
) -> None:
    file = tmp_path / "films.csv"
    file.write_bytes(encoded(GOOD))
    yen = settings.model_copy(update={"currency": "jpy"})
    amount = None if price is None else Decimal(price)
    assert await import_films(yen, file, amount) == 1
    assert await fetch("SELECT id FROM movies") == []


async def test_a_file_that_is_sent_in_has_a_price_of_the_currency(
    shop: Client, settings: Settings
) -> None:
    await deal_in(shop, "jpy")
    staff = await make_staff(shop, settings)
    form = FormData(quote_fields=False)
    form.add_field("price", "9.99")
    form.add_field("file", encoded(GOOD), filename="films.csv", content_type="text/csv")
    answer = await shop.post("/api/v1/movies/import", data=form, headers=staff.headers)
    problem = await answer.json()
    assert (answer.status, problem["errors"][0]["loc"]) == (422, ["body", "price"])
    assert await fetch("SELECT id FROM movie_imports") == []


async def test_a_movie_with_a_price_of_another_currency_is_left_out_and_named(
    shop: Client, buyer: Buyer
) -> None:
    await deal_in(shop, "jpy")
    old = await make_movie("Solaris", price=Decimal("9.99"))
    await buyer.add(old.id)
    status, problem = await buyer.call("POST", "/orders", {})
    assert (status, problem["code"]) == (409, "nothing_to_order")

    await buyer.add((await make_movie("Ran", price=Decimal(500))).id)
    status, placed = await buyer.call("POST", "/orders", {"expected_total": "500"})
    assert (status, placed["order"]["total_amount"]) == (201, "500.00")
    assert placed["excluded"] == [
        {"movie_id": old.id, "name": "Solaris", "reason": "price_not_payable"}
    ]


@pytest.mark.parametrize(
    ("currency", "price", "code", "bound"),
    [
        ("usd", "0.49", "amount_too_small", ("minimum", "0.50")),
        ("jpy", "49", "amount_too_small", ("minimum", "50")),
        ("chf", "0.49", "amount_too_small", ("minimum", "0.50")),
        ("huf", "174.99", "amount_too_small", ("minimum", "175")),
        ("usd", "1000000.00", "amount_too_large", ("maximum", "999999.99")),
        ("kwd", "100000.00", "amount_too_large", ("maximum", "99999.999")),
    ],
)
async def test_a_total_that_stripe_would_refuse_is_refused_before_there_is_an_order(
    shop: Client, buyer: Buyer, currency: str, price: str, code: str, bound: tuple[str, str]
) -> None:
    await deal_in(shop, currency)
    await buyer.add((await make_movie(price=Decimal(price))).id)
    before = await emitted()
    status, problem = await buyer.call("POST", "/orders", {})
    assert (status, problem["code"], problem[bound[0]]) == (409, code, bound[1])
    assert await fetch("SELECT id FROM orders") == []
    assert await fetch("SELECT id FROM pending_items") == []
    assert await emitted() == before


async def test_two_of_the_dearest_movies_are_refused_and_break_nothing(
    shop: Client, buyer: Buyer
) -> None:
    await buyer.add(*[(await make_movie(price=DEAREST)).id for _ in range(2)])
    status, problem = await buyer.call("POST", "/orders", {})
    assert (status, problem["code"]) == (409, "amount_too_large")


@pytest.mark.parametrize(
    ("currency", "prices", "minor"),
    [
        ("usd", ("0.10", "0.20", "0.30"), 60),
        ("jpy", ("1200", "333", "50"), 1583),
        ("kwd", ("1.10", "2.25", "0.03"), 3380),
    ],
)
async def test_a_cart_is_charged_and_paid_back_to_the_unit(
    shop: Client,
    buyer: Buyer,
    gateway: StripeGateway,
    settings: Settings,
    currency: str,
    prices: tuple[str, ...],
    minor: int,
) -> None:
    await deal_in(shop, currency)
    movies = [await make_movie(price=Decimal(price)) for price in prices]
    await buyer.add(*[movie.id for movie in movies])
    order_id = await buyer.order()
    assert await pay(await buyer.checkout(order_id)) == 303
    session_id = str((await attempt_of(order_id)).session_id)
    session = await at_stripe(settings, f"/v1/checkout/sessions/{session_id}")
    assert (session["amount_total"], session["currency"]) == (minor, currency)

    await settle_all(gateway, session)
    total = sum((Decimal(price) for price in prices), Decimal(0))
    assert await fetch("SELECT amount, currency FROM payments") == [
        {"amount": total, "currency": currency}
    ]
    wanted = {"reason": "One is enough", "items": [movies[0].id]}
    assert (await buyer.call("POST", f"/orders/{order_id}/refund", wanted))[0] == 202
    await run_jobs(resources_of(shop))
    listed = await at_stripe(settings, "/v1/refunds", payment_intent=session["payment_intent"])
    assert [one["amount"] for one in listed["data"]] == [to_minor(Decimal(prices[0]), currency)]


async def settle_all(gateway: StripeGateway, session: Any) -> None:
    await settle(await gateway.get_intent(session["payment_intent"]))


async def test_staff_cannot_pay_back_a_sum_that_the_currency_has_not(
    shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings
) -> None:
    await deal_in(shop, "jpy")
    await buyer.add((await make_movie(price=Decimal(1200))).id)
    order_id = await buyer.order()
    assert await pay(await buyer.checkout(order_id)) == 303
    session_id = str((await attempt_of(order_id)).session_id)
    await settle_all(gateway, await at_stripe(settings, f"/v1/checkout/sessions/{session_id}"))
    [payment] = await fetch("SELECT id FROM payments")
    staff = await make_staff(shop, settings)
    path = f"/admin/payments/{payment['id']}/refund"
    status, problem = await staff.call("POST", path, {"reason": "x", "amount": "9.99"})
    assert (status, problem["code"]) == (422, "amount_not_payable")
    assert await fetch("SELECT id FROM refunds") == []
    assert (await staff.call("POST", path, {"reason": "x", "amount": "10"}))[0] == 202
