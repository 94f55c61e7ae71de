"""What of a text can be seen: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.jobs.visible import is_blank, is_monotone, says_something, visible_bytes

BLANK = ["", " ", "\n\t\r", "\x00\x07", "\u00a0", "\u200b\u200c\u200d\u2060\ufeff", "\u202e\u202c", "\u3000"]
BLANK += [
    "\u2028\u2029\u0085",
    "\u0301\u0301",
    "\u00ad",
    "\ufe0f",
    "\u3164",
    "\u2800\u2800",
    "\U000e0061",
    "\ue000",
]
BLANK += ["\u115f\u1160\uffa0", "\u180e", "\U000e0080", "\u2065", "\u20dd", "\u0903"]
ANSWERS = [
    "!",
    "42",
    "👍",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "好",
    "你好，世界。",
    "مرحبا",
    "हिन्दी",
    "e\u0301",
    "안녕",
    "สวัสดี",
    "—",
    "½",
    "\ufffd",
]


@pytest.mark.parametrize("text", BLANK)
def test_what_cannot_be_seen(text: str) -> None:
    assert is_blank(text)
    assert visible_bytes(text) == 0
    assert not says_something(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_what_can(text: str) -> None:
    assert not is_blank(text)
    assert visible_bytes(text) > 0
    assert says_something(f" {text}\n")


@pytest.mark.parametrize(
    "text", ["!" * 600, "ha" * 100, "-" * 80, "=-=" * 40, "。" * 65, "😂" * 100, "\n! " * 70]
)
def test_much_of_next_to_nothing_says_nothing(text: str) -> None:
    assert is_monotone(text)
    assert not says_something(text)


TABLE = "| a | b |\n" + "|---|---|\n" * 20 + "| 1 | 2 |"


@pytest.mark.parametrize(
    "text", ["!" * 64, "10101010" * 8, TABLE, "Title\n" + "-" * 500, "0" * 60 + "\n" + "1234"]
)
def test_lines_and_short_answers_are_none_of_it(text: str) -> None:
    assert says_something(text)


def test_the_bytes_are_those_of_utf_8() -> None:
    assert visible_bytes("a b\n") == 2
    assert visible_bytes("é 好 👍") == 2 + 3 + 4


@given(st.text(), st.text())
def test_bytes_add_up_and_blank_is_none_of_them(one: str, other: str) -> None:
    assert visible_bytes(one + other) == visible_bytes(one) + visible_bytes(other)
    assert is_blank(one) == (visible_bytes(one) == 0)
    assert visible_bytes(one) <= len(one.encode())
