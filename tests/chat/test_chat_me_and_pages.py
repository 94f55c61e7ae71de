"""`/api/me`, `/api/credits`, `/api/network`, the pages, and the bootstrap command."""

import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.core.management import call_command
from django.test import Client

from ashao_site.lib import clock
from ashao_site.lib.aio import run_sync
from chat.live.consumer import RECEIVED_MAX, LiveConsumer
from ledger.books import chart, queries
from tests.chat.support import CREDIT, Browser, answer, refused, signed_in
from workers.jobs import Tier
from workers.jobs import queries as jobs_queries
from workers.jobs.models import Job
from workers.providers.config import ProviderSettings

pytestmark = pytest.mark.django_db(transaction=True)


def test_me_for_a_person(alice: Browser) -> None:
    assert alice.user is not None
    me = alice.get("/api/me").json()
    assert me == {
        "user": {"id": alice.user.public_id, "wallet": alice.user.wallet},
        "guest": None,
        "credits": 100,
        "machines": {"pro": 0, "max": 0},
        "freeCredits": None,
    }


def test_me_for_a_visitor_sets_the_csrf_cookie_and_no_session(transactional_db: None) -> None:
    client = Client()
    response = client.get("/api/me")
    assert response.json() == {
        "user": None,
        "guest": {"remaining": 5, "limit": 5},
        "credits": None,
        "machines": None,
        "freeCredits": None,
    }
    assert set(response.cookies) == {"csrftoken"}


def test_credits_need_a_person(transactional_db: None) -> None:
    assert refused(Browser().get("/api/credits")) == (401, "not_signed_in")


def test_the_first_sign_in_grants_credits_while_the_budget_lasts(guest: Browser) -> None:
    assert signed_in("a1").credits() == 500
    call = chart.PROMO_BUDGET
    assert queries.available(call) == 9_500 * CREDIT


def test_an_empty_budget_grants_nothing(transactional_db: None) -> None:
    charlie = signed_in("c0")
    assert charlie.credits() == 0
    assert charlie.get("/api/me").json()["freeCredits"] == {"state": "waiting", "reason": "budget"}


def test_network_tells_load_and_no_identity(alice: Browser) -> None:
    network = Browser().get("/api/network").json()
    assert set(network) == {"workers", "tiers", "jobsPerMinute", "tokensPerMinute"}
    assert set(network["tiers"]) == {"pro", "max"}
    assert set(network["tiers"]["pro"]) == {"workers", "queued", "waitMs", "cloud"}


@pytest.mark.parametrize(
    ("providers", "cloud"),
    [
        (ProviderSettings(gemini_api_key="key"), "provider"),
        (ProviderSettings(openai_base_url="http://127.0.0.1:9/v1", openai_model="m"), "provider"),
        (ProviderSettings(), "simulated"),
        (ProviderSettings(simulated="on"), "simulated"),
        (ProviderSettings(simulated="off"), "none"),
        (ProviderSettings().in_production(), "none"),
    ],
)
def test_network_tells_what_answers_where_no_machine_does(
    providers: ProviderSettings, cloud: str, transactional_db: None, settings: Any
) -> None:
    settings.PROVIDERS = providers
    tiers = Browser().get("/api/network").json()["tiers"]
    assert {tier: load["cloud"] for tier, load in tiers.items()} == {"pro": cloud, "max": cloud}


def test_network_tells_how_long_the_recent_jobs_of_a_tier_waited(
    alice: Browser, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The middle one of those claimed lately: what nobody took says nothing, nor what was taken long ago."""
    now = clock.now()
    for tier, claimed_s_ago, waited_ms in [
        (Tier.PRO, 100, 900_000),
        (Tier.PRO, 30, 8_000),
        (Tier.PRO, 20, 2_000),
        (Tier.PRO, 10, 60_000),
        (Tier.MAX, 700, 3_000),
    ]:
        claimed = now - timedelta(seconds=claimed_s_ago)
        job = Job.objects.create(
            tier=tier, price_micros=1, queued_at=now, deadline_at=now, first_claimed_at=claimed
        )
        Job.objects.filter(pk=job.pk).update(created_at=claimed - timedelta(milliseconds=waited_ms))
    alice.sent()
    tiers = Browser().get("/api/network").json()["tiers"]
    assert (tiers["pro"]["waitMs"], tiers["max"]["waitMs"]) == (34_000, None)

    monkeypatch.setattr(jobs_queries, "WAIT_JOBS_MAX", 4)
    with django_assert_num_queries(1):
        assert jobs_queries.wait_ms_by_tier()[Tier.PRO] == 31_000  # of 2 s and 60 s, and the one of alice


@pytest.mark.parametrize("path", ["/", "/c/conv_0000000000000000000000"])
def test_pages_carry_their_config(path: str, transactional_db: None, settings: Any) -> None:
    response = Client().get(path)
    assert response.status_code == 200
    assert "csrftoken" in response.cookies
    match = re.search(r'id="ashao-config" type="application/json">(.*?)</script>', response.content.decode())
    assert match is not None
    assert json.loads(match[1]) == {
        "development": True,
        "chainId": settings.CHAIN_ID,
        "messageMaxChars": 8_000,
        "tiers": [{"id": "pro", "name": "Pro", "credits": 10}, {"id": "max", "name": "Max", "credits": 15}],
    }


def test_bootstrap_funds_once_and_never_in_production(transactional_db: None, settings: Any) -> None:
    def bootstrap() -> str:
        out = StringIO()
        call_command("bootstrap", stdout=out)
        return out.getvalue()

    settings.DEVELOPMENT_WALLET = False
    assert bootstrap() == ""
    assert queries.available(chart.PROMO_BUDGET) == 0
    settings.DEVELOPMENT_WALLET = True
    assert bootstrap().count("\n") == 1
    assert bootstrap() == ""
    settings.DEVELOPMENT_PROMO_BUDGET_USD = 7
    assert bootstrap() == ""
    assert queries.available(chart.PROMO_BUDGET) == 10_000 * 1_000_000


async def open_page(browser: Browser) -> WebsocketCommunicator:
    page = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/live", headers=[(b"cookie", browser.cookie())])
    assert (await page.connect())[0]
    assert (await page.receive_json_from(5))["type"] == "network"
    return page


def test_an_open_page_hears_of_the_network_and_of_its_balance(alice: Browser, bob: Browser) -> None:
    page, others = run_sync(open_page(alice)), run_sync(open_page(bob))
    job_id, _ = alice.sent()
    answer(job_id)
    assert run_sync(page.receive_json_from(5)) == {"type": "balance", "credits": 90}
    assert run_sync(others.receive_nothing())
    run_sync(page.disconnect())
    run_sync(others.disconnect())
    assert LiveConsumer.open_count == 0


def test_a_page_of_a_session_that_was_ended_hears_no_more(alice: Browser) -> None:
    other = Browser(alice.user)
    mine, ended = run_sync(open_page(alice)), run_sync(open_page(other))
    assert alice.call("DELETE", "/api/sessions").status_code == 204
    assert run_sync(ended.receive_output(5))["type"] == "websocket.close"
    job_id, _ = alice.sent()
    answer(job_id)
    assert run_sync(mine.receive_json_from(5)) == {"type": "balance", "credits": 90}
    run_sync(mine.disconnect())
    run_sync(ended.disconnect())
    assert LiveConsumer.open_count == 0


def test_a_page_that_talks_too_much_is_closed(transactional_db: None) -> None:
    async def talk() -> int:
        page = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/live")
        await page.connect()
        await page.receive_json_from(5)
        for _ in range(RECEIVED_MAX + 1):
            await page.send_to(text_data="not json")
        return int((await page.receive_output(5))["code"])

    assert run_sync(talk()) == 1008
