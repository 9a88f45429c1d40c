"""Every object has the fields that the installed SDK types for it, and of those types."""

import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

import pytest
import stripe

from .shop import Shop
from .test_disputes import disputed

EXPANDABLE = {"checkout.session": {"line_items"}, "charge": {"refunds"}}
"""What Stripe sends when it is asked to expand it, and leaves out otherwise."""
SIMPLE = (str, int, bool, float)


def declared(kind: type[Any]) -> dict[str, Any]:
    """Return the type of each field; what cannot be resolved counts as anything."""
    return {
        name: hint
        for name, hint in kind.__annotations__.items()
        if not str(hint).startswith("typing.ClassVar")
    }


def fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        return any(fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if origin in {list, dict}:
        return isinstance(value, origin)
    if hint is type(None):
        return value is None
    if hint in SIMPLE:
        return type(value) is hint
    # A class of the SDK's, or the name of one.
    return isinstance(value, stripe.StripeObject | typing.cast("Any", dict))


def faults(thing: Any) -> list[str]:
    kind, found = type(thing), []
    for name, hint in declared(kind).items():
        if name in EXPANDABLE.get(thing.object, set()):
            continue
        if name not in thing:
            found.append(f"{thing.object}.{name} is missing")
        elif not fits(thing[name], hint):
            found.append(f"{thing.object}.{name} is {thing[name]!r}, not {hint}")
    return found


async def test_a_session_its_payment_its_charge_and_its_refund_are_whole(shop: Shop) -> None:
    new, session = await shop.create(), await shop.paid()
    intent: Any = await shop.client.v1.payment_intents.retrieve_async(session.payment_intent)
    charge = await shop.client.v1.charges.retrieve_async(intent.latest_charge)
    refund = await shop.client.v1.refunds.create_async({"charge": charge.id, "amount": 5})
    kinds = [new, session, intent, charge, refund]
    assert [type(thing) for thing in kinds] == [
        stripe.checkout.Session,
        stripe.checkout.Session,
        stripe.PaymentIntent,
        stripe.Charge,
        stripe.Refund,
    ]
    assert [fault for thing in kinds for fault in faults(thing)] == []


async def test_a_declined_payment_and_its_charge_are_whole(shop: Shop) -> None:
    session = await shop.create()
    await shop.pay(session, "4000000000009995")
    intents: Any = await shop.client.v1.payment_intents.list_async()
    [intent] = intents.data
    [charge] = (await shop.client.v1.charges.list_async()).data
    assert (intent.last_payment_error.decline_code, charge.paid) == ("insufficient_funds", False)
    assert faults(intent) + faults(charge) == []


async def test_disputes_and_events_are_whole(shop: Shop) -> None:
    session, dispute = await disputed(shop)
    charge = await shop.client.v1.payment_intents.retrieve_async(session.payment_intent)
    events = (await shop.client.v1.events.list_async({"limit": 100})).data
    assert len(events) > 4
    assert [fault for thing in [dispute, charge, *events] for fault in faults(thing)] == []


async def test_what_is_expanded_is_there(shop: Shop) -> None:
    session = await shop.paid()
    expanded = await shop.session(session.id, "line_items", "payment_intent.latest_charge.refunds")
    assert [line.amount_total for line in expanded.line_items.data] == [999, 2500]
    assert expanded.payment_intent.latest_charge.refunds.data == []


@pytest.mark.parametrize(
    ("value", "hint", "answer"),
    [
        (None, str | None, True),
        (None, str, False),
        (True, int, False),
        ("paid", Literal["paid", "unpaid"], True),
        ("lost", Literal["paid", "unpaid"], False),
        ([], list[str], True),
        ({}, list[str], False),
    ],
)
def test_the_measure_itself_can_fail(value: Any, hint: Any, answer: bool) -> None:
    assert fits(value, hint) is answer
