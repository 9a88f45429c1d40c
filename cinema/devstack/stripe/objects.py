"""Stripe's objects as they are when born, with the fields of the current API version.

A key that begins with an underscore is the simulator's own and is never sent.
"""

from copy import deepcopy
from typing import Any

from . import blanks
from .cards import Card, Decline
from .config import API_VERSION
from .ids import new_id
from .params import CreateSession, LineItem, PaymentIntentData
from .store import Object

DEFAULT_LIFETIME_SECONDS = 24 * 60 * 60
DISPUTE_ANSWER_SECONDS = 9 * 24 * 60 * 60


def session(params: CreateSession, now: int, public_url: str) -> Object:
    session_id = new_id("cs_test_a1", 58)
    items = [_line_item(item) for item in params.line_items]
    total = sum(item["amount_total"] for item in items)
    email = params.customer_email
    return _fresh(blanks.SESSION) | {
        "id": session_id,
        "allow_promotion_codes": params.allow_promotion_codes,
        "amount_subtotal": total,
        "amount_total": total,
        "billing_address_collection": params.billing_address_collection,
        "cancel_url": params.cancel_url,
        "client_reference_id": params.client_reference_id,
        "created": now,
        "currency": items[0]["currency"],
        "customer_creation": params.customer_creation,
        "customer_details": None if email is None else customer_details(email),
        "customer_email": email,
        "expires_at": params.expires_at or now + DEFAULT_LIFETIME_SECONDS,
        "locale": params.locale,
        "metadata": params.metadata,
        "mode": params.mode,
        "payment_method_types": params.payment_method_types,
        "submit_type": params.submit_type,
        "success_url": params.success_url,
        "ui_mode": params.ui_mode,
        "url": f"{public_url}/pay/{session_id}",
        "_line_items": items,
        "_intent": params.payment_intent_data.model_dump(),
    }


def customer_details(email: str) -> dict[str, Any]:
    return _fresh(blanks.CUSTOMER_DETAILS) | {"email": email}


def _line_item(item: LineItem) -> Object:
    price, product = item.price_data, item.price_data.product_data
    amount = price.unit_amount * item.quantity
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price.currency,
        "description": product.name,
        "metadata": item.metadata,
        "price": {
            "id": new_id("price_"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "currency": price.currency,
            "livemode": False,
            "metadata": {},
            "product": new_id("prod_", 14),
            "recurring": None,
            "tax_behavior": price.tax_behavior,
            "type": "one_time",
            "unit_amount": price.unit_amount,
            "unit_amount_decimal": str(price.unit_amount),
        },
        "quantity": item.quantity,
        "_description": product.description,
    }


def payment_intent(of: Object, data: PaymentIntentData, now: int) -> Object:
    intent_id = new_id("pi_")
    return _fresh(blanks.PAYMENT_INTENT) | {
        "id": intent_id,
        "amount": of["amount_total"],
        "capture_method": data.capture_method,
        "client_secret": f"{intent_id}_secret_{new_id('', 25)}",
        "created": now,
        "currency": of["currency"],
        "description": data.description,
        "metadata": data.metadata,
        "payment_method_types": of["payment_method_types"],
        "receipt_email": data.receipt_email,
        "statement_descriptor": data.statement_descriptor,
        "statement_descriptor_suffix": data.statement_descriptor_suffix,
        "_session": of["id"],
    }


def charge(intent: Object, card: Card, email: str | None, now: int) -> Object:
    return _fresh(blanks.CHARGE) | {
        "id": new_id("ch_"),
        "amount": intent["amount"],
        "billing_details": {
            "address": None,
            "email": email,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "created": now,
        "currency": intent["currency"],
        "description": intent["description"],
        "metadata": dict(intent["metadata"]),
        "payment_intent": intent["id"],
        "payment_method": new_id("pm_"),
        "payment_method_details": {"card": _card_details(card), "type": "card"},
        "receipt_email": intent["receipt_email"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "_card": card.number,
    }


def _card_details(card: Card) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "funding": "credit",
        "last4": card.last4,
        "network": card.brand,
        "three_d_secure": None,
        "wallet": None,
    }


def payment_error(decline: Decline, of: Object | None) -> dict[str, Any]:
    """The `last_payment_error` of an intent whose attempt (`of` a charge, if any) failed."""
    error: dict[str, Any] = {
        "code": decline.code,
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "type": "card_error" if of is not None else "invalid_request_error",
    }
    if of is not None:
        error["charge"] = of["id"]
    if decline.decline_code is not None:
        error["decline_code"] = decline.decline_code
    return error


def refund(of: Object, amount: int, reason: str | None, now: int) -> Object:
    return _fresh(blanks.REFUND) | {
        "id": new_id("re_"),
        "amount": amount,
        "charge": of["id"],
        "created": now,
        "currency": of["currency"],
        "payment_intent": of["payment_intent"],
        "reason": reason,
    }


def dispute(of: Object, now: int) -> Object:
    return _fresh(blanks.DISPUTE) | {
        "id": new_id("du_"),
        "amount": of["amount"],
        "charge": of["id"],
        "created": now,
        "currency": of["currency"],
        "evidence_details": {
            "due_by": now + DISPUTE_ANSWER_SECONDS,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "payment_intent": of["payment_intent"],
    }


def event(kind: str, snapshot: dict[str, Any], now: int) -> Object:
    return {
        "id": new_id("evt_"),
        "object": "event",
        "account": None,
        "api_version": API_VERSION,
        "context": None,
        "created": now,
        "data": {"object": snapshot},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def _fresh(blank: Object) -> Object:
    return deepcopy(blank)
