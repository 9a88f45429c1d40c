from decimal import Decimal

from cinema.database import fetch
from cinema.payments.service import settle
from tests.payments.till import intent_of
from tests.web.visiting import Visitor, words


async def fill_cart(visitor: Visitor, films: dict[str, int], *names: str) -> None:
    for name in names:
        response = await visitor.post(f"/cart/{films[name]}", {"next": "/cart"})
        assert response.headers["Location"] == "/cart"


async def order(visitor: Visitor, films: dict[str, int], *names: str) -> str:
    await fill_cart(visitor, films, *names)
    response = await visitor.post("/orders")
    assert response.status == 303
    return response.headers["Location"]


async def test_a_film_goes_into_the_cart_and_out_again(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    await fill_cart(visitor, films, "Alien", "Alien")
    page = await visitor.read("/cart")
    assert "Alien" in words(page)
    assert 'aria-label="Cart: 1 film"' in page

    await visitor.post(f"/cart/{films['Alien']}/remove")

    assert "Nothing in it yet." in words(await visitor.read("/cart"))


async def test_the_cart_is_emptied_at_once(visitor: Visitor, films: dict[str, int]) -> None:
    await visitor.log_in()
    await fill_cart(visitor, films, "Alien", "Jaws")
    await visitor.post("/cart/clear")
    assert await fetch("SELECT id FROM cart_items") == []


async def test_a_film_that_is_not_on_sale_stays_out_and_says_why(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = f"/movies/{films['Stalker']}"
    response = await visitor.post(f"/cart/{films['Stalker']}", {"next": path})
    assert response.headers["Location"] == path
    page = await visitor.read(path)
    assert 'class="said bad"' in page
    assert "This film is not on sale at the moment." in words(page)
    assert 'class="said bad"' not in await visitor.read(path), "it is said once"


async def test_a_price_that_has_changed_is_shown_and_not_charged(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    await fill_cart(visitor, films, "Alien")
    await fetch("UPDATE movies SET price = 12.34 WHERE id = $1", films["Alien"])
    response = await visitor.post("/orders", {"expected_total": "5.99"})
    assert response.headers["Location"] == "/cart"
    page = words(await visitor.read("/cart"))
    assert "A price has changed: the total is $12.34 now." in page
    assert "Dearer than when you put it in: was $5.99, now $12.34." in page
    assert await fetch("SELECT id FROM orders") == []


async def test_an_order_shows_what_it_holds_and_how_to_pay(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "Alien")
    page = await visitor.read(path)
    assert "Waiting for payment" in words(page)
    assert "data-countdown=" in page
    [row] = await fetch("SELECT total_amount FROM orders")
    assert row["total_amount"] == Decimal("5.99")
    assert "Pay $5.99" in words(page)


async def test_ordering_twice_leads_to_the_order_that_waits(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "Alien")
    response = await visitor.post("/orders")
    assert response.headers["Location"] == path
    page = words(await visitor.read(path))
    assert "These films wait for their payment here: pay this order, or cancel it." in page
    assert len(await fetch("SELECT id FROM orders")) == 1


async def test_paying_leads_to_stripe(visitor: Visitor, films: dict[str, int]) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "Alien")
    response = await visitor.post(f"{path}/checkout")
    assert response.status == 303
    location = response.headers["Location"]
    assert location.startswith(visitor.settings.stripe_api_url)
    policy = (await visitor.get(path)).headers["Content-Security-Policy"]
    assert visitor.settings.stripe_api_url in policy.split("form-action")[1].split(";")[0]


async def test_coming_back_from_stripe_grants_nothing(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "Alien")
    page = words(await visitor.read(f"{path}?session_id=cs_test_made_up"))
    assert "We are waiting for Stripe to confirm the payment" in page
    assert await fetch("SELECT id FROM purchases") == []


async def test_a_declined_payment_tells_what_to_do(visitor: Visitor, films: dict[str, int]) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "Alien")
    order_id = int(path.rsplit("/", 1)[1])
    await settle(
        intent_of(
            order_id,
            "5.99",
            status="requires_payment_method",
            failure_code="insufficient_funds",
            failed_charge="ch_1",
        )
    )
    page = words(await visitor.read(path))
    assert "There is not enough money on this card. Try another card." in page
    assert "A payment was declined" in page
    assert "Try another card" in page
    assert "There is not enough money" in words(await visitor.read("/payments"))

    await settle(intent_of(order_id, "5.99"))
    page = words(await visitor.read(path))
    assert "Paid. The films are in your library." in page
    assert page.index("A payment was declined") < page.index("There is not enough money")


async def test_a_canceled_order_says_so_and_can_no_longer_be_paid(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "Alien")
    await visitor.post(f"{path}/cancel")
    page = words(await visitor.read(path))
    assert "This order was canceled. Nothing was charged." in page
    assert "Pay $5.99" not in page
    assert "Canceled" in words(await visitor.read("/orders"))
    response = await visitor.post(f"{path}/checkout")
    assert response.headers["Location"] == "/"


async def test_a_free_film_is_in_the_library_at_once(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "A Trip to the Moon")
    response = await visitor.post(f"{path}/checkout")
    assert response.headers["Location"].endswith(path)
    assert "Paid. The films are in your library." in words(await visitor.read(path))
    assert "A Trip to the Moon" in words(await visitor.read("/library"))
    film = await visitor.read(f"/movies/{films['A Trip to the Moon']}")
    assert "In your library" in words(film)


async def test_the_order_of_somebody_else_is_not_there(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = await order(visitor, films, "Alien")
    await visitor.post("/logout")
    await visitor.log_in()
    assert (await visitor.get(path)).status == 404
    for act in ("checkout", "cancel"):
        assert (await visitor.post(f"{path}/{act}")).headers["Location"] == "/"
    [row] = await fetch("SELECT status FROM orders")
    assert row["status"] == "pending"


async def test_a_total_that_cannot_be_charged_is_said_in_the_cart(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    await fetch("UPDATE movies SET price = 0.30 WHERE id = $1", films["Alien"])
    await fill_cart(visitor, films, "Alien")
    response = await visitor.post("/orders", {"expected_total": "0.30", "next": "/cart"})
    assert response.headers["Location"] == "/cart"
    page = words(await visitor.read("/cart"))
    assert "The total is below $0.50, the least that can be charged." in page
    assert await fetch("SELECT id FROM orders") == []


async def test_an_empty_cart_cannot_be_ordered(visitor: Visitor, films: dict[str, int]) -> None:
    await visitor.log_in()
    await visitor.post("/orders", {}, Referer=f"{visitor.settings.public_url}/cart")
    assert await fetch("SELECT id FROM orders") == []
