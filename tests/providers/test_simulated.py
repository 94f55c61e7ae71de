import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.providers.base import Completion, Message
from workers.providers.config import ProviderSettings
from workers.providers.simulated import BRIDGE, SimulatedProvider, remaining, split_tokens
from workers.providers.simulated_text import compose, quote

QUICK = ProviderSettings(simulated_tokens_per_second=0)
QUESTIONS = [
    "hello",
    "What is ashao?",
    "how do workers earn",
    "What does a message cost?",
    "who can see what I write?",
    "How do I start ashao-worker?",
    "what is staking",
    "help",
    "thanks!",
    "show me some code",
    "make a table",
    "a long story, please",
    "What is the capital of France?",
    "",
    "`*_[]<>#|`",
]


def said(*contents: str) -> list[Message]:
    turns: list[Message] = [{"role": "system", "content": "Be brief."}]
    for content in contents[:-1]:
        turns += [{"role": "user", "content": content}, {"role": "assistant", "content": "Well."}]
    return [*turns, {"role": "user", "content": contents[-1]}]


def collect(messages: list[Message], prefix: str = "") -> tuple[str, Completion]:
    pieces: list[str] = []
    completion = SimulatedProvider(QUICK).stream(messages, prefix, pieces.append)
    return "".join(pieces), completion


@pytest.mark.parametrize("question", QUESTIONS)
def test_says_first_that_it_is_simulated_and_always_says_the_same(question: str) -> None:
    text = compose(said(question))
    assert "simulated" in text.split("\n\n")[0]
    assert text == compose(said(question))
    assert collect(said(question))[0] == text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("hello there", "Hello, and welcome"),
        ("what's ashao?", "inference network"),
        ("how does a worker get paid?", "**70 %**"),
        ("How much is the max tier?", "15 credits"),
        ("is this private", "text, not people"),
        ("How can I run a worker at home?", "ashao-worker --help"),
        ("tell me about $ASHAO", "1,000,000,000"),
        ("what can you do?", "Here is what I can tell you about"),
        ("write python code", "```python\n"),
        ("give me a table", "|---|---|---|\n"),
        ("make a list", "\n2. **Queued.**"),
        ("Why is the sky blue?", "“Why is the sky blue?”"),
        ("how long does it take?", "no prepared text"),
    ],
)
def test_answers_what_was_asked(question: str, expected: str) -> None:
    assert expected in compose(said(question))


@pytest.mark.parametrize("question", ["a long answer please", "tell me a story", "an essay on queues"])
def test_a_long_answer_is_long(question: str) -> None:
    text, completion = collect(said(question))
    assert len(text.split()) > 600
    assert completion.finish == "stop"
    assert completion.tokens > 600


def test_a_follow_up_refers_to_what_was_asked_before() -> None:
    text = compose(said("how do workers earn?", "tell me more"))
    assert "“how do workers earn?”" in text
    assert "one more thing about earning" in text
    assert "“Why is grass green?”" in compose(said("Why is grass green?", "and why is the sky blue?"))
    assert "“hello bob”" in compose(said("hello bob", "what did I just ask?"))
    assert "first message" in compose(said("what did I just ask?"))


@given(st.text())
def test_any_question_is_answered_and_quoted_harmlessly(question: str) -> None:
    assert compose(said(question))
    assert not re.search(r"[`*_\[\]<>#|\n]", quote(question))
    assert len(quote(question)) <= 130


@given(st.text())
def test_tokens_are_the_text_in_pieces(text: str) -> None:
    tokens = split_tokens(text)
    assert "".join(tokens) == text
    assert all(tokens)


@given(st.sampled_from(QUESTIONS), st.integers(0, 400))
def test_continues_its_own_text_exactly(question: str, cut: int) -> None:
    text = compose(said(question))
    assert text[:cut] + remaining(text, text[:cut]) == text


@given(st.text(max_size=40), st.integers(0, 500))
def test_continues_its_own_continuation_exactly(foreign: str, cut: int) -> None:
    text = compose(said("hello"))
    whole = foreign + remaining(text, foreign)
    at = max(cut, len(whole) - len(text))  # in the simulated part
    assert whole[:at] + remaining(text, whole[:at]) == whole


def test_owns_up_when_it_continues_anothers_text() -> None:
    text, _ = collect(said("hello"), prefix="Roses are re")
    assert text == f" …\n\n{BRIDGE}{compose(said('hello'))}"


def test_closes_a_code_block_before_it_goes_on() -> None:
    assert collect(said("hello"), prefix="```js\nlet a")[0].startswith("\n```\n\n" + BRIDGE)
    assert collect(said("hello"), prefix="```js\nlet a\n```\n")[0].startswith("\n\n" + BRIDGE)


def test_nothing_is_left_to_say_after_the_whole_text() -> None:
    assert collect(said("hello"), prefix=compose(said("hello"))) == ("", Completion(0, "stop"))


def test_keeps_to_the_limit_of_tokens() -> None:
    pieces: list[str] = []
    settings = ProviderSettings(simulated_tokens_per_second=0, max_output_tokens=5)
    completion = SimulatedProvider(settings).stream(said("help"), "", pieces.append)
    assert (len(pieces), completion) == (5, Completion(5, "length"))


def test_the_pace_is_that_of_the_settings_and_varies_the_same_each_time() -> None:
    def waits() -> list[float]:
        waited: list[float] = []
        settings = ProviderSettings(simulated_tokens_per_second=50)
        SimulatedProvider(settings, sleep=waited.append).stream(said("help"), "", lambda _text: None)
        return waited

    waited = waits()
    assert waited == waits()
    assert len(set(waited)) > 10
    assert 0.018 < sum(waited) / len(waited) < 0.022


def test_stops_when_on_token_raises() -> None:
    heard: list[str] = []

    def on_token(text: str) -> None:
        heard.append(text)
        raise KeyError("gone")

    with pytest.raises(KeyError):
        SimulatedProvider(QUICK, sleep=threading.Event().wait).stream(said("help"), "", on_token)
    assert len(heard) == 1
