"""What a buyer can do about a declined payment."""

ADVICE = {
    "insufficient_funds": "There is not enough money on this card. Try another card.",
    "expired_card": "The card has expired. Try another card.",
    "incorrect_cvc": "The security code was wrong. Check it and try again.",
    "incorrect_number": "The card number was wrong. Check it and try again.",
    "authentication_required": "Your bank wants you to confirm the payment. Try again.",
    "payment_intent_authentication_failure": "The confirmation failed. Try again or another card.",
    "processing_error": "Something went wrong at the bank. Try again in a moment.",
    "lost_card": "The bank declined the card. Contact your bank or try another card.",
    "stolen_card": "The bank declined the card. Contact your bank or try another card.",
}
OTHERWISE = "Try a different payment method."


def recommendation(failure_code: str) -> str:
    """Return one sentence for a decline code of Stripe's ("Decline codes")."""
    return ADVICE.get(failure_code, OTHERWISE) if failure_code else ""
