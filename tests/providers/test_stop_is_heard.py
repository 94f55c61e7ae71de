"""A person's stop reaches the provider, too, also while it says nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.conf import settings
from django.db import connections

from tests.chat.support import person as browser_of
from tests.workers.held import until
from tests.workers.support import books_are_true, run
from workers.fallback import serving
from workers.jobs.redis import texts
from workers.providers.config import ProviderSettings
from workers.providers.openai_compatible import OpenAICompatibleProvider

from .fake_cloud import MAX_SILENCE_S, FakeCloud, Reply, Request, openai_event

WAIT_S = 120.0
SAID = "Roses are red"


def serve(job_id: str) -> bool:
    try:
        return serving.serve(job_id)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_stop_is_heard_while_the_provider_says_nothing(
    cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(reply: Reply, _request: Request) -> None:
        reply.start()
        reply.event(openai_event(SAID))
        reply.say_nothing()

    redis.Redis.from_url(settings.REDIS_URL).flushall()
    cloud.script = script
    patient = ProviderSettings(openai_base_url=cloud.url, openai_model="m", stall_timeout_s=MAX_SILENCE_S)
    provider = OpenAICompatibleProvider(patient)
    monkeypatch.setattr(serving, "providers", lambda: [provider])
    alice = browser_of("a1", credits=30)
    job_id, conversation_id = alice.sent()
    with ThreadPoolExecutor(1) as threads:
        served = threads.submit(serve, job_id)
        until(lambda: bool(run(texts.text_of(job_id)) == SAID), limit_s=WAIT_S)
        assert alice.call("POST", "/api/chat/stop", {"jobId": job_id}).status_code == 200
        assert cloud.left.wait(WAIT_S), "the provider writes on for nobody"
        assert served.result(WAIT_S) is False
    _, answer = alice.messages(conversation_id)
    assert (answer["content"], answer["status"]) == (SAID, "stopped")
    assert provider.available(), "the provider is not to blame"
    books_are_true()
