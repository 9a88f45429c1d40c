import pytest

from tests.waiting import eventually

from .shop import Shop

PAID_EVENTS = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


async def test_a_good_card_pays_and_leads_to_the_success_url(shop: Shop) -> None:
    session = await shop.create()
    assert (session.status, session.payment_status, session.amount_total) == (
        "open",
        "unpaid",
        3499,
    )
    assert session.payment_intent is None

    status, location = await shop.pay(session)

    assert (status, location) == (303, f"http://shop.test/done?session={session.id}")
    paid = await shop.session(session.id, "payment_intent.latest_charge", "line_items")
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.client_reference_id == "order-7"
    assert paid.metadata.to_dict() == {"order_id": "7"}
    intent = paid.payment_intent
    assert (intent.status, intent.amount_received) == ("succeeded", 3499)
    assert intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert [(item.description, item.amount_total) for item in paid.line_items.data] == [
        ("Alien", 999),
        ("Heat", 2500),
    ]
    assert await shop.events() == PAID_EVENTS


async def test_the_intents_metadata_reaches_its_charge_and_the_sessions_does_not(
    shop: Shop,
) -> None:
    session = await shop.paid(payment_intent_data={"metadata": {"from": "intent"}})
    expanded = await shop.session(session.id, "payment_intent.latest_charge")
    assert expanded.payment_intent.metadata.to_dict() == {"from": "intent"}
    assert expanded.payment_intent.latest_charge.metadata.to_dict() == {"from": "intent"}


@pytest.mark.parametrize(
    ("number", "code", "decline_code", "message"),
    [
        ("4000000000000002", "card_declined", "generic_decline", "Your card was declined."),
        (
            "4000000000009995",
            "card_declined",
            "insufficient_funds",
            "Your card has insufficient funds.",
        ),
    ],
)
async def test_a_declined_card_leaves_the_session_open_for_another(
    shop: Shop, number: str, code: str, decline_code: str, message: str
) -> None:
    session = await shop.create()

    status, page = await shop.pay(session, number)

    assert status == 402
    assert message in page
    declined = await shop.session(session.id, "payment_intent")
    assert (declined.status, declined.payment_status) == ("open", "unpaid")
    error = declined.payment_intent.last_payment_error
    assert (error.code, error.decline_code) == (code, decline_code)
    assert await shop.events() == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]

    assert (await shop.pay(session))[0] == 303
    paid = await shop.session(session.id, "payment_intent")
    assert paid.payment_intent.id == declined.payment_intent.id
    assert (await shop.events())[3:] == PAID_EVENTS[1:]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"number": "4242 4242 4242 4241"}, "card number is invalid"),
        ({"number": "4242"}, "card number is incomplete"),
        ({"exp": "01/20"}, "expiration date is in the past"),
        ({"exp": "13/30"}, "expiration date is incomplete or invalid"),
        ({"cvc": "12"}, "security code is incomplete"),
    ],
)
async def test_a_card_filled_in_wrongly_is_shown_without_an_attempt(
    shop: Shop, fields: dict[str, str], message: str
) -> None:
    session = await shop.create()
    number = fields.pop("number", "4242424242424242")
    status, page = await shop.pay(session, number, **fields)
    assert status == 422
    assert message in page.replace("&#39;", "'")
    assert await shop.events() == []
    assert (await shop.session(session.id)).payment_intent is None


async def test_a_confirmation_completed_pays(shop: Shop) -> None:
    session = await shop.create()
    status, location = await shop.pay(session, "4000 0000 0000 3220")
    assert (status, location) == (303, f"/pay/{session.id}/confirm")
    assert (await shop.session(session.id)).payment_status == "unpaid"
    assert "Complete" in (await shop.page(location))[1]

    confirm = f"{shop.url}{location}"
    status, location = await shop.post_form(confirm, {"outcome": "complete"})

    assert (status, location) == (303, f"http://shop.test/done?session={session.id}")
    assert await shop.events() == [
        PAID_EVENTS[0],
        "payment_intent.requires_action",
        *PAID_EVENTS[1:],
    ]


async def test_a_confirmation_failed_returns_to_the_card_form(shop: Shop) -> None:
    session = await shop.create()
    await shop.pay(session, "4000000000003220")
    confirm = f"{shop.url}/pay/{session.id}/confirm"

    status, page = await shop.post_form(confirm, {"outcome": "fail"})

    assert status == 402
    assert "unable to authenticate" in page
    assert (await shop.session(session.id)).status == "open"
    assert (await shop.events())[-1] == "payment_intent.payment_failed"
    assert await shop.post_form(confirm, {"outcome": "complete"}) == (303, f"/pay/{session.id}")
    assert (await shop.session(session.id)).payment_status == "unpaid"


async def test_another_card_ends_a_confirmation_that_was_asked_for(shop: Shop) -> None:
    session = await shop.create()
    await shop.pay(session, "4000000000003220")
    assert (await shop.pay(session))[0] == 303

    paid = await shop.session(session.id, "payment_intent")
    assert (paid.payment_intent.status, paid.payment_intent.next_action) == ("succeeded", None)
    confirm = f"{shop.url}/pay/{session.id}/confirm"
    status, page = await shop.post_form(confirm, {"outcome": "complete"})
    assert (status, "This payment is complete" in page) == (200, True)
    assert len((await shop.client.v1.charges.list_async()).data) == 1


async def test_a_disputed_card_pays_and_opens_a_dispute(shop: Shop) -> None:
    session = await shop.paid("4000000000000259")
    [dispute] = (await shop.client.v1.disputes.list_async()).data
    assert (dispute.status, dispute.amount) == ("needs_response", 3499)
    assert dispute.payment_intent == session.payment_intent
    assert "charge.dispute.created" in await shop.events()


async def test_a_second_payment_of_one_session_charges_nothing(shop: Shop) -> None:
    session = await shop.paid()
    status, page = await shop.pay(session)
    assert status == 200
    assert "This payment is complete" in page
    assert len((await shop.client.v1.charges.list_async()).data) == 1


async def test_an_expired_session_takes_no_card(shop: Shop) -> None:
    session = await shop.create()
    await shop.client.v1.checkout.sessions.expire_async(session.id)
    for status, page in [await shop.pay(session), await shop.page(f"/pay/{session.id}")]:
        assert status == 410
        assert "has expired" in page
    assert await shop.events() == ["checkout.session.expired"]


async def test_a_session_expires_by_itself_when_its_time_comes(shop: Shop) -> None:
    session = await shop.create()
    await shop.fault(clock_ahead=86_401)

    await eventually(lambda: shop.inbox.types == ["checkout.session.expired"])

    assert (await shop.session(session.id)).status == "expired"


async def test_a_decline_then_expiry_cancels_the_intent(shop: Shop) -> None:
    session = await shop.create()
    await shop.pay(session, "4000000000000002")
    await shop.client.v1.checkout.sessions.expire_async(session.id)
    expired = await shop.session(session.id, "payment_intent")
    assert expired.payment_intent.status == "canceled"


async def test_the_page_is_plain_accessible_html_under_a_policy(shop: Shop) -> None:
    items = [
        {
            "price_data": {"currency": "usd", "unit_amount": 999, "product_data": {"name": "<b>"}},
            "quantity": 1,
        }
    ]
    session = await shop.create(line_items=items)
    async with shop.browser.get(session.url or "") as response:
        policy, page = response.headers["Content-Security-Policy"], await response.text()
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://shop.test" in policy
    assert "<script" not in page
    assert "&lt;b&gt;" in page
    assert "$9.99" in page
    assert 'href="http://shop.test/cart"' in page
    for name in ("number", "exp", "cvc", "email"):
        assert f'<label for="{name}">' in page
        assert f'id="{name}" name="{name}"' in page


async def test_the_email_given_on_the_page_is_the_customers(shop: Shop) -> None:
    session = await shop.create()
    await shop.pay(session, email="ann@example.com")
    assert (await shop.session(session.id)).customer_details.email == "ann@example.com"
