"""What a worker earns follows its owner's confirmed stake, and is fixed at the claim."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ashao_site.accounts.models import User
from tests.chat.support import Browser
from tests.trust.support import claim, finish, put_in, stake, worker_of
from tests.workers.support import cloud, job_row, person
from workers.jobs.postgres import holders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain")]

ASHAO = 10**18


@pytest.fixture
def bob() -> User:
    return person("bob")


@pytest.fixture
def job_id() -> str:
    return put_in(person("alice", credits=10))


def test_without_a_stake_70_percent(bob: User, job_id: str) -> None:
    stake(person("charlie"), 5 * ASHAO)
    claim(job_id, worker_of(bob))
    assert job_row(job_id).share_bps == 7_000
    assert finish(job_id) == 70_000


def test_with_a_stake_80_percent_even_if_it_is_gone_when_the_job_ends(bob: User, job_id: str) -> None:
    stake(bob, 1 * ASHAO)
    claim(job_id, worker_of(bob))
    stake(bob, 0)
    assert finish(job_id) == 80_000


def test_a_stake_that_is_confirmed_after_the_claim_comes_too_late(bob: User, job_id: str) -> None:
    claim(job_id, worker_of(bob))
    stake(bob, 1 * ASHAO)
    assert finish(job_id) == 70_000


def test_each_claim_looks_again(bob: User, job_id: str) -> None:
    stake(bob, 1 * ASHAO)
    claim(job_id, worker_of(bob))
    assert holders.put_back(job_id=job_id, lease="", text="")
    claim(job_id, worker_of(person("charlie")))
    assert finish(job_id) == 70_000


@pytest.mark.parametrize(("amount_wei", "share_bps"), [(3 * ASHAO - 1, 7_000), (3 * ASHAO, 8_000)])
def test_the_least_that_counts(
    bob: User, job_id: str, settings: Any, amount_wei: int, share_bps: int
) -> None:
    settings.MONEY = replace(settings.MONEY, staked_share_min_wei=3 * ASHAO)
    stake(bob, amount_wei)
    claim(job_id, worker_of(bob))
    assert job_row(job_id).share_bps == share_bps


def test_a_stake_on_another_chain_is_none(bob: User, job_id: str) -> None:
    stake(bob, 9 * ASHAO, chain_id=1)
    claim(job_id, worker_of(bob))
    assert job_row(job_id).share_bps == 7_000


def test_without_a_chain_70_percent(bob: User, job_id: str, settings: Any) -> None:
    stake(bob, 9 * ASHAO)
    settings.CHAIN = None
    claim(job_id, worker_of(bob))
    assert job_row(job_id).share_bps == 7_000


def test_the_cloud_has_no_stake(job_id: str) -> None:
    claim(job_id, cloud())
    assert job_row(job_id).share_bps == 7_000


def test_a_claim_is_one_statement(bob: User, job_id: str) -> None:
    stake(bob, 1 * ASHAO)
    worker = worker_of(bob)
    with CaptureQueriesContext(connection) as captured:
        claim(job_id, worker)
    assert len(captured) == 1


def test_stats_tell_the_owners_share_of_now(bob: User) -> None:
    browser = Browser(bob)

    def share() -> int:
        return int(browser.get("/api/worker/stats").json()["shareBps"])

    assert share() == 7_000
    stake(bob, 1 * ASHAO)
    assert share() == 8_000
    stake(bob, 0)
    assert share() == 7_000
