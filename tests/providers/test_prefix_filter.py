from hypothesis import given
from hypothesis import strategies as st

from workers.native.ashao_worker.continuation import CONTINUE, PrefixFilter
from workers.providers.cloud import with_prefix

TEXT = st.text(alphabet="ab ", max_size=12)  # few letters: near repetitions are the interesting case
CHUNKS = st.lists(TEXT, max_size=8)


def run(prefix: str, chunks: list[str]) -> str:
    kept = PrefixFilter(prefix)
    return "".join(kept.feed(chunk) for chunk in chunks) + kept.end()


def split(text: str, sizes: list[int]) -> list[str]:
    chunks = []
    for size in sizes:
        chunks.append(text[:size])
        text = text[size:]
    return [*chunks, text]


@given(TEXT, CHUNKS)
def test_only_a_whole_repetition_is_dropped_whatever_the_chunks(prefix: str, chunks: list[str]) -> None:
    assert run(prefix, chunks) == "".join(chunks).removeprefix(prefix)


@given(st.text(), st.text(), st.lists(st.integers(0, 5), max_size=10))
def test_a_repeated_prefix_never_shows(prefix: str, rest: str, sizes: list[int]) -> None:
    assert run(prefix, split(prefix + rest, sizes)) == rest


@given(TEXT, CHUNKS)
def test_never_more_than_the_prefix_is_held_back(prefix: str, chunks: list[str]) -> None:
    kept, fed, passed = PrefixFilter(prefix), 0, 0
    for chunk in chunks:
        fed += len(chunk)
        passed += len(kept.feed(chunk))
        assert fed - passed <= len(prefix)


@given(st.text(), st.lists(st.text(min_size=1), max_size=8))
def test_an_opening_that_differs_at_once_is_never_delayed(prefix: str, chunks: list[str]) -> None:
    kept = PrefixFilter("\x01" + prefix)
    assert [kept.feed(chunk) for chunk in chunks if not chunk.startswith("\x01")] == [
        chunk for chunk in chunks if not chunk.startswith("\x01")
    ]


def test_the_known_ambiguity_costs_one_copy() -> None:
    assert run("ha", ["haha"]) == "ha"


def test_without_a_prefix_the_conversation_is_sent_as_it_is() -> None:
    assert with_prefix([{"role": "user", "content": "Hi"}], "") == [{"role": "user", "content": "Hi"}]
    assert with_prefix([], "So")[1] == {"role": "user", "content": CONTINUE}
