"""The one JSON decoder, by itself and behind the API's parser."""

import json

import pytest
from accounts_browser import Browser
from hypothesis import given
from hypothesis import strategies as st

from ashao_site.lib.errors import AppError, BadInput
from ashao_site.lib.strict_json import decode_object

BAD = {
    "empty": b"",
    "space": b"  ",
    "cut off": b'{"name": "x"',
    "two values": b"{} {}",
    "single quotes": b"{'name': 'x'}",
    "bad utf-8": b'{"name": "\xff"}',
    "utf-16": '{"name": "x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "NaN": b'{"name": "x", "n": NaN}',
    "Infinity": b'{"name": "x", "n": -Infinity}',
    "overflow": b'{"name": "x", "n": 1e999}',
    "a very long number": b'{"name": "x", "n": ' + b"1" * 5000 + b"}",
    "duplicate": b'{"name": "x", "name": "y"}',
    "inner duplicate": b'{"name": "x", "n": [{"a": 1, "a": 1}]}',
    "deep list": b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep object": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "list": b"[]",
    "text": b'"x"',
    "null": b"null",
    "control character": b'{"name": "\n"}',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_bad_json_is_refused(body: bytes) -> None:
    with pytest.raises(AppError) as refused:
        decode_object(body)
    assert (refused.value.status, refused.value.code) == (400, "bad_json")


@pytest.mark.django_db
@pytest.mark.parametrize("body", [body for name, body in BAD.items() if name != "empty"])
def test_bad_json_is_a_400_of_the_api(alice: Browser, body: bytes) -> None:
    refused = alice.client.post(
        "/api/auth/verify", body, content_type="application/json", HTTP_X_CSRFTOKEN="c" * 32
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_json")


@pytest.mark.parametrize("body", [rb'{"a": "\ud800"}', rb'{"a": ["\uDFFF"]}', rb'{"\ud83d": 1}'])
def test_half_a_surrogate_pair_is_refused(body: bytes) -> None:
    with pytest.raises(AppError) as refused:
        decode_object(body)
    assert (refused.value.status, refused.value.code) == (400, "bad_text")


def test_whole_pairs_are_fine() -> None:
    assert decode_object(rb'{"a": "\ud83d\ude00", "b": "\u00e9", "n": -1.5e3}') == {
        "a": "😀",
        "b": "é",
        "n": -1500.0,
    }


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON_VALUES, max_size=5), st.booleans())
def test_every_json_object_is_read(value: dict[str, object], ascii_only: bool) -> None:
    assert decode_object(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_a_400(raw: bytes) -> None:
    try:
        decoded = decode_object(raw)
    except BadInput:
        return
    assert isinstance(decoded, dict)
