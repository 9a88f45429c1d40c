"""The API's routes and what each of them does."""

from collections.abc import Callable, Mapping
from typing import Any

from . import checkout, disputes, refunds
from .errors import ApiError
from .expand import render
from .lists import list_line_items, list_objects
from .params import (
    CreateRefund,
    CreateSession,
    ListCharges,
    ListEvents,
    ListIntents,
    ListParams,
    ListRefunds,
    ListSessions,
    Params,
    UpdateDispute,
    UpdateMetadata,
    parse,
)
from .simulator import Simulator
from .store import Object

Answer = dict[str, Any]
Path = Mapping[str, str]
Operation = Callable[[Simulator, Path, dict[str, Any]], Answer]


def create_session(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(CreateSession, values)
    return render(simulator, checkout.create_session(simulator, params), params.expand)


def expire_session(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(Params, values)
    return render(simulator, checkout.expire_session(simulator, path["id"]), params.expand)


def session_line_items(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(ListParams, values)
    session = simulator.require(checkout.KIND, path["id"], "session")
    url = f"/v1/checkout/sessions/{path['id']}/line_items"
    return list_line_items(checkout.line_items(session), params, url)


def create_refund(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(CreateRefund, values)
    return render(simulator, refunds.create_refund(simulator, params), params.expand)


def close_dispute(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(Params, values)
    return render(simulator, disputes.close_dispute(simulator, path["id"]), params.expand)


def update_dispute(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(UpdateDispute, values)
    return render(simulator, disputes.update_dispute(simulator, path["id"], params), params.expand)


def retrieve(kind: str, param: str) -> Operation:
    def operation(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
        params = parse(Params, values)
        return render(simulator, simulator.require(kind, path["id"], param), params.expand)

    return operation


def retrieve_event(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(Params, values)
    event = simulator.require("event", path["id"], "id")
    return render(simulator, _with_pending(simulator, event), params.expand)


def list_events(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    params = parse(ListEvents, values)
    if params.type and params.types:
        raise ApiError("You may only provide one of `type` and `types`.")
    answer = list_objects(simulator, "event", params, "/v1/events")
    answer["data"] = [_with_pending(simulator, event) for event in answer["data"]]
    return answer


def update_metadata(kind: str, param: str) -> Operation:
    def operation(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
        params = parse(UpdateMetadata, values)
        item = simulator.require(kind, path["id"], param)
        merged = item["metadata"] | params.metadata
        item["metadata"] = {key: value for key, value in merged.items() if value}
        simulator.store.save(item)
        return render(simulator, item, params.expand)

    return operation


def list_of(kind: str, model: type[ListParams], url: str) -> Operation:
    def operation(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
        return list_objects(simulator, kind, parse(model, values), url)

    return operation


def refunds_of_charge(simulator: Simulator, path: Path, values: dict[str, Any]) -> Answer:
    simulator.require("charge", path["id"], "charge")
    params = parse(ListRefunds, {**values, "charge": path["id"]})
    return list_objects(simulator, "refund", params, f"/v1/charges/{path['id']}/refunds")


def _with_pending(simulator: Simulator, event: Object) -> Object:
    return event | {"pending_webhooks": simulator.outgoing.pending_of(event["id"])}


_SESSIONS, _INTENTS, _CHARGES = (
    "/v1/checkout/sessions",
    "/v1/payment_intents",
    "/v1/charges",
)
_REFUNDS, _EVENTS, _DISPUTES = "/v1/refunds", "/v1/events", "/v1/disputes"

ROUTES: dict[tuple[str, str], Operation] = {
    ("POST", _SESSIONS): create_session,
    ("GET", _SESSIONS): list_of(checkout.KIND, ListSessions, _SESSIONS),
    ("GET", _SESSIONS + "/{id}"): retrieve(checkout.KIND, "session"),
    ("POST", _SESSIONS + "/{id}"): update_metadata(checkout.KIND, "session"),
    ("POST", _SESSIONS + "/{id}/expire"): expire_session,
    ("GET", _SESSIONS + "/{id}/line_items"): session_line_items,
    ("GET", _INTENTS): list_of("payment_intent", ListIntents, _INTENTS),
    ("GET", _INTENTS + "/{id}"): retrieve("payment_intent", "intent"),
    ("GET", _CHARGES): list_of("charge", ListCharges, _CHARGES),
    ("GET", _CHARGES + "/{id}"): retrieve("charge", "charge"),
    ("GET", _CHARGES + "/{id}/refunds"): refunds_of_charge,
    ("POST", _REFUNDS): create_refund,
    ("GET", _REFUNDS): list_of(refunds.KIND, ListRefunds, _REFUNDS),
    ("GET", _REFUNDS + "/{id}"): retrieve(refunds.KIND, "refund"),
    ("POST", _REFUNDS + "/{id}"): update_metadata(refunds.KIND, "refund"),
    ("GET", _EVENTS): list_events,
    ("GET", _EVENTS + "/{id}"): retrieve_event,
    ("GET", _DISPUTES): list_of(disputes.KIND, ListRefunds, _DISPUTES),
    ("GET", _DISPUTES + "/{id}"): retrieve(disputes.KIND, "dispute"),
    ("POST", _DISPUTES + "/{id}"): update_dispute,
    ("POST", _DISPUTES + "/{id}/close"): close_dispute,
}
