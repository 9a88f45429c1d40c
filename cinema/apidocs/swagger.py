"""OpenAPI 3.0 for Swagger UI: the release that we serve does not read 3.1."""

from typing import Any

VERSION = "3.0.3"
BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def to_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """Say in the words of 3.0 what the document says in those of 3.1."""
    older: dict[str, Any] = _older(document)
    return older | {"openapi": VERSION}


def _older(value: Any) -> Any:
    if isinstance(value, list):
        return [_older(item) for item in value]
    if not isinstance(value, dict):
        return value
    node = {key: _older(item) for key, item in value.items()}
    variants = node.get("anyOf")
    if isinstance(variants, list) and {"type": "null"} in variants:
        _make_nullable(node, [one for one in variants if one != {"type": "null"}])
    for exclusive, bound in BOUNDS:
        if isinstance(node.get(exclusive), int | float) and node[exclusive] is not True:
            node[bound], node[exclusive] = node[exclusive], True
    if "const" in node and "properties" not in node:
        node["enum"] = [node.pop("const")]
    node.pop("propertyNames", None)  # 3.0 does not say what the names are
    if isinstance(node.get("prefixItems"), list):
        node["items"] = {"anyOf": node.pop("prefixItems")}
    return node


def _make_nullable(node: dict[str, Any], rest: list[Any]) -> None:
    del node["anyOf"]
    node["nullable"] = True
    if len(rest) == 1 and "$ref" not in rest[0]:
        node.update(rest[0])
    else:
        node["anyOf"] = rest
