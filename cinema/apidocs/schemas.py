"""The schemas of all operations together, as pydantic writes them."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from cinema.http.endpoint import Operation

REF = "#/components/schemas/{model}"
Schema = dict[str, Any]

PROBLEM: Schema = {
    "type": "object",
    "description": "A refusal (RFC 9457); `code` is the stable word to decide by.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string", "description": "Names the request: quote it."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldFault"}},
    },
}
FIELD_FAULT: Schema = {
    "type": "object",
    "required": ["loc", "msg", "type"],
    "properties": {
        "loc": {"type": "array", "items": {"type": "string"}},
        "msg": {"type": "string"},
        "type": {"type": "string"},
    },
}


def is_model(answer: Any) -> bool:
    """Tell whether an answer has a schema: a Response and None have none."""
    is_response = isinstance(answer, type) and issubclass(answer, web.StreamResponse)
    return answer is not None and answer is not type(None) and not is_response


class Schemas:
    """What the operations read and answer, by operation; shared ones under `components`."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        inputs: list[tuple[tuple[int, str], JsonSchemaMode, TypeAdapter[Any]]] = []
        for operation in operations:
            for name, kind in (("body", operation.body), ("query", operation.query)):
                if kind is not None:
                    inputs.append(((id(operation), name), "validation", TypeAdapter(kind)))
            if is_model(operation.answer):
                adapter = TypeAdapter(operation.answer)
                inputs.append(((id(operation), "answer"), "serialization", adapter))
        found, rest = TypeAdapter.json_schemas(inputs, ref_template=REF)
        self._found = {key: schema for (key, _), schema in found.items()}
        self.components: dict[str, Schema] = {
            **rest.get("$defs", {}),
            "Problem": PROBLEM,
            "FieldFault": FIELD_FAULT,
        }

    def of(self, operation: Operation, part: str) -> Schema | None:
        """Return the schema of "body", "query" or "answer"."""
        return self._found.get((id(operation), part))

    def resolve(self, schema: Schema) -> Schema:
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        return self.components[name] if name else schema
