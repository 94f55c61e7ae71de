"""What an answer was made with and what it cost, and what the person says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from ashao_site.accounts.models import User
from tests.chat.support import Browser, Production, answer, person, refused
from tests.workers.calls import client_of
from tests.workers.support import job_row, worker_of
from workers import jobs
from workers.fallback import serving
from workers.jobs.models import Job
from workers.jobs.receipts import shown_model
from workers.providers.base import Completion, Fault, Message, OnToken, ProviderError

pytestmark = pytest.mark.django_db(transaction=True)

RATE = "/api/chat/rate"


def receipt_of(browser: Browser, job_id: str) -> Any:
    response = browser.get(f"/api/chat/receipt?jobId={job_id}")
    assert response.status_code == 200, response.content
    assert set(response.json()) == {"receipt"}
    return response.json()["receipt"]


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def worker(browser: Browser, kind: str, model: str) -> jobs.Holder:
    return replace(worker_of(owner(browser), kind=kind), model=model)


def test_a_browsers_answer_through_the_worker_calls(alice: Browser, bob: Browser) -> None:
    job_id, conversation_id = alice.sent()
    client = client_of(owner(bob))
    for _ in range(100):  # past jobs of other tests, which the queue still names
        _, claimed = client.call("claim", waitMs=0)
        if claimed["job"] is not None:
            break
    assert claimed["job"]["id"] == job_id
    about = {"jobId": job_id, "lease": claimed["lease"]["token"]}
    assert receipt_of(alice, job_id) is None  # it is being written
    client.call("token", **about, seq=0, value="Hello there")
    status, _ = client.call("complete", **about, tokens=2)
    assert status == 200
    receipt = receipt_of(alice, job_id)
    seconds = receipt.pop("seconds")
    assert 0 <= seconds < 120
    assert receipt == {
        "servedBy": "browser",
        "model": "tiny",
        "tokens": 2,
        "credits": 10,
        "handedOver": False,
        "simulated": False,
        "read": None,
    }
    question, reply = alice.messages(conversation_id)
    assert (question["receipt"], question["rating"]) == (None, 0)
    assert (reply["receipt"], reply["rating"]) == ({**receipt, "seconds": seconds}, 0)
    bobs = owner(bob)
    told = str(receipt)
    assert job_row(job_id).served_model == "tiny"
    assert not [name for name in (client.id, bobs.public_id, bobs.wallet or "?") if name in told]


def test_one_that_was_handed_over_counts_the_seconds_of_all(alice: Browser, bob: Browser) -> None:
    job_id, _ = alice.sent()
    first = Production(job_id, worker(bob, "browser", "small"))
    first.say("Once ")
    Job.objects.filter(public_id=job_id).update(
        first_claimed_at=job_row(job_id).first_claimed_at - timedelta(seconds=100)
    )
    first.fail()
    second = Production(job_id, worker(bob, "native", "large"))
    second.say("upon")
    second.complete(tokens=1)
    receipt = receipt_of(alice, job_id)
    assert (receipt["servedBy"], receipt["model"], receipt["handedOver"]) == ("native", "large", True)
    assert 100 <= receipt["seconds"] < 220
    assert receipt["credits"] == 10


def test_text_of_one_that_nobody_holds_any_more_is_not_charged(
    alice: Browser, bob: Browser, settings: Any
) -> None:
    settings.WORKER_GRACE_MS = 60_000
    job_id, conversation_id = alice.sent()
    first = Production(job_id, worker(bob, "browser", "small"))
    first.say("Once upon")
    first.fail()
    alice.call("POST", "/api/chat/stop", {"jobId": job_id})
    assert alice.messages(conversation_id)[1]["content"] == "Once upon"
    receipt = receipt_of(alice, job_id)
    assert (receipt["servedBy"], receipt["model"], receipt["credits"]) == ("browser", "small", 0)
    assert alice.credits() == 100


def test_no_receipt_where_nothing_was_delivered(alice: Browser, settings: Any) -> None:
    stopped, conversation_id = alice.sent()
    assert receipt_of(alice, stopped) is None
    alice.call("POST", "/api/chat/stop", {"jobId": stopped})
    assert receipt_of(alice, stopped) is None
    settings.JOB_MAX_ATTEMPTS = 1
    failed, _ = alice.sent(conversationId=conversation_id)
    production = Production(failed)
    production.say("half")
    production.fail()
    assert receipt_of(alice, failed) is None
    assert [one["receipt"] for one in alice.messages(conversation_id)] == [None] * 4


def test_a_guest_is_charged_nothing(guest: Browser) -> None:
    job_id, _ = guest.sent()
    answer(job_id)
    assert receipt_of(guest, job_id)["credits"] == 0


def test_only_who_sent_it_sees_it(alice: Browser, bob: Browser, guest: Browser) -> None:
    job_id, _ = alice.sent()
    answer(job_id)
    guest.sent()
    for other in (bob, guest):
        assert refused(other.get(f"/api/chat/receipt?jobId={job_id}")) == (404, "not_found")
    assert refused(Browser().get(f"/api/chat/receipt?jobId={job_id}")) == (401, "not_signed_in")
    for query, status in (("", 400), ("?jobId=", 400), ("?jobId=x", 404), ("?jobId=%00", 404)):
        assert refused(alice.get(f"/api/chat/receipt{query}"))[0] == status
    before = receipt_of(alice, job_id)
    again = alice.call("POST", "/api/chat/retry", {"jobId": job_id}).json()["jobId"]
    assert receipt_of(alice, again) is None
    assert receipt_of(alice, job_id) == before is not None


def test_what_a_worker_claims_of_itself_is_bounded(alice: Browser, bob: Browser) -> None:
    job_id, _ = alice.sent()
    hostile = "\u202e/home/bob/mo\ndels/" + "x" * 150
    production = Production(job_id, worker(bob, "native", hostile))
    production.say("four")
    production.complete(tokens=1_000_000)
    receipt = receipt_of(alice, job_id)
    assert receipt["tokens"] == 4
    assert receipt["model"] == "x" * 99 + "…"


@pytest.mark.parametrize(
    ("worded", "shown"),
    [
        ("onnx-community/Qwen2.5-0.5B-Instruct", "onnx-community/Qwen2.5-0.5B-Instruct"),
        ("hf.co/some/model:Q4_K_M", "hf.co/some/model:Q4_K_M"),
        ("llama3.2:3b", "llama3.2:3b"),
        ("/home/bob/models/llama.gguf", "llama.gguf"),
        ("C:\\Users\\bob\\llama.gguf", "llama.gguf"),
        ("~/llama.gguf", "llama.gguf"),
        ("./bob/llama.gguf", "llama.gguf"),
        ("\u200b \x07", ""),
        ("<b>模型</b>", "<b>模型</b>"),
    ],
)
def test_models_as_strangers_may_see_them(worded: str, shown: str) -> None:
    assert shown_model(worded) == shown


class Provider:
    """One that says its text, and then breaks off or not."""

    def __init__(self, model: str, text: str, *, breaks: bool = False) -> None:
        self.id, self.model, self.text, self.breaks = model, model, text, breaks
        self.simulated = False

    def available(self) -> bool:
        return True

    def stream(
        self, messages: Sequence[Message], prefix: str, on_token: OnToken, on_thought: OnToken
    ) -> Completion:
        on_token(self.text)
        if self.breaks:
            raise ProviderError("gone", fault=Fault.BUSY)
        return Completion(tokens=5, finish="stop")


@dataclass
class Case:
    providers: list[Provider]
    model: str


@pytest.mark.parametrize(
    "case",
    [
        Case([Provider("one", "Hello there")], "one"),
        Case([Provider("one", "Hello ", breaks=True), Provider("two", "there")], "two"),
    ],
    ids=["first", "second"],
)
def test_the_cloud_names_the_model_of_its_provider(
    alice: Browser, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    monkeypatch.setattr(serving, "providers", lambda: case.providers)
    job_id, conversation_id = alice.sent()
    assert serving.serve(job_id)
    receipt = receipt_of(alice, job_id)
    assert (receipt["servedBy"], receipt["model"], receipt["tokens"]) == ("cloud", case.model, 5)
    assert alice.messages(conversation_id)[1]["content"] == "Hello there"


def test_an_answer_from_before_has_a_receipt_too(alice: Browser, bob: Browser) -> None:
    job_id, _ = alice.sent()
    production = Production(job_id, worker_of(owner(bob)))
    production.say("Hello")
    production.complete()
    Job.objects.update(first_claimed_at=None)
    receipt = receipt_of(alice, job_id)
    assert (receipt["model"], receipt["servedBy"]) == ("tiny", "native")
    assert receipt["seconds"] >= 0


# Ratings


def rate(browser: Browser, job_id: str, rating: object) -> Any:
    return browser.call("POST", RATE, {"jobId": job_id, "rating": rating})


def ratings(browser: Browser) -> list[dict[str, int]]:
    return [one["ratings"] for one in browser.get("/api/worker/stats").json()["workers"]]


def test_a_rating_is_kept_and_can_be_changed(alice: Browser, bob: Browser) -> None:
    job_id, conversation_id = alice.sent()
    answer_by(bob, job_id)
    for rating, up, down in ((1, 1, 0), (1, 1, 0), (-1, 0, 1), (0, 0, 0), (-1, 0, 1)):
        response = rate(alice, job_id, rating)
        assert (response.status_code, response.json()) == (200, {"rating": rating})
        assert alice.messages(conversation_id)[1]["rating"] == rating
        assert ratings(bob) == [{"up": up, "down": down}]


def answer_by(browser: Browser, job_id: str) -> None:
    production = Production(job_id, worker(browser, "native", "m"))
    production.say("Hello")
    production.complete()


def test_what_was_bad_stays_the_workers_when_it_is_tried_again(alice: Browser, bob: Browser) -> None:
    job_id, conversation_id = alice.sent()
    answer_by(bob, job_id)
    rate(alice, job_id, -1)
    alice.call("POST", "/api/chat/retry", {"jobId": job_id})
    assert alice.messages(conversation_id)[1]["rating"] == 0
    assert ratings(bob) == [{"up": 0, "down": 1}]
    assert rate(alice, job_id, 1).status_code == 200  # the old version can be rated otherwise
    assert ratings(bob) == [{"up": 1, "down": 0}]
    rate(alice, job_id, -1)
    alice.call("DELETE", "/api/chat/conversations")
    assert ratings(bob) == [{"up": 0, "down": 1}]


def test_only_who_asked_may_rate(alice: Browser, bob: Browser, guest: Browser) -> None:
    job_id, conversation_id = alice.sent()
    answer(job_id)
    of_guest, _ = guest.sent()
    answer(of_guest)
    for other in (bob, guest):
        assert refused(rate(other, job_id, 1)) == (404, "not_found")
    assert refused(rate(Browser(), job_id, 1)) == (401, "not_signed_in")
    assert refused(rate(alice, "job_x", 1)) == (404, "not_found")
    assert alice.messages(conversation_id)[1]["rating"] == 0
    assert rate(guest, of_guest, -1).status_code == 200


def test_only_an_answer_that_is_there_can_be_rated(alice: Browser, settings: Any) -> None:
    job_id, _ = alice.sent()
    assert refused(rate(alice, job_id, 1)) == (409, "not_finished")
    settings.JOB_MAX_ATTEMPTS = 1
    Production(job_id).fail()
    assert refused(rate(alice, job_id, 1)) == (409, "no_answer")
    assert not Job.objects.exclude(rating=0).exists()


@pytest.mark.parametrize("rating", [2, -2, 0.5, 1.0, "1", None, True, [], 10**30])
def test_other_ratings_are_refused(alice: Browser, rating: object) -> None:
    job_id, _ = alice.sent()
    answer(job_id)
    assert refused(rate(alice, job_id, rating))[0] == 400
    assert not Job.objects.exclude(rating=0).exists()


def test_ratings_are_counted_for_each_worker_apart(alice: Browser, bob: Browser) -> None:
    charlie = person("c1")
    job_id, _ = alice.sent()
    answer_by(bob, job_id)
    rate(alice, job_id, 1)
    worker_of(owner(charlie))
    assert ratings(charlie) == [{"up": 0, "down": 0}]
