"""How a user wants to hear of news."""

from typing import Any

import pytest

from cinema.database import fetch
from cinema.notifications.kinds import KINDS
from cinema.settings import Settings
from tests.conftest import Client
from tests.house import Buyer, make_buyer


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


async def change(buyer: Buyer, *settings: dict[str, Any]) -> tuple[int, Any]:
    return await buyer.call("PUT", "/notifications/settings", {"settings": list(settings)})


async def stored() -> list[dict[str, Any]]:
    return await fetch("SELECT user_id, kind, in_app, email FROM notification_settings")


async def test_at_first_everything_is_as_by_default(buyer: Buyer) -> None:
    status, body = await buyer.call("GET", "/notifications/settings")
    assert status == 200
    assert [item["kind"] for item in body["items"]] == list(KINDS)
    assert body["items"][1] == {
        "kind": "comment_liked",
        "label": "Somebody likes your comment",
        "in_app": True,
        "email": False,
        "in_app_fixed": False,
        "email_fixed": False,
    }
    assert await stored() == []


async def test_only_what_differs_is_stored_and_what_is_not_named_stays(buyer: Buyer) -> None:
    status, body = await change(buyer, {"kind": "comment_replied", "email": False})
    assert status == 200
    assert (body["items"][0]["in_app"], body["items"][0]["email"]) == (True, False)
    await change(buyer, {"kind": "comment_replied", "in_app": False}, {"kind": "price_dropped"})
    row = {"user_id": buyer.user.id, "kind": "comment_replied", "in_app": False, "email": False}
    assert await stored() == [row]
    await change(buyer, {"kind": "comment_replied", "in_app": True, "email": True})
    assert await stored() == []


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"kind": "order_paid", "email": False}, '"An order is paid" always comes by mail.'),
        (
            {"kind": "payment_refunded", "in_app": False},
            '"A payment is refunded" always comes by the bell.',
        ),
        (
            {"kind": "movie_taken_from_carts", "email": True},
            '"A film leaves your cart" never comes by mail.',
        ),
    ],
)
async def test_what_is_fixed_is_refused_with_everything_else(
    buyer: Buyer, setting: dict[str, Any], sentence: str
) -> None:
    status, body = await change(buyer, {"kind": "comment_replied", "email": False}, setting)
    assert (status, body["code"], body["detail"]) == (409, "notification_mandatory", sentence)
    assert body["kind"] == setting["kind"]
    assert await stored() == []


async def test_a_kind_that_there_is_not_is_refused(buyer: Buyer) -> None:
    status, body = await change(buyer, {"kind": "weather", "email": True})
    assert (status, body["code"]) == (422, "invalid_request")
    assert await stored() == []


async def test_settings_are_part_of_the_export_and_go_with_the_account(buyer: Buyer) -> None:
    await change(buyer, {"kind": "comment_liked", "email": True})
    _, document = await buyer.call("GET", "/accounts/me/export")
    setting = {"kind": "comment_liked", "in_app": True, "email": True}
    assert document["notification_settings"] == [setting]
    await buyer.call("DELETE", "/accounts/me")
    assert await stored() == []
