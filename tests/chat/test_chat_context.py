"""What of a conversation goes to the model."""

from hypothesis import given
from hypothesis import strategies as st

from chat.conversation.titles import title_of
from chat.sending.context import CONTEXT_CHARS_MAX, CONTEXT_MESSAGES_MAX, build_context

PAST = st.lists(
    st.tuples(st.sampled_from(["user", "assistant"]), st.text(min_size=1, max_size=9_000)), max_size=60
)


@given(PAST, st.text(min_size=1, max_size=100))
def test_roles_alternate_from_the_person_to_the_person(past: list[tuple[str, str]], content: str) -> None:
    turns = build_context(newest_first=past, content=content).messages
    roles = [turn["role"] for turn in turns]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
    assert turns[-1]["content"].endswith(content)
    assert len(turns) <= CONTEXT_MESSAGES_MAX
    assert sum(len(turn["content"]) for turn in turns) <= CONTEXT_CHARS_MAX + 2 * CONTEXT_MESSAGES_MAX


def test_the_newest_are_kept() -> None:
    past = [("assistant" if n % 2 == 0 else "user", str(n)) for n in range(100)]
    turns = build_context(newest_first=past, content="now").messages
    assert turns[-2]["content"] == "0"
    assert len(turns) in (CONTEXT_MESSAGES_MAX, CONTEXT_MESSAGES_MAX - 1)


@given(st.lists(st.text(min_size=1, max_size=9_000), max_size=60), st.integers(0, 9_000))
def test_whatever_is_not_given_is_counted(texts: list[str], older_chars: int) -> None:
    past = [("user" if at % 2 else "assistant", text) for at, text in enumerate(texts)]
    context = build_context(newest_first=past, content="now", older_chars=older_chars)
    given_chars = sum(len(turn["content"]) for turn in context.messages)
    assert given_chars + context.left_out_chars == sum(map(len, texts)) + len("now") + older_chars


def test_titles_are_one_short_line() -> None:
    assert title_of("  a\n b ") == "a b"
    assert len(title_of("x" * 500)) == 80
