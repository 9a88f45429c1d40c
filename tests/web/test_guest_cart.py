"""The cart of somebody who is not logged in, and what becomes of it at the login."""

from decimal import Decimal

import pytest

from cinema.database import fetch
from cinema.web.guest import MOST
from tests.accounts_factory import PASSWORD, make_user
from tests.conftest import resources_of
from tests.factories import make_movie
from tests.house import emitted, run_jobs
from tests.payments.till import place
from tests.web.visiting import Visitor, cookies_of, words

COOKIE = "cinema_guest_cart"


async def put_in(visitor: Visitor, *movie_ids: int) -> None:
    for movie_id in movie_ids:
        response = await visitor.post(f"/cart/{movie_id}", {"next": f"/movies/{movie_id}"})
        assert response.headers["Location"] == f"/movies/{movie_id}"


def kept(visitor: Visitor) -> str:
    """Return what the browser keeps of the guest's cart."""
    cookie = visitor.client.session.cookie_jar.filter_cookies(visitor.client.make_url("/"))
    return cookie[COOKIE].value if COOKIE in cookie else ""


def keep(visitor: Visitor, cookie: str) -> None:
    home = visitor.client.make_url("/")
    visitor.client.session.cookie_jar.update_cookies({COOKIE: cookie}, home)


async def in_account() -> list[int]:
    rows = await fetch("SELECT movie_id FROM cart_items ORDER BY added_at DESC, id DESC")
    return [row["movie_id"] for row in rows]


async def test_a_stranger_fills_a_cart_and_takes_films_out_again(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await put_in(visitor, films["Alien"], films["Jaws"], films["Alien"])
    page = await visitor.read("/cart")
    assert 'aria-label="Cart: 2 films"' in page
    assert words(page).index("Jaws") < words(page).index("Alien")
    assert "Log in and order" in page
    assert "Order and pay" not in page
    assert "In your cart" in words(await visitor.read(f"/movies/{films['Alien']}"))

    await visitor.post(f"/cart/{films['Jaws']}/remove")
    page = await visitor.read("/cart")
    assert 'aria-label="Cart: 1 film"' in page
    assert "Jaws" not in words(page)
    await visitor.post("/cart/clear")
    assert "Nothing in it yet." in words(await visitor.read("/cart"))
    assert kept(visitor) == ""
    assert await in_account() == []


async def test_a_guests_cart_shows_todays_prices(visitor: Visitor, films: dict[str, int]) -> None:
    await put_in(visitor, films["Alien"])
    await fetch("UPDATE movies SET price = 7.99 WHERE id = $1", films["Alien"])
    page = words(await visitor.read("/cart"))
    assert "Total $7.99" in page
    assert "than when you put it in" not in page


async def test_the_cookie_is_signed_and_out_of_reach_of_scripts_and_other_sites(
    visitor: Visitor, films: dict[str, int]
) -> None:
    response = await visitor.post(f"/cart/{films['Alien']}")
    morsel = cookies_of(response)[COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert int(morsel["max-age"]) == 30 * 24 * 3600
    body, _, signature = morsel.value.partition(".")
    assert body == str(films["Alien"])

    for made_up in (
        f"{films['Jaws']}.{signature}",
        f"{body}.",
        body,
        "x.y",
        f"{body}-.{signature}",
    ):
        keep(visitor, made_up)
        assert "Nothing in it yet." in words(await visitor.read("/cart")), made_up


async def test_a_guests_cart_is_bounded(visitor: Visitor, films: dict[str, int]) -> None:
    every = list(films.values())
    more = [(await make_movie()).id for _ in range(max(0, MOST + 1 - len(every)))]
    many = [i for i in [*every, *more] if i != films["Stalker"]]
    await put_in(visitor, *many[:MOST])
    before = kept(visitor)
    await put_in(visitor, many[MOST])
    assert "A cart without an account holds 50 films" in words(await visitor.read("/cart"))
    assert kept(visitor) == before
    assert len(before) < 1100


@pytest.mark.parametrize("what", ["missing", "deleted", "withdrawn"])
async def test_what_cannot_be_bought_does_not_go_in(
    visitor: Visitor, films: dict[str, int], what: str
) -> None:
    await fetch("UPDATE movies SET deleted_at = now() WHERE id = $1", films["Jaws"])
    movie_id = {"missing": 10**9, "deleted": films["Jaws"], "withdrawn": films["Stalker"]}[what]
    await visitor.post(f"/cart/{movie_id}", {"next": "/cart"})
    assert 'class="said bad"' in await visitor.read("/cart")
    assert kept(visitor) == ""


async def test_a_film_that_is_deleted_leaves_the_guests_cart(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await put_in(visitor, films["Alien"], films["Jaws"])
    await fetch("UPDATE movies SET deleted_at = now() WHERE id = $1", films["Jaws"])
    assert (await visitor.get("/cart")).headers["Location"] == "/cart"
    page = await visitor.read("/cart")
    assert 'aria-label="Cart: 1 film"' in page
    await fetch("UPDATE movies SET deleted_at = now() WHERE id = $1", films["Alien"])
    assert (await visitor.get("/cart")).status == 303
    assert "Nothing in it yet." in words(await visitor.read("/cart"))
    assert kept(visitor) == ""


async def test_the_login_takes_the_cart_over_once(visitor: Visitor, films: dict[str, int]) -> None:
    await put_in(visitor, films["Alien"], films["Jaws"])
    cookie = kept(visitor)
    user = await visitor.log_in()
    assert await in_account() == [films["Jaws"], films["Alien"]]
    assert kept(visitor) == ""
    assert 'aria-label="Cart: 2 films"' in await visitor.read("/cart")
    prices = await fetch("SELECT price_when_added FROM cart_items ORDER BY movie_id")
    assert Decimal("5.99") in [row["price_when_added"] for row in prices]

    await visitor.post("/logout")
    keep(visitor, cookie)
    await visitor.post("/login", {"email": user.email, "password": PASSWORD})
    assert await in_account() == [films["Jaws"], films["Alien"]]
    assert (await emitted()).count("cart.changed") == 1


async def test_a_login_that_fails_keeps_the_guests_cart(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await put_in(visitor, films["Alien"])
    cookie = kept(visitor)
    user = await make_user()
    await visitor.post("/login", {"email": user.email, "password": "wrong-Passw0rd"})
    assert kept(visitor) == cookie
    assert await in_account() == []


async def test_what_the_account_has_already_is_named_and_left_out(
    visitor: Visitor, films: dict[str, int]
) -> None:
    user = await make_user()
    names = ("Alien", "Jaws", "Vertigo", "Playtime")
    bought, waiting, withdrawn, there = (films[name] for name in names)
    order_id = await place(user.id, waiting)
    await fetch("DELETE FROM cart_items")
    await put_in(visitor, bought, waiting, withdrawn, there, films["Metropolis"])
    await fetch(
        "INSERT INTO purchases (user_id, movie_id, order_item_id) SELECT $1, $2, id"
        " FROM order_items WHERE order_id = $3",
        user.id,
        bought,
        order_id,
    )
    await fetch(
        "INSERT INTO cart_items (cart_id, movie_id, price_when_added) SELECT id, $1, 1 FROM carts",
        there,
    )
    await fetch("UPDATE movies SET is_available = false WHERE id = $1", withdrawn)

    response = await visitor.post(
        "/login", {"email": user.email, "password": PASSWORD, "next": "/cart"}
    )

    assert response.headers["Location"] == "/cart"
    page = words(await visitor.read("/cart"))
    assert (
        "Not taken over into your cart: Alien is already in your library;"
        " Jaws is in an order that waits for its payment; Vertigo is not on sale." in page
    )
    assert sorted(await in_account()) == sorted([there, films["Metropolis"]])
    old = await fetch("SELECT price_when_added FROM cart_items WHERE movie_id = $1", there)
    assert old == [{"price_when_added": Decimal("1.00")}]


async def test_the_cart_waits_from_the_registration_to_the_first_login(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await put_in(visitor, films["Alien"])
    account = {"email": "newcomer@example.com", "password": PASSWORD}
    assert (await visitor.post("/register", account)).status == 200
    await run_jobs(resources_of(visitor.client))
    assert (await visitor.post("/login", account)).status == 403
    assert await in_account() == []
    await fetch("UPDATE users SET is_active = true WHERE email = 'newcomer@example.com'")
    assert (await visitor.post("/login", account)).status == 303
    assert await in_account() == [films["Alien"]]


async def test_the_orders_that_hold_films_of_the_cart_are_linked(
    visitor: Visitor, films: dict[str, int]
) -> None:
    user = await visitor.log_in()
    first = await place(user.id, films["Alien"])
    second = await place(user.id, films["Jaws"])
    await fetch(
        "INSERT INTO cart_items (cart_id, movie_id, price_when_added) SELECT id, $1, 1 FROM carts",
        films["Alien"],
    )
    response = await visitor.post("/orders")
    assert response.headers["Location"] == "/cart"
    page = await visitor.read("/cart")
    assert "Films of your cart wait for their payment already." in words(page)
    for order_id in (first, second):
        assert f'<a href="/orders/{order_id}">order {order_id}</a>' in page
    assert len(await fetch("SELECT id FROM orders")) == 2


async def test_canceling_and_emptying_ask_once(visitor: Visitor, films: dict[str, int]) -> None:
    user = await visitor.log_in()
    order_id = await place(user.id, films["Alien"])
    for path, act in ((f"/orders/{order_id}", "cancel"), ("/cart", "clear")):
        page = await visitor.read(path)
        before, _, after = page.partition('<details class="sure">')
        assert f'/{act}"' not in before
        assert f'/{act}"' in after.partition("</details>")[0]
