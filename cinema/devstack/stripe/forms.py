"""The nested form encoding of Stripe's requests: `a[b][0]=c` is `{"a": {"b": ["c"]}}`."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from .errors import ApiError

MAX_DEPTH = 10
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")


def decode_form(raw: str) -> dict[str, Any]:
    """Decode a form body or a query string; raise ApiError for keys that contradict each other."""
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise ApiError("Invalid request: the parameters are not valid UTF-8.") from error
    return decode_pairs(pairs)


def decode_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _place(tree, key, value)
    return {key: _fold(value) for key, value in tree.items()}


def _place(tree: dict[str, Any], key: str, value: str) -> None:
    parts = _split(key)
    node = tree
    for part in parts[:-1]:
        child = node.setdefault(_slot(node, part), {})
        if not isinstance(child, dict):
            raise _contradiction(key)
        node = child
    slot = _slot(node, parts[-1])
    if isinstance(node.get(slot), dict):
        raise _contradiction(key)
    node[slot] = value


def _split(key: str) -> list[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        raise ApiError(f"Invalid request: cannot parse the parameter name {key!r}.")
    parts = [match[1], *_PART.findall(match[2])]
    if len(parts) > MAX_DEPTH:
        raise ApiError(f"Invalid request: parameters nest more than {MAX_DEPTH} deep.")
    return parts


def _slot(node: dict[str, Any], part: str) -> str:
    return part or str(len(node))


def _fold(node: Any) -> Any:
    """Turn maps whose keys are exactly 0..n-1 into lists, from the leaves up."""
    if not isinstance(node, dict):
        return node
    folded = {key: _fold(value) for key, value in node.items()}
    if all(_INDEX.fullmatch(key) for key in folded):
        indexes = sorted(int(key) for key in folded)
        if indexes == list(range(len(folded))):
            return [folded[str(index)] for index in indexes]
    return folded


def _contradiction(key: str) -> ApiError:
    return ApiError(f"Invalid request: {key} is given both as a value and as a map.", param=key)
