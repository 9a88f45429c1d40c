"""Examples made of a schema: what a reader can send as it stands."""

from collections.abc import Mapping
from typing import Any

KNOWN: Mapping[str, Any] = {
    "email": "user@example.com",
    "password": "Demo-cinema-1",
    "old_password": "Demo-cinema-1",
    "new_password": "Demo-cinema-2",
    "token": "the-token-of-the-mail",
    "refresh": "the-refresh-token-of-the-login",
    "movie_id": 7,
    "year": 1962,
    "time": 90,
    "imdb": "7.8",
    "price": "9.99",
    "gross": "1250000.00",
    "release_at": "2027-01-31T18:00:00Z",
    "expected_total": "9.99",
    "text": "I stayed until the last line of the credits.",
    "first_name": "Agnès",
    "last_name": "Varda",
    "date_of_birth": "1988-05-30",
    "info": "I walk out of nothing.",
    "cursor": "",
}
"""By the name of a field: values that are accepted and that say something."""
BY_FORMAT: Mapping[str, Any] = {
    "date-time": "2026-11-21T19:30:00Z",
    "date": "2026-11-21",
    "uuid": "0d7f3c9e-5b0a-4a3e-9c64-2f9d0f6f6c11",
    "uri": "http://127.0.0.1:8000/",
    "binary": "(the bytes of a file)",
}
BY_TYPE: Mapping[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "string": "text"}
DEPTH = 6


def example(
    schema: Mapping[str, Any], defs: Mapping[str, Any], name: str = "", depth: int = 0
) -> Any:
    """Make a value of the schema; `defs` are the schemas that it refers to by name."""
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[1]
        return example(defs[target], defs, name, depth + 1) if depth < DEPTH else {}
    if "example" in schema:
        return schema["example"]
    if name in KNOWN:
        return KNOWN[name]
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if variants := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return example(variants[0], defs, name, depth)
    return _of_type(schema, defs, name, depth)


def _of_type(schema: Mapping[str, Any], defs: Mapping[str, Any], name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        fields = schema.get("properties", {})
        return {field: example(one, defs, field, depth) for field, one in fields.items()}
    if kind == "array":
        return [example(schema.get("items", {}), defs, name, depth + 1)] if depth < DEPTH else []
    if kind == "string" and "pattern" in schema:
        return "9.99"
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE.get(str(kind)))
