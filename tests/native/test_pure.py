import json
import random
from pathlib import Path

import pytest
from ashao_worker.continuation import PrefixFilter
from ashao_worker.errors import BadInput, UpstreamError
from ashao_worker.retries import Backoff
from ashao_worker.sse import SseDecoder
from ashao_worker.stats import Stats
from ashao_worker.status import View, status_line
from ashao_worker.text import Mender, Opening, clean, usd, visible
from ashao_worker.thinking import ThinkFilter
from ashao_worker.upstream import choose_model
from hypothesis import given
from hypothesis import strategies as st

from workers.jobs.visible import is_blank

TEXT = st.text(max_size=40)
FEW = st.text(alphabet="ab ", max_size=12)  # few letters, so that prefixes often agree by chance


def pieces(text: str, seed: int) -> list[str]:
    """`text` cut at random."""
    cuts = sorted(random.Random(seed).choices(range(len(text) + 1), k=5))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def filtered(prefix: str, deltas: list[str]) -> str:
    prefix_filter = PrefixFilter(prefix)
    return "".join(map(prefix_filter.feed, deltas)) + prefix_filter.end()


@given(prefix=FEW, rest=FEW, seed=st.integers())
def test_a_repeated_prefix_is_dropped_however_it_is_cut(prefix: str, rest: str, seed: int) -> None:
    assert filtered(prefix, pieces(prefix + rest, seed)) == rest


@given(prefix=FEW, text=FEW, seed=st.integers())
def test_anything_else_goes_out_unchanged(prefix: str, text: str, seed: int) -> None:
    expected = text.removeprefix(prefix)
    assert filtered(prefix, pieces(text, seed)) == expected


@given(prefix=FEW, text=FEW)
def test_nothing_is_held_longer_than_it_must_be(prefix: str, text: str) -> None:
    prefix_filter = PrefixFilter(prefix)
    out = "".join(map(prefix_filter.feed, text))
    if not prefix.startswith(text):
        assert out == text.removeprefix(prefix)


def test_an_answer_that_begins_anew_is_no_continuation() -> None:
    prefix = "The history of bread dates back to 10,000 BC"
    for opening in ("The history of bread is long.", "\n\nThe history of bread is long."):
        with pytest.raises(UpstreamError):
            filtered(prefix, pieces(opening, seed=7))
    with pytest.raises(UpstreamError):  # cut off in the middle of the repetition
        filtered(prefix, ["The history of bread dates"])
    assert filtered(prefix, ["\n", prefix, ", and"]) == ", and"
    assert filtered("面包的历史可以追溯到", ["面", "包"]) == "面包"  # too little to be sure
    with pytest.raises(UpstreamError):
        filtered("面包的历史可以追溯到", ["面包的历史可", "见"])


def thought_of(deltas: list[str]) -> tuple[str, str]:
    """The answer and the thoughts."""
    think, told = ThinkFilter(), []
    for delta in deltas:
        told += think.feed(delta)
    told += think.end()
    assert all(piece.text for piece in told)
    return tuple("".join(p.text for p in told if p.kind == kind) for kind in ("text", "reasoning"))


MARKS = [
    "<think>",
    "</think>",
    "<",
    "think",
    "<|channel|>",
    "final",
    "analysis",
    "<|message|>",
    "<|end|>",
    "a ",
    "\n",
]


@given(parts=st.lists(st.sampled_from(MARKS), max_size=12), seed=st.integers())
def test_thoughts_are_told_apart_however_the_text_is_cut(parts: list[str], seed: int) -> None:
    text = "".join(parts)
    assert thought_of(pieces(text, seed)) == thought_of([text])


@pytest.mark.parametrize("case", json.loads((Path(__file__).parent / "thoughts.json").read_text()), ids=str)
def test_thoughts_are_told_apart_as_the_tab_does(case: dict[str, str]) -> None:
    said = case["said"]
    for deltas in ([said], [*said], *([said[:at], said[at:]] for at in range(1, len(said)))):
        assert thought_of(deltas) == (case["answer"], case["thoughts"])


@given(text=TEXT, seed=st.integers())
def test_a_text_without_tags_is_left_as_it_is(text: str, seed: int) -> None:
    if not text.lstrip().startswith(("<", "[", "◁")):
        assert thought_of(pieces(text, seed)) == (text, "")


def test_a_text_is_told_at_once_unless_it_may_be_a_tag() -> None:
    think = ThinkFilter()
    assert [p.text for p in think.feed("<b")] == ["<b"]
    assert [p.text for p in think.feed("old> <think>")] == ["old> <think>"]


@given(text=st.text())
def test_what_is_visible_is_what_the_network_pays_for(text: str) -> None:
    assert visible(text) == (not is_blank(text))


@given(blank=st.text(alphabet=" \n\t\u200b\u3164\u00a0"), text=TEXT, seed=st.integers())
def test_nothing_goes_out_before_something_can_be_seen(blank: str, text: str, seed: int) -> None:
    opening = Opening()
    out = [opening.feed(piece) for piece in pieces(blank + text, seed)]
    assert "".join(out) == (blank + text if visible(text) else "")


@given(text=TEXT, seed=st.integers())
def test_mender_changes_no_proper_text(text: str, seed: int) -> None:
    mender = Mender()
    out = "".join(map(mender.feed, pieces(text, seed))) + mender.end()
    assert out == text.replace("\0", "")


@given(units=st.lists(st.sampled_from(["a", "é", "\ud83e", "\udd99", "🦙", "\0"]), max_size=12))
def test_mender_joins_halves_and_lets_no_half_out(units: list[str]) -> None:
    mender = Mender()
    out = "".join(map(mender.feed, units)) + mender.end()
    out.encode()  # would raise on a lone surrogate
    expected = "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert out == expected.replace("\0", "")


@given(
    texts=st.lists(st.text(), max_size=6),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(min_value=1, max_value=9),
)
def test_events_are_decoded_however_the_bytes_arrive(texts: list[str], end: str, size: int) -> None:
    events = [json.dumps({"content": text}, ensure_ascii=False) for text in texts]
    sent = "".join(f": ping{end}event: x{end}data: {event}{end}{end}" for event in events)
    sent_bytes = sent.encode("utf-8", "surrogatepass")
    decoder = SseDecoder()
    got = [e for i in range(0, len(sent_bytes), size) for e in decoder.feed(sent_bytes[i : i + size])]
    assert got + decoder.end() == events


def test_line_separators_inside_json_do_not_break_an_event() -> None:
    assert SseDecoder().feed('data: {"a":"x\u2028y\x85z"}\n\n'.encode()) == ['{"a":"x\u2028y\x85z"}']


def test_an_event_without_its_empty_line_is_given_at_the_end() -> None:
    decoder = SseDecoder()
    assert decoder.feed(b"data: [DONE]") == []
    assert decoder.end() == ["[DONE]"]


def test_an_endless_event_is_refused() -> None:
    decoder = SseDecoder()
    decoder.feed(b"data: " + b"x" * 900_000)
    with pytest.raises(UpstreamError):
        decoder.feed(b"x" * 200_000)


@given(micros=st.integers(min_value=-(10**12), max_value=10**12))
def test_dollars_are_exact(micros: int) -> None:
    shown = usd(micros).replace("$", "").replace(",", "")
    assert round(float(shown) * 1_000_000) == micros


@pytest.mark.parametrize(
    ("micros", "shown"), [(0, "$0.00"), (1_190_000, "$1.19"), (105_000, "$0.105"), (1, "$0.000001")]
)
def test_dollars(micros: int, shown: str) -> None:
    assert usd(micros) == shown


@given(width=st.integers(min_value=0, max_value=100), micros=st.integers(min_value=0, max_value=10**9))
def test_the_status_line_fits(width: int, micros: int) -> None:
    assert len(status_line(View("serving", "serving", 2, 41.2, 17, micros), width)) <= width


def test_the_status_line() -> None:
    view = View("serving", "serving", 2, 41.2, 17, 1_190_000)
    assert status_line(view, 80) == "● serving  2 jobs · 41 tok/s · 17 done · $1.19 earned"
    assert status_line(view, 40) == "● serving  2 jobs · $1.19 earned"


def test_speed_is_over_the_last_seconds() -> None:
    stats = Stats()
    for tick in range(101):
        stats.mark(1, now_s=tick / 10)
    assert 9 <= stats.tokens_per_second(now_s=10.0) <= 11
    assert stats.tokens_per_second(now_s=60.0) == 0


def test_pauses_grow_to_a_limit_and_obey_retry_after() -> None:
    backoff = Backoff(0.5, 4.0)
    for most_s in (0.5, 1.0, 2.0, 4.0, 4.0):
        assert most_s / 2 <= backoff.pause_s() <= most_s
    assert backoff.pause_s(30) == 30
    assert backoff.pause_s(10_000) == 60
    backoff.reset()
    assert backoff.pause_s() <= 0.5


def test_words_from_elsewhere_cannot_steer_a_terminal() -> None:
    assert clean("no\x1b[2J\r\nway\u202e") == "no [2J way"
    assert len(clean("x" * 10_000)) == 300


def test_choosing_a_model() -> None:
    assert choose_model("tiny", ["tiny", "big"]) == "tiny"
    assert choose_model("tiny", ["tiny:latest"]) == "tiny"
    assert choose_model(None, ["tiny"]) == "tiny"
    assert choose_model("any", None) == "any"
    with pytest.raises(BadInput, match="no model 'huge'; it has: tiny, big"):
        choose_model("huge", ["tiny", "big"])
    with pytest.raises(BadInput, match="Choose a model with --model; it has: tiny, big"):
        choose_model(None, ["tiny", "big"])
    with pytest.raises(BadInput, match="--model"):
        choose_model(None, None)
