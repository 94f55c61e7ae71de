"""The one way JSON from outside is read: strict, and a refusal is always a 400."""

import json
import math
import re
from typing import NoReturn

from ashao_site.lib.errors import BadInput

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89abcdefABCDEF]")


def decode_object(raw: bytes) -> dict[str, object]:
    """Read a body that must be one JSON object.

    Raises `BadInput`, code `bad_json`: for what is not UTF-8 or not JSON, `NaN` and `Infinity` (also by
    overflow), a name given twice, nesting too deep to read, and anything but an object. Code `bad_text`:
    for half a surrogate pair, which no UTF-8 text, and so no database, can hold.
    """
    value = decode(raw)
    if not isinstance(value, dict):
        raise _bad("The body must be a JSON object.")
    return value


def decode(raw: bytes) -> object:
    """Read any JSON value, as `decode_object` does."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad("The body is not valid UTF-8.") from None
    try:
        value: object = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_once_each
        )
        _refuse_lone_surrogates(text, value)
    except RecursionError:
        raise _bad("The body is nested too deeply.") from None
    except ValueError:  # also a number of more digits than Python converts
        raise _bad("The body is not valid JSON.") from None
    return value


def _bad(message: str) -> BadInput:
    return BadInput(message, code="bad_json")


def _refuse_constant(name: str) -> NoReturn:
    raise _bad(f"The body is not valid JSON: {name} is not a JSON number.")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _bad("The body holds a number that is too large.")
    return value


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Two readers of one body must not see different values: a name given twice is refused."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _bad("The body gives the same name twice.")
    return members


def _refuse_lone_surrogates(text: str, value: object) -> None:
    if _SURROGATE_ESCAPE.search(text) is None:
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadInput("The body is not valid Unicode text.", code="bad_text") from None
