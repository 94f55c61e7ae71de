"""Looks for text on which a pattern backtracks. Run in a process of its own: what backtracks cannot be interrupted.

    python -m tests.patterns.hostile

It writes the key of each pattern before it is tried, and what was found.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LOOK = 400
"""How long texts are among which the worst are looked for. What is exponential never comes back from these."""
SHORT, LONG = 2_000, 8_000
"""How long the worst are then. Time grows by 4 where it is linear, by 16 where it is quadratic."""
GROWTH_MAX = 10.0
WORST = 3
NOTICED_S = 0.01
"""What takes less for a long text is harmless, and too short to be measured."""
ALPHABET_MAX = 14
METHODS = ("match", "fullmatch", "search")
ONLY = {
    "ashao_site/docs_site/diagrams.py::_FLOW": "fullmatch",
    "ashao_site/docs_site/diagrams.py::_STATE": "fullmatch",
    "workers/providers/simulated_topics.py::_BLOCK_START": "match",
}
"""Patterns that would be quadratic where they are searched for, and are not: what they are asked."""
SAMPLES = " a0\n"
TAILS = ("", "\x00")


def hostile(pattern: re.Pattern[Any], method: str) -> tuple[str, float] | None:
    """A text (its repeated part) for which the time grows faster than its length, and by what factor; or None."""
    tries = sorted(_tries(pattern), key=lambda parts: _seconds(pattern, method, *parts, LOOK), reverse=True)
    for parts in tries[:WORST]:
        long = _seconds(pattern, method, *parts, LONG)
        if long < NOTICED_S:
            continue
        growth = min(
            _seconds(pattern, method, *parts, LONG) / _seconds(pattern, method, *parts, SHORT)
            for _ in range(3)
        )
        if growth > GROWTH_MAX:
            return repr(parts), growth
    return None


def _tries(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """What comes first, what is repeated, what comes last."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = parser.parse(text, pattern.flags & ~constants.SRE_FLAG_DEBUG)
    alphabet = list(dict.fromkeys([*_characters(parsed), *SAMPLES]))[:ALPHABET_MAX]
    begin = "".join(_beginning(parsed))
    for prefix in dict.fromkeys(["", begin]):
        for one in alphabet:
            for two in alphabet:
                for tail in TAILS:
                    yield prefix, one if one == two else one + two, tail
        for part in {part for part in map(_sample, _repeated(parsed)) if part}:
            yield from ((prefix, part, tail) for tail in TAILS)


def _characters(parsed: Any) -> Iterator[str]:
    """A character of each kind that the pattern knows."""
    for operation, argument in parsed:
        if operation in (constants.LITERAL, constants.NOT_LITERAL):
            yield chr(argument)
        elif operation is constants.RANGE:
            yield chr(argument[0])
        elif operation is constants.CATEGORY:
            yield {"SPACE": " ", "DIGIT": "0", "WORD": "a"}.get(str(argument).rpartition("_")[2], "-")
        elif operation is constants.IN:
            yield from _characters(argument)
        elif operation is constants.BRANCH:
            for branch in argument[1]:
                yield from _characters(branch)
        elif isinstance(argument, tuple | list):
            yield from _characters([(None, part) for part in argument])
        elif isinstance(argument, parser.SubPattern):
            yield from _characters(argument)


def _repeated(parsed: Any) -> Iterator[Any]:
    """What the pattern repeats, however deep."""
    if isinstance(parsed, tuple) and len(parsed) == 3 and isinstance(parsed[2], parser.SubPattern):
        yield parsed[2]
    if isinstance(parsed, tuple | list | parser.SubPattern):
        for part in parsed:
            yield from _repeated(part)


def _sample(parsed: Any) -> str:
    """A text that matches, each part once."""
    text = ""
    for operation, argument in parsed:
        if operation is constants.LITERAL:
            text += chr(argument)
        elif operation is constants.IN:
            negated = argument[0][0] is constants.NEGATE
            text += "a" if negated else next(_characters(argument), "")
        elif operation in (constants.NOT_LITERAL, constants.ANY):
            text += "a"
        elif operation in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
            text += _sample(argument[2])
        elif operation in (constants.SUBPATTERN, constants.ATOMIC_GROUP):
            text += _sample(argument[-1] if operation is constants.SUBPATTERN else argument)
        elif operation is constants.BRANCH:
            text += _sample(argument[1][0])
    return text


def _beginning(parsed: Any) -> Iterator[str]:
    for operation, argument in parsed:
        if operation is not constants.LITERAL:
            return
        yield chr(argument)


def _seconds(pattern: re.Pattern[Any], method: str, begin: str, part: str, tail: str, length: int) -> float:
    text: Any = begin + part * (length // len(part)) + tail
    if isinstance(pattern.pattern, bytes):
        text = text.encode()
    try_it = getattr(pattern, method)
    before = time.process_time()
    try_it(text)
    return max(time.process_time() - before, 1e-7)


def main() -> None:
    """Try all; one line of JSON each."""
    import django

    django.setup()
    from tests.patterns.find import compiled, patterns

    for pattern in patterns():
        print(json.dumps({"trying": pattern.key}), flush=True)
        for one in compiled(pattern):
            for method in [ONLY[pattern.key]] if pattern.key in ONLY else METHODS:
                found = hostile(one, method)
                if found is not None:
                    print(json.dumps({"key": pattern.key, "method": method, "found": found}), flush=True)


if __name__ == "__main__":
    main()
    sys.exit(0)
