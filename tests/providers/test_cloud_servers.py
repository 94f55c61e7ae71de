"""The cloud with model servers as they are: thoughts are told as such, and a cut answer is nobody's whole one."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings

from ledger.books.models import Hold
from tests.chat.support import Browser
from tests.chat.support import person as browser_of
from tests.native.quirks import CUTS, DONE, PART, REASONING, STOP, Quirk, QuirkServer, said
from tests.workers.support import books_are_true, job_row
from workers import jobs
from workers.fallback import serving
from workers.providers.config import ProviderSettings
from workers.providers.openai_compatible import OpenAICompatibleProvider

pytestmark = pytest.mark.django_db(transaction=True)

GOES_ON = Quirk("goes on", "the next", [*said(" came."), STOP, DONE], " came.", "stop")


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    """No machine of another test's is online."""
    redis.Redis.from_url(settings.REDIS_URL).flushall()


@pytest.fixture
def alice() -> Browser:
    return browser_of("a1", credits=30)


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[QuirkServer]:
    with QuirkServer() as running:
        yield running


def provider_of(server: QuirkServer) -> OpenAICompatibleProvider:
    return OpenAICompatibleProvider(ProviderSettings(openai_base_url=server.url, openai_model="m"))


@pytest.fixture
def sent_kinds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What goes to the job: of which kind, and what."""
    kinds: list[tuple[str, str]] = []
    append = jobs.append

    def spied(**chunk: Any) -> Any:
        kinds.append((chunk["kind"], chunk["value"]))
        return append(**chunk)

    monkeypatch.setattr(jobs, "append", spied)
    return kinds


def test_what_the_model_thinks_is_told_as_that(
    alice: Browser, server: QuirkServer, sent_kinds: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.quirk = REASONING[0]
    monkeypatch.setattr(serving, "providers", lambda: [provider_of(server)])
    job_id, conversation_id = alice.sent()
    assert serving.serve(job_id)
    assert alice.messages(conversation_id)[1]["content"] == "Forty-two."
    assert {kind for kind, _ in sent_kinds} == {"reasoning", "text"}
    thoughts = "".join(value for kind, value in sent_kinds if kind == "reasoning")
    assert thoughts == REASONING[0].thoughts
    books_are_true()


@pytest.mark.parametrize("quirk", [q for q in CUTS if q.outcome == "handed on"][:7], ids=str)
def test_a_cut_answer_is_charged_to_nobody(
    alice: Browser, server: QuirkServer, quirk: Quirk, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.quirk = quirk
    monkeypatch.setattr(serving, "providers", lambda: [provider_of(server)])
    job_id, _ = alice.sent()
    assert not serving.serve(job_id)
    assert job_row(job_id).state == "queued"  # for whoever goes on with it
    assert job_row(job_id).charged_micros == 0
    assert Hold.objects.get(key=f"hold:{job_id}").status == "pending"


def test_the_next_provider_goes_on_with_a_cut_answer(
    alice: Browser, server: QuirkServer, other: QuirkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.quirk, other.quirk = CUTS[0], GOES_ON
    monkeypatch.setattr(serving, "providers", lambda: [provider_of(server), provider_of(other)])
    job_id, conversation_id = alice.sent()
    assert serving.serve(job_id)
    assert alice.messages(conversation_id)[1]["content"] == f"{PART} came."
    assert [m["role"] for m in other.requests[0]["messages"]][-2:] == ["assistant", "user"]
    books_are_true()
