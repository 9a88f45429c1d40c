"""`expand[]`: ids become the objects they name, and includable lists appear."""

from typing import Any

from .checkout import line_items
from .errors import ApiError
from .simulator import Simulator, public
from .store import Object

MAX_DEPTH = 4
_NAMED = {
    "checkout.session": {"payment_intent": "payment_intent"},
    "payment_intent": {"latest_charge": "charge"},
    "charge": {"payment_intent": "payment_intent"},
    "refund": {"payment_intent": "payment_intent", "charge": "charge"},
    "dispute": {"payment_intent": "payment_intent", "charge": "charge"},
}
# Fields of the real objects that may be expanded but never hold anything here.
_ALWAYS_NULL = frozenset(
    [
        "customer",
        "payment_method",
        "balance_transaction",
        "failure_balance_transaction",
        "invoice",
        "review",
    ]
)


def render(simulator: Simulator, item: Object, paths: list[str]) -> dict[str, Any]:
    """Show an object as an answer, with each of the dotted `paths` expanded."""
    shown = public(item)
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_DEPTH:
            raise ApiError(
                f"You cannot expand more than {MAX_DEPTH} levels of a property",
                param="expand",
            )
        _expand(simulator, shown, item, (parts, path))
    return shown


def _expand(
    simulator: Simulator,
    shown: dict[str, Any],
    item: Object,
    way: tuple[list[str], str],
) -> None:
    (name, *rest), path = way
    included = _included(simulator, item, name)
    if included is not None:
        shown.setdefault(name, included)
        return
    kind = _NAMED.get(item["object"], {}).get(name)
    if kind is None:
        if name in _ALWAYS_NULL and name in item:
            return
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand[0]")
    if item[name] is None:
        return
    target = simulator.require(kind, item[name], name)
    if not isinstance(shown[name], dict):
        shown[name] = public(target)
    if rest:
        _expand(simulator, shown[name], target, (rest, path))


def _included(simulator: Simulator, item: Object, name: str) -> dict[str, Any] | None:
    if (item["object"], name) == ("checkout.session", "line_items"):
        url = f"/v1/checkout/sessions/{item['id']}/line_items"
        return listing(
            [dict(line) for line in line_items(item)][:10],
            url,
            len(line_items(item)) > 10,
        )
    if (item["object"], name) == ("charge", "refunds"):
        refunds = simulator.store.page("refund", {"charge": item["id"]}, 11)
        url = f"/v1/charges/{item['id']}/refunds"
        return listing([public(refund) for refund in refunds[:10]], url, len(refunds) > 10)
    return None


def listing(data: list[dict[str, Any]], url: str, has_more: bool) -> dict[str, Any]:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
