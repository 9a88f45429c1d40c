"""Stripe's currencies: https://docs.stripe.com/currencies (minimums, zero and three decimals)."""

MAX_AMOUNT = 99_999_999


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


ZERO_DECIMAL = _codes("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
THREE_DECIMAL = _codes("bhd jod kwd omr tnd")
TWO_DECIMAL = _codes(
    "aed all amd ars aud azn bam bdt bgn bob brl bwp cad chf cny cop crc czk dkk dop dzd "
    "egp etb eur gbp gel ghs gtq hkd hnl huf idr ils inr isk jmd kes kgs kzt lkr mad mdl "
    "mkd mmk mur mxn myr nad ngn nok nzd pen php pkr pln qar ron rsd sar sek sgd thb try "
    "twd tzs uah ugx usd uyu uzs zar zmw"
)
SUPPORTED = ZERO_DECIMAL | TWO_DECIMAL | THREE_DECIMAL

# Currencies without an entry are converted before Stripe compares them; here they start at 1.
MINIMUM = {
    "aed": 200,
    "aud": 50,
    "bgn": 100,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "krw": "₩"}


def exponent(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def display(amount: int, currency: str) -> str:
    """Render minor units for a reader: "$9.99", "¥500", "1.500 KWD"."""
    digits = exponent(currency)
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**digits)
    number = f"{whole:,}" if digits == 0 else f"{whole:,}.{part:0{digits}d}"
    if currency in _SIGNS:
        return f"{sign}{_SIGNS[currency]}{number}"
    return f"{sign}{number} {currency.upper()}"
