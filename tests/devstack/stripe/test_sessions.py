import time
from typing import Any

import pytest
import stripe

from .shop import Shop, line, new_client


@pytest.mark.parametrize("seconds", [1801, 86_399])
async def test_a_session_lives_from_30_minutes_to_24_hours(shop: Shop, seconds: int) -> None:
    expires_at = int(time.time()) + seconds
    assert (await shop.create(expires_at=expires_at)).expires_at == expires_at


@pytest.mark.parametrize(
    ("seconds", "message"), [(1798, "at least 30 minutes"), (86_402, "less than 24 hours")]
)
async def test_a_session_shorter_or_longer_is_refused(
    shop: Shop, seconds: int, message: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=message) as refusal:
        await shop.create(expires_at=int(time.time()) + seconds)
    assert refusal.value.param == "expires_at"
    assert (await shop.client.v1.checkout.sessions.list_async()).data == []


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("usd", 49, "amount_too_small"),
        ("jpy", 49, "amount_too_small"),
        ("gbp", 29, "amount_too_small"),
        ("usd", 100_000_000, "amount_too_large"),
        ("kwd", 1001, None),
        ("xxx", 1000, None),
    ],
)
async def test_an_amount_that_stripe_does_not_take_is_refused(
    shop: Shop, currency: str, amount: int, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.create(line_items=[line("Alien", amount, currency)])
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [
        ("usd", 50, "$0.50"),
        ("usd", 99_999_999, "$999,999.99"),
        ("jpy", 500, "¥500"),
        ("kwd", 1500, "1.500 KWD"),
    ],
)
async def test_the_page_shows_the_amount_in_its_currency(
    shop: Shop, currency: str, amount: int, shown: str
) -> None:
    session = await shop.create(line_items=[line("Alien", amount, currency)])
    assert (session.currency, session.amount_total) == (currency, amount)
    assert f"Pay {shown}</button>" in (await shop.page(f"/pay/{session.id}"))[1]


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"mode": None}, "parameter_missing", "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "nowhere"}, "url_invalid", "success_url"),
        ({"customer_email": "ann"}, "email_invalid", "customer_email"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"line_items": [line("", 999)]}, "parameter_invalid_empty", None),
        ({"line_items": [line("A", 999, quantity=0)]}, "parameter_invalid_integer", None),
        ({"line_items": [line("A", 999), line("B", 999, "eur")]}, None, "line_items"),
        ({"metadata": {"k" * 41: "v"}}, None, None),
        ({"metadata": {str(n): "v" for n in range(51)}}, None, "metadata"),
    ],
)
async def test_a_request_that_stripe_would_refuse_is_refused(
    shop: Shop, changes: dict[str, Any], code: str | None, param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.create(**changes)
    assert refusal.value.http_status == 400
    assert refusal.value.code == code
    if param is not None:
        assert refusal.value.param == param
    assert (await shop.client.v1.checkout.sessions.list_async()).data == []


async def test_metadata_with_numbers_for_keys_stays_a_map(shop: Shop) -> None:
    session = await shop.create(metadata={"0": "zero", "1": "one"})
    assert session.metadata.to_dict() == {"0": "zero", "1": "one"}


async def test_metadata_can_be_changed_and_unset(shop: Shop) -> None:
    session = await shop.create(metadata={"a": "1", "b": "2"})
    changed = await shop.client.v1.checkout.sessions.update_async(
        session.id, {"metadata": {"a": "", "c": "3"}}
    )
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}


@pytest.mark.parametrize("key", ["sk_test_wrong", ""])
async def test_a_wrong_key_is_refused_and_not_repeated(shop: Shop, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    async with shop.browser.get(f"{shop.url}/v1/events", headers=headers) as response:
        assert response.status == 401
        assert response.headers["Request-Id"].startswith("req_")
        assert "sk_test_wrong" not in await response.text()
    with pytest.raises(stripe.AuthenticationError):
        await new_client(shop.url, "sk_test_other").v1.events.list_async()


async def test_what_is_not_there_is_said_to_be_missing(shop: Shop) -> None:
    with pytest.raises(
        stripe.InvalidRequestError, match=r"No such checkout.session: 'cs_x'"
    ) as gone:
        await shop.session("cs_x")
    assert (gone.value.http_status, gone.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        await shop.client.v1.customers.list_async()
    assert (await shop.page("/pay/cs_x"))[0] == 404


async def test_only_what_can_be_expanded_is(shop: Shop) -> None:
    session = await shop.create()
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(metadata\)"):
        await shop.session(session.id, "metadata")
    assert (await shop.session(session.id, "customer")).customer is None
