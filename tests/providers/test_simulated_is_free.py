"""Prepared text costs nothing, whoever ends the answer; with no provider and no machine a job says why it failed."""

from collections.abc import Sequence
from typing import Any

import pytest
import redis
from django.conf import settings

from ashao_site.accounts.models import User
from ledger.books import chart, queries
from ledger.books.models import Hold
from tests.chat.support import Browser, Production, read_stream
from tests.chat.support import person as browser_of
from tests.workers.support import books_are_true, job_row, run, worker_of
from workers import jobs
from workers.fallback import serving
from workers.fallback.serving import serve
from workers.jobs.models import Job
from workers.jobs.sweep import sweep
from workers.providers.base import Completion, Fault, Message, OnToken, ProviderError, ignore
from workers.providers.config import ProviderSettings
from workers.providers.registry import build_providers

pytestmark = pytest.mark.django_db(transaction=True)

FAST = ProviderSettings(simulated_tokens_per_second=0)
OPENAI: Any = {"openai_base_url": "http://127.0.0.1:9/v1", "openai_model": "small"}


class Says:
    """A provider that says something and breaks off, or not."""

    simulated = False

    def __init__(self, text: str, *, breaks: bool = False) -> None:
        self.id = self.model = "says"
        self.text, self.breaks = text, breaks

    def available(self) -> bool:
        return True

    def stream(
        self, messages: Sequence[Message], prefix: str, on_token: OnToken, on_thought: OnToken = ignore
    ) -> Completion:
        on_token(self.text)
        if self.breaks:
            raise ProviderError("gone", fault=Fault.BUSY)
        return Completion(tokens=1, finish="stop")


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    """No machine of another test's is online."""
    redis.Redis.from_url(settings.REDIS_URL).flushall()


@pytest.fixture
def alice() -> Browser:
    return browser_of("a1", credits=30)


def providers_are(monkeypatch: pytest.MonkeyPatch, *choices: Any) -> None:
    monkeypatch.setattr(serving, "providers", lambda: list(choices))


def receipt_of(person: Browser, job_id: str) -> Any:
    return person.get(f"/api/chat/receipt?jobId={job_id}").json()["receipt"]


def nothing_was_paid(person: Browser, job_id: str) -> None:
    assert person.credits() == 30
    assert Hold.objects.get(key=f"hold:{job_id}").status == "voided"
    for address in (chart.POOL_CLOUD, chart.POOL_BUYBACK, chart.POOL_STAKERS):
        assert queries.balance(address) == 0
    assert job_row(job_id).charged_micros == job_row(job_id).earned_micros == 0
    books_are_true()


def test_a_simulated_answer_is_free_and_says_so(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    providers_are(monkeypatch, *build_providers(FAST))
    job_id, conversation_id = alice.sent()
    assert alice.credits() == 20
    assert serve(job_id)
    nothing_was_paid(alice, job_id)
    assert "simulated" in alice.messages(conversation_id)[1]["content"]
    receipt = receipt_of(alice, job_id)
    assert (receipt["simulated"], receipt["credits"], receipt["servedBy"]) == (True, 0, "cloud")


def test_one_that_was_stopped_is_free_too(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id, _ = alice.sent()

    class Stopped(Says):
        simulated = True

        def stream(
            self, messages: Sequence[Message], prefix: str, on_token: OnToken, on_thought: OnToken = ignore
        ) -> Completion:
            on_token("A long enough piece of prepared text, of which the person has had their fill by now.")
            assert alice.call("POST", "/api/chat/stop", {"jobId": job_id}).status_code == 200
            return Completion(tokens=1, finish="stop")

    providers_are(monkeypatch, Stopped(""))
    serve(job_id)
    assert job_row(job_id).finish == "stopped"
    nothing_was_paid(alice, job_id)


def test_text_that_is_simulated_in_part_is_free_whoever_ends_it(
    alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    providers_are(monkeypatch, Says("A model began this. ", breaks=True), *build_providers(FAST))
    job_id, _ = alice.sent()
    assert serve(job_id)
    nothing_was_paid(alice, job_id)

    class Breaks(Says):
        simulated = True

    providers_are(monkeypatch, Breaks("Prepared text. ", breaks=True))
    job_id, _ = alice.sent()
    assert not serve(job_id)
    bob = User.objects.get_or_create_wallet("0x" + "b0" * 20)[0]
    production = Production(job_id, worker_of(bob))
    production.say("And a machine of bob's went on with it, at some length.")
    production.complete()
    nothing_was_paid(alice, job_id)


def test_an_answer_of_a_model_is_charged(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    providers_are(monkeypatch, Says("A model's own answer, from the first word to the last."))
    job_id, _ = alice.sent()
    assert serve(job_id)
    assert alice.credits() == 20
    assert receipt_of(alice, job_id)["simulated"] is False


def test_with_no_cloud_and_no_machine_a_job_fails_with_its_reason(
    alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    providers_are(monkeypatch)
    job_id, conversation_id = alice.sent()
    assert not serve(job_id)
    assert job_row(job_id).state == "failed"
    ((_, told),) = read_stream(alice, job_id).events()
    assert told["type"] == "error"
    assert told["message"].startswith(
        "No machine is online that could answer this, and this network has no cloud"
    )
    assert alice.messages(conversation_id)[1]["status"] == "failed"
    nothing_was_paid(alice, job_id)


def test_with_no_cloud_a_job_waits_for_the_machines_that_are_there(
    alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    providers_are(monkeypatch)
    holder = worker_of(User.objects.get_or_create_wallet("0x" + "b0" * 20)[0])
    run(jobs.heartbeat(holder=holder.id, tiers=[jobs.Tier.PRO]))
    job_id, _ = alice.sent()
    for _ in range(8):
        assert not serve(job_id)
    assert (job_row(job_id).state, job_row(job_id).attempts) == ("queued", 0)
    run(jobs.release(holder=holder.id))
    sweep()
    assert not serve(job_id)
    assert job_row(job_id).state == "failed"
    nothing_was_paid(alice, job_id)
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({}, []),
        ({"simulated": "off"}, []),
        ({"simulated": "on"}, ["simulated"]),
        (OPENAI, ["openai"]),
    ],
)
def test_in_production_text_is_simulated_only_where_that_was_asked_for(given: Any, ids: list[str]) -> None:
    built = build_providers(ProviderSettings(**given).in_production())
    assert [provider.id for provider in built] == ids


def test_in_production_simulated_text_never_stands_in_for_a_model() -> None:
    with pytest.raises(ValueError, match="never stands in"):
        ProviderSettings(**OPENAI, simulated="on").in_production()
