"""The form on an order's page that gives films back, without a script."""

import re
from typing import Any

import pytest

from cinema.database import fetch
from cinema.http.csrf import FORM_FIELD
from cinema.payments.stripe import StripeGateway
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.house import Buyer, run_jobs
from tests.payments.refunding import Sale, sell, state_of, untouched


@pytest.fixture
async def sale(shop: Client, buyer: Buyer, gateway: StripeGateway, settings: Settings) -> Sale:
    return await sell(buyer, gateway, settings)


async def read(shop: Client, buyer: Buyer, sale: Sale) -> str:
    async with shop.get(f"/orders/{sale.order_id}", headers=buyer.headers) as response:
        assert response.status == 200
        return await response.text()


async def post(shop: Client, buyer: Buyer, sale: Sale, **fields: Any) -> int:
    token = re.search(rf'name="{FORM_FIELD}" value="([^"]+)"', await read(shop, buyer, sale))
    assert token is not None
    async with shop.post(
        f"/orders/{sale.order_id}/refund",
        data={FORM_FIELD: token[1], **fields},
        headers=buyer.headers | {"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    ) as response:
        assert response.headers["Location"] == f"/orders/{sale.order_id}"
        return response.status


async def test_chosen_films_are_given_back_and_the_page_says_how_it_stands(
    shop: Client, buyer: Buyer, sale: Sale
) -> None:
    second = sale.ids[1]
    assert "Give them back" in await read(shop, buyer, sale)
    assert await post(shop, buyer, sale, reason="Twice", **{f"movie_{second}": "true"}) == 303
    assert (await state_of(sale))["refunds"] == ["5.00 requested"]
    assert "$5.00: the refund is on its way" in await read(shop, buyer, sale)

    await run_jobs(resources_of(shop))

    text = await read(shop, buyer, sale)
    assert "$5.00: refunded" in text
    assert f'name="movie_{sale.ids[0]}"' in text
    assert f'name="movie_{second}"' not in text


async def test_a_form_without_a_film_gives_nothing_back(
    shop: Client, buyer: Buyer, sale: Sale
) -> None:
    assert await post(shop, buyer, sale, reason="Twice") == 303
    assert await state_of(sale) == untouched(sale)


async def test_when_the_time_is_over_the_page_says_so_and_has_no_form(
    shop: Client, buyer: Buyer, sale: Sale
) -> None:
    await fetch("UPDATE orders SET paid_at = now() - interval '15 days'")
    text = await read(shop, buyer, sale)
    assert "The time to give films back is over." in text
    assert "Give them back" not in text
