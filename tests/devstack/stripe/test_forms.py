from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from cinema.devstack.stripe.errors import ApiError
from cinema.devstack.stripe.forms import decode_form

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="[]"), min_size=1, max_size=12
).filter(lambda name: not name.isdecimal())
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_the_sdk_encodes_is_decoded_to_the_same(values: dict[str, Any]) -> None:
    assert decode_form(urlencode(list(_api_encode(values)))) == values


@given(st.text(max_size=200))
def test_any_text_is_decoded_or_refused(raw: str) -> None:
    with suppress(ApiError):
        assert isinstance(decode_form(raw), dict)


@given(st.binary(max_size=60))
def test_any_percent_encoded_bytes_are_decoded_or_refused(raw: bytes) -> None:
    with suppress(ApiError):
        assert set(decode_form("a=" + "".join(f"%{byte:02x}" for byte in raw))) == {"a"}


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=x+y%20z", {"a": {"b": {"c": "x y z"}}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[1]=y&a[0]=x", {"a": ["x", "y"]}),
        ("a[0][n]=1&a[1][n]=2", {"a": [{"n": "1"}, {"n": "2"}]}),
        ("a[0]=x&a[2]=z", {"a": {"0": "x", "2": "z"}}),
        ("a=1&a=2", {"a": "2"}),
    ],
)
def test_a_form_is_decoded(raw: str, values: dict[str, Any]) -> None:
    assert decode_form(raw) == values


@pytest.mark.parametrize(
    "raw",
    ["a=1&a[b]=2", "a[b]=2&a=1", "a[b=1", "a]=1", "[a]=1", "a[b]c=1", "a" + "[b]" * 10 + "=1"],
)
def test_keys_that_make_no_sense_are_refused(raw: str) -> None:
    with pytest.raises(ApiError):
        decode_form(raw)
