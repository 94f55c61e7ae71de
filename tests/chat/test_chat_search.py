"""Finding one's own conversations by their words."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.clock import now
from chat.conversation.models import Conversation, Message
from chat.search import queries
from chat.search.bits import BYTES_MAX, INDEXED_MAX_CHARS, fold, probes, signature
from chat.search.queries import snippet, words_of
from tests.chat.support import Browser, Production, answer, refused

db = pytest.mark.django_db(transaction=True)
LIST = "/api/chat/conversations"


def find(browser: Browser, q: str, **more: object) -> list[tuple[str, str | None]]:
    response = browser.get(LIST, data={"q": q, **more})
    assert response.status_code == 200, response.content
    return [(one["id"], one["snippet"]) for one in response.json()["conversations"]]


def found(browser: Browser, q: str) -> list[str]:
    return [conversation_id for conversation_id, _ in find(browser, q)]


@db
def test_titles_and_texts_of_all_languages_in_part(alice: Browser) -> None:
    job_id, first = alice.sent("Wie hoch ist der Kölner Dom?")
    answer(job_id, "Der Dom misst 157,22 m. ДОМ стоит. 明天会下雨吗", ". Straße")
    _, second = alice.sent("Something else")
    alice.call("PATCH", f"{LIST}/{second}", {"title": "Renamed: 100% of a_b\\c"})
    for q in (
        "kölner",
        "KÖLN",
        "K\u006f\u0308lner",
        "öl",
        "157,22",
        "дом",
        "明天",
        "雨",
        "STRASSE",
        "dom misst",
        "m",
    ):
        assert first in found(alice, q), q
    for q in ("renamed", "100%", "a_b", "%", "_b\\", "ELSE some"):
        assert found(alice, q) == [second], q
    for q in ("kolner", "dom else", "100_", "a%b", "zzz", "wie strasse"):
        assert found(alice, q) == [], q


@db
def test_a_hit_shows_the_text_around_it(alice: Browser) -> None:
    job_id, conversation_id = alice.sent("A question of bees")
    answer(job_id, "word " * 50 + "<b>the\n\n QUEEN</b> " + "word " * 50)
    assert find(alice, "bees") == [(conversation_id, "A question of bees")]
    ((_, line),) = find(alice, "queen")
    assert line is not None
    assert line.startswith("…")
    assert line.endswith("…")
    assert "<b>the QUEEN</b>" in line
    assert len(line) <= 202
    alice.call("PATCH", f"{LIST}/{conversation_id}", {"title": "Zebras"})
    assert find(alice, "zebras") == [(conversation_id, None)]


@db
def test_the_newest_first_in_pages_pinned_or_not(alice: Browser) -> None:
    sent = [alice.sent(f"needle {n}" if n % 2 == 0 else f"hay {n}")[1] for n in range(8)]
    alice.call("PATCH", f"{LIST}/{sent[0]}", {"pinned": True})
    expected = [sent[6], sent[4], sent[2], sent[0]]
    for limit in (1, 2, 3, 4, 5):
        got: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = alice.get(
                f"{LIST}?q=needle&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
            ).json()
            assert len(page["conversations"]) <= limit
            got += [one["id"] for one in page["conversations"]]
            cursor = page["next"]
        assert got == expected, limit


@db
def test_one_call_looks_through_a_limited_number(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "SCAN_MAX", 4)
    monkeypatch.setattr(queries, "BATCH", 2)
    _, oldest = alice.sent("needle")
    for _ in range(7):
        alice.sent("hay")
    pages = []
    query = f"{LIST}?q=needle"
    page = alice.get(query).json()
    while page["next"] is not None:
        pages.append(page["conversations"])
        page = alice.get(f"{query}&cursor={page['next']}").json()
    assert pages == [[]]
    assert [one["id"] for one in page["conversations"]] == [oldest]


@db
def test_only_ones_own(alice: Browser, bob: Browser, guest: Browser) -> None:
    _, of_alice = alice.sent("needle")
    _, of_guest = guest.sent("needle")
    assert found(alice, "needle") == [of_alice]
    assert found(guest, "needle") == [of_guest]
    assert found(bob, "needle") == []
    assert refused(Browser().get(f"{LIST}?q=needle")) == (401, "not_signed_in")


@db
def test_every_version_is_found_and_named(alice: Browser) -> None:
    sent = alice.send("question").json()
    conversation_id = sent["conversationId"]
    answer(sent["jobId"], "first text")
    again = alice.call("POST", "/api/chat/retry", {"jobId": sent["jobId"]}).json()
    answer(again["jobId"], "second text")

    def named(q: str) -> list[tuple[str, str | None]]:
        page = alice.get(LIST, data={"q": q}).json()
        return [(one["id"], one["messageId"]) for one in page["conversations"]]

    assert named("first") == [(conversation_id, sent["answerId"])]
    assert named("text") == [(conversation_id, again["answerId"])]
    assert named("quest") == [(conversation_id, sent["questionId"])]
    alice.call("PATCH", f"{LIST}/{conversation_id}", {"title": "Zebras"})
    assert named("zebras") == [(conversation_id, None)]


@db
def test_an_answer_that_failed_is_found_by_its_new_text_only(alice: Browser, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job_id, conversation_id = alice.sent("question")
    production = Production(job_id)
    production.say("first text")
    production.fail()
    assert found(alice, "first") == [conversation_id]
    again = alice.call("POST", "/api/chat/retry", {"jobId": job_id}).json()["jobId"]
    assert found(alice, "first") == []
    answer(again, "second text")
    assert (found(alice, "first"), found(alice, "second")) == ([], [conversation_id])


@db
def test_texts_without_a_signature_and_very_long_ones_are_read(alice: Browser) -> None:
    job_id, conversation_id = alice.sent("question")
    answer(job_id, "x" * (INDEXED_MAX_CHARS + 1) + " needle")
    assert found(alice, "needle") == [conversation_id]
    Message.objects.update(search_bits=None)
    assert found(alice, "needle") == [conversation_id]
    assert found(alice, "questi") == [conversation_id]


@db
def test_many_that_only_look_like_it_are_all_read(alice: Browser) -> None:
    """Where the signatures tell nothing, the one that has it is found all the same."""
    assert alice.user is not None
    row = Conversation.objects.create(user=alice.user, title="t")
    texts = ["needle", *["hay"] * 150]
    full = b"\xff" * 8
    Message.objects.bulk_create(
        Message(conversation=row, role="user", content=text, search_bits=full) for text in texts
    )
    assert find(alice, "needle") == [(row.public_id, "needle")]


@db
@pytest.mark.parametrize("q", ["", " ", "\t\n", "x" * 201, "a\x00", " ".join("abcdefghijklmnopqrstu")])
def test_what_cannot_be_searched_is_refused(alice: Browser, q: str) -> None:
    assert refused(alice.get(LIST, data={"q": q}))[0] == 400


@db
def test_bad_pages_are_refused(alice: Browser) -> None:
    for query in ("cursor=x", "cursor=", "limit=0", "cursor=%00"):
        assert refused(alice.get(f"{LIST}?q=x&{query}"))[0] == 400


@db
def test_it_stays_within_few_queries(alice: Browser, django_assert_max_num_queries) -> None:
    assert alice.user is not None
    at = now()
    rows = Conversation.objects.bulk_create(
        Conversation(user=alice.user, title=f"t{n}", updated_at=at - timedelta(seconds=n)) for n in range(300)
    )
    text = "the quick brown fox jumps over the lazy dog " * 20
    bits = signature(text)
    Message.objects.bulk_create(
        Message(conversation=row, role="user", content=text, search_bits=bits)
        for row in rows
        for _ in range(3)
    )
    with django_assert_max_num_queries(6):
        page = queries.search(viewer=Viewer(user_id=alice.user.pk), words=["slow"], after=None, limit=30)
    assert (page.hits, page.next) == ([], None)


TEXTS = st.text(max_size=300)


@given(TEXTS, st.data())
@example("ﬁne ÅÅ", None)
def test_every_piece_of_a_text_is_found_in_its_signature(text: str, data: st.DataObject | None) -> None:
    """Never is a text passed over that has the words: whatever the language, and how it is written."""
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded))) if data else 0
    length = data.draw(st.integers(1, 60)) if data else 3
    words = folded[start : start + length].split()
    bits = signature(text)
    assert 8 <= len(bits) <= BYTES_MAX
    for probe in probes(words):
        position = probe % (len(bits) * 8)
        assert bits[position // 8] >> position % 8 & 1


@given(TEXTS, st.text(min_size=1, max_size=40))
def test_what_is_searched_finds_itself(before: str, q: str) -> None:
    text = f"{before} {q}"
    if "\x00" in q or not fold(q).split():
        return
    words = words_of(q) if len(fold(q).split()) <= 20 else []
    assert all(word in fold(text) for word in words)
    if words:
        assert len(snippet(text, words)) <= 202


def test_signatures_tell_texts_apart() -> None:
    text = " ".join(f"word{n}" for n in range(300))
    bits = signature(text)

    def passes(word: str) -> bool:
        return all(bits[p % (len(bits) * 8) // 8] >> p % (len(bits) * 8) % 8 & 1 for p in probes([word]))

    strangers = [f"{a}{b}{a}" for a in "bcfghjk" for b in "lmpqstu"]
    assert passes("word17")
    assert sum(passes(word) for word in strangers) <= 2
