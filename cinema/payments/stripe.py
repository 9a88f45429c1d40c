"""Stripe: the only module that speaks to it. What it answers leaves here as our own words."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import stripe

from cinema.money import from_minor, to_minor
from cinema.payments.stripe_words import (
    BadSignature,
    DisputeState,
    IntentState,
    NewSession,
    RefundState,
    SessionState,
    StripeDenied,
    StripeRefused,
    StripeUnavailable,
    StripeUnknown,
    VerifiedEvent,
)
from cinema.settings import Settings

TIMEOUT = 10.0
"""Seconds for one try; the SDK's own default is 80."""
MAX_RETRIES = 2
TOLERANCE = 300
"""Seconds that a webhook's signature stays valid (Stripe's own default)."""

PAGE = 100
"""Objects that Stripe lists at once, its most."""

REFUSALS = (
    stripe.InvalidRequestError,
    stripe.AuthenticationError,
    stripe.PermissionError,
    stripe.IdempotencyError,
)
"""Errors that the same request would meet again; the others pass."""


__all__ = [
    "BadSignature",
    "DisputeState",
    "IntentState",
    "NewSession",
    "RefundState",
    "SessionState",
    "StripeDenied",
    "StripeGateway",
    "StripeRefused",
    "StripeUnavailable",
    "StripeUnknown",
    "VerifiedEvent",
    "open_gateway",
]


class StripeGateway:
    def __init__(self, settings: Settings, client: stripe.StripeClient) -> None:
        self._secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
        self._public_url = settings.public_url
        self._v1 = client.v1

    @property
    def accepts_webhooks(self) -> bool:
        return bool(self._secrets)

    def verify(self, payload: bytes, signature: str) -> VerifiedEvent:
        """Return the event that one of our secrets signed; raises BadSignature."""
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(
                    payload.decode(), signature, secret, TOLERANCE
                )
                return _event(json.loads(payload))
            # A header that is not ASCII is a TypeError, a body that is not UTF-8 a ValueError.
            except (stripe.SignatureVerificationError, ValueError, TypeError, KeyError):
                continue
        raise BadSignature

    async def create_session(self, new: NewSession) -> SessionState:
        """Open a checkout session; the same key returns the same session for 24 hours."""
        metadata = {"order_id": str(new.order_id), "attempt": new.idempotency_key}
        order_url = f"{self._public_url}/orders/{new.order_id}"
        params: Any = {
            "mode": "payment",
            "client_reference_id": str(new.order_id),
            "customer_email": new.email,
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "success_url": f"{order_url}?session_id={{CHECKOUT_SESSION_ID}}",
            "cancel_url": order_url,
            "expires_at": int(new.expires_at.timestamp()),
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": new.currency,
                        "unit_amount": to_minor(price, new.currency),
                        "product_data": {"name": name},
                    },
                }
                for name, price in new.lines
            ],
        }
        with _translated():
            return _session(
                await self._v1.checkout.sessions.create_async(
                    params, {"idempotency_key": new.idempotency_key}
                )
            )

    async def get_session(self, session_id: str) -> SessionState:
        with _translated():
            return _session(await self._v1.checkout.sessions.retrieve_async(session_id))

    async def expire_session(self, session_id: str) -> SessionState:
        """Close a session so that nobody can pay it any more; return what it is after that.

        A session that is complete or expired already stays so.
        """
        with _translated():
            try:
                return _session(await self._v1.checkout.sessions.expire_async(session_id))
            except stripe.InvalidRequestError:
                return _session(await self._v1.checkout.sessions.retrieve_async(session_id))

    async def get_intent(self, intent_id: str) -> IntentState:
        with _translated():
            return _intent(await self._v1.payment_intents.retrieve_async(intent_id))

    async def create_refund(
        self, intent_id: str, amount: Decimal, currency: str, idempotency_key: str
    ) -> RefundState:
        params: Any = {
            "payment_intent": intent_id,
            "amount": to_minor(amount, currency),
            "metadata": {"refund": idempotency_key},
        }
        with _translated():
            return _refund(
                await self._v1.refunds.create_async(params, {"idempotency_key": idempotency_key})
            )

    async def get_refund(self, refund_id: str) -> RefundState:
        with _translated():
            return _refund(await self._v1.refunds.retrieve_async(refund_id))

    async def refunds(
        self, *, intent_id: str | None = None, since: datetime | None = None
    ) -> list[RefundState]:
        """Return the refunds of one payment, or all since then, the newest first."""
        params: Any = _since(since) | ({"payment_intent": intent_id} if intent_id else {})
        with _translated():
            page = await self._v1.refunds.list_async(params)
            return [_refund(refund) async for refund in page.auto_paging_iter()]

    async def get_dispute(self, dispute_id: str) -> DisputeState:
        with _translated():
            return _dispute(await self._v1.disputes.retrieve_async(dispute_id))

    async def disputes_since(self, since: datetime) -> list[DisputeState]:
        """Return every dispute of the account that was opened since then, the newest first."""
        with _translated():
            page = await self._v1.disputes.list_async(_since(since))
            return [_dispute(dispute) async for dispute in page.auto_paging_iter()]


@contextmanager
def _translated() -> Iterator[None]:
    """Tell an outage, which passes, from a refusal, which does not."""
    try:
        yield
    except REFUSALS as error:
        if error.http_status == HTTPStatus.CONFLICT:
            # The first request with this idempotency key is still at work.
            raise StripeUnavailable(retry_after=2) from error
        kind = _kind_of(error)
        raise kind(f"Stripe refused: {error.code or error.http_status}.") from error
    except stripe.StripeError as error:
        raise StripeUnavailable(retry_after=5) from error


def _kind_of(error: stripe.StripeError) -> type[StripeRefused]:
    if error.http_status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return StripeDenied
    return StripeUnknown if error.code == "resource_missing" else StripeRefused


def _event(event: dict[str, Any]) -> VerifiedEvent:
    if not isinstance(event["data"]["object"], dict):
        raise TypeError("the event is about nothing")
    return VerifiedEvent(str(event["id"]), str(event["type"]), bool(event["livemode"]), event)


def _since(since: datetime | None) -> Any:
    created = {"created": {"gte": int(since.timestamp())}} if since else {}
    return {"limit": PAGE, **created}


def _order_id(metadata: Mapping[str, Any] | None) -> int | None:
    text = str((metadata or {}).get("order_id", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _session(answer: stripe.StripeObject) -> SessionState:
    session = answer.to_dict()
    return SessionState(
        id=session["id"],
        status=session["status"],
        url=session["url"] or "",
        expires_at=datetime.fromtimestamp(session["expires_at"], UTC),
        order_id=_order_id(session["metadata"]),
        payment_intent=_id(session["payment_intent"]),
    )


def _intent(answer: stripe.StripeObject) -> IntentState:
    intent = answer.to_dict()
    error = intent["last_payment_error"]
    received = intent["status"] == "succeeded"
    return IntentState(
        id=intent["id"],
        status=intent["status"],
        amount=from_minor(intent["amount_received" if received else "amount"], intent["currency"]),
        currency=intent["currency"],
        order_id=_order_id(intent["metadata"]),
        failure_code=(error.get("decline_code") or error.get("code") or "declined")
        if error
        else "",
        livemode=bool(intent["livemode"]),
        attempt=str((intent["metadata"] or {}).get("attempt", "")),
        failed_charge=str((error or {}).get("charge") or ""),
    )


def _refund(answer: stripe.StripeObject) -> RefundState:
    refund = answer.to_dict()
    return RefundState(
        id=refund["id"],
        status=refund["status"],
        payment_intent=_id(refund["payment_intent"]) or "",
        amount=from_minor(refund["amount"], refund["currency"]),
        key=str((refund["metadata"] or {}).get("refund", "")),
        failure_reason=str(refund.get("failure_reason") or ""),
    )


def _dispute(answer: stripe.StripeObject) -> DisputeState:
    dispute = answer.to_dict()
    return DisputeState(
        id=dispute["id"],
        status=dispute["status"],
        payment_intent=_id(dispute["payment_intent"]) or "",
        amount=from_minor(dispute["amount"], dispute["currency"]),
        reason=str(dispute["reason"] or ""),
    )


def _id(reference: Any) -> str | None:
    """Return the id of an object that Stripe names or, expanded, encloses."""
    return str(reference["id"] if isinstance(reference, dict) else reference) if reference else None


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[StripeGateway]:
    # Of the SDK's clients only this one turns a body that is cut off into an error it retries.
    http = stripe.HTTPXClient(timeout=TIMEOUT)
    client = stripe.StripeClient(
        settings.stripe_api_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_url},
        http_client=http,
        max_network_retries=MAX_RETRIES,
    )
    try:
        yield StripeGateway(settings, client)
    finally:
        await http.close_async()  # type: ignore[no-untyped-call]
