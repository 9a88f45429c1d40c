import json
from typing import Any

from .errors import ApiError, resource_missing
from .expand import listing, render
from .params import CreatedRange, ListParams
from .simulator import Simulator
from .store import Object


def list_objects(simulator: Simulator, kind: str, params: ListParams, url: str) -> dict[str, Any]:
    """One page of a collection, newest first."""
    if params.starting_after and params.ending_before:
        raise ApiError("You cannot use both `starting_after` and `ending_before`.")
    for name in ("starting_after", "ending_before"):
        cursor = getattr(params, name)
        if cursor is not None and simulator.store.find(cursor, kind) is None:
            raise resource_missing(kind, cursor, name)
    rows = simulator.store.page(kind, _filters(params), params.limit + 1)
    found, has_more = rows[: params.limit], len(rows) > params.limit
    if params.ending_before:
        found.reverse()
    return listing(
        [render(simulator, item, _inner(params.expand)) for item in found],
        url,
        has_more,
    )


def list_line_items(items: list[Object], params: ListParams, url: str) -> dict[str, Any]:
    start = 0
    if params.starting_after:
        ids = [item["id"] for item in items]
        if params.starting_after not in ids:
            raise resource_missing("item", params.starting_after, "starting_after")
        start = ids.index(params.starting_after) + 1
    end = start + params.limit
    return listing(items[start:end], url, len(items) > end)


def _inner(paths: list[str]) -> list[str]:
    for path in paths:
        if not path.startswith("data."):
            raise ApiError(f"This property cannot be expanded ({path}).", param="expand[0]")
    return [path.removeprefix("data.") for path in paths]


def _filters(params: ListParams) -> dict[str, Any]:
    given = params.model_dump(exclude_none=True)
    names = ("payment_intent", "charge", "customer", "status")
    filters: dict[str, Any] = {name: given[name] for name in names if name in given}
    filters["after"], filters["before"] = params.starting_after, params.ending_before
    filters["email"] = given.get("customer_details", {}).get("email")
    types = [*given.get("types", []), *([given["type"]] if "type" in given else [])]
    filters["types"] = json.dumps(types) if types else None
    filters["created_from"], filters["created_to"] = _bounds(params.created)
    return filters


def _bounds(created: CreatedRange | int | None) -> tuple[int | None, int | None]:
    if created is None:
        return None, None
    if isinstance(created, int):
        return created, created
    lows = [created.gte, None if created.gt is None else created.gt + 1]
    highs = [created.lte, None if created.lt is None else created.lt - 1]
    return (
        max((low for low in lows if low is not None), default=None),
        min((high for high in highs if high is not None), default=None),
    )
