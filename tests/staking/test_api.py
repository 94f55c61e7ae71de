"""The calls of the stake page, with a chain that answers and with one that does not."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from ashao_site.accounts.models import User
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now
from staking.rewards.models import Stake
from staking.rewards.payment import settle_and_pay
from tests.contracts.support import Chain
from tests.indexer.support import World, person
from tests.staking.support import ASHAO, CHAIN_ID, START, WEEK_S, Stakes, at, earn, read_until, wallet

TOO_MUCH = 10**27 + 1


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, path: str, amount: object) -> Any:
    return client_of(user).post(path, json.dumps({"amount": amount}), content_type="application/json")


def staking(user: User | None = None) -> dict[str, Any]:
    response = (client_of(user) if user else Client()).get("/api/staking")
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.django_db
def test_without_a_chain(settings: Any, alice: User) -> None:
    settings.CHAIN = None
    found = staking(alice)
    assert found["chain"] == {"block": None, "age_s": None, "ok": False, "problem": "No chain is configured."}
    assert (found["total"], found["stakers"], found["epoch"]["number"]) == ("0", 0, 0)
    assert found["you"]["stake"] == "0"
    assert found["you"]["balance"] is None
    assert post(alice, "/api/staking/stake", "1").status_code == 503
    assert post(alice, "/api/staking/unstake", "1").json()["code"] == "chain_unavailable"


@pytest.mark.usefixtures("networked")
def test_an_unreachable_chain_is_told_from_what_was_read(chain_named: ChainSettings, alice: User) -> None:
    read_until(now())
    Stake.objects.create(chain_id=CHAIN_ID, wallet=alice.wallet, amount_wei=3 * ASHAO, changed_at=START)
    Stake.objects.create(chain_id=CHAIN_ID, wallet=wallet(7), amount_wei=ASHAO, changed_at=START)
    Stake.objects.create(chain_id=CHAIN_ID, wallet=wallet(8), amount_wei=0, changed_at=START)
    found = staking(alice)
    assert (found["chain"]["ok"], found["chain"]["block"]) == (True, 1)
    assert (found["total"], found["stakers"], found["minimum"]) == (str(4 * ASHAO), 2, str(ASHAO))
    you = found["you"]
    assert (you["balance"], you["allowance"], you["onChain"]) == (None, None, None)
    assert (you["stake"], you["shareOfPoolBps"], you["workerShareBps"]) == (str(3 * ASHAO), 7_500, 8_000)
    assert staking()["you"] is None
    labels = [one["label"] for one in post(alice, "/api/staking/stake", "1").json()["transactions"]]
    assert [label.split()[0] for label in labels] == ["Approve", "Stake"]


@pytest.mark.django_db
def test_a_chain_that_is_silent_is_not_waited_for_each_time(
    settings: Any, chain_named: ChainSettings, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def slow(*_: object) -> None:
        asked.append(time.monotonic())
        raise ChainUnavailable("The chain did not answer.")

    monkeypatch.setattr("staking.rewards.live._ask", slow)
    monkeypatch.setattr("staking.rewards.live.NOT_ASKED_AGAIN_S", 600.0)
    monkeypatch.setattr("staking.rewards.live._Silence.until_s", 0.0)
    for _ in range(5):
        assert staking(alice)["you"]["balance"] is None
    assert len(asked) == 1


@pytest.mark.usefixtures("networked")
def test_rewards_and_epochs(chain_named: ChainSettings, alice: User) -> None:
    stakes = Stakes()
    stakes.change(alice.wallet or "", ASHAO, at(0))
    stakes.change(wallet(7), 2 * ASHAO, at(0))
    for week in range(2):
        earn(100, at(week * WEEK_S + 3), key=f"in:{week}")
    read_until(at(2 * WEEK_S + 1))
    settle_and_pay()
    earn(41, key="new")
    found = staking(alice)
    assert found["pool"] == 42  # one was left over
    assert [epoch["number"] for epoch in found["epochs"]] == [1, 0]
    assert [(epoch["pool"], epoch["rewards"], epoch["stakers"]) for epoch in found["epochs"]] == [
        (101, 100, 2),
        (100, 99, 2),
    ]
    assert found["you"]["rewards"] == 66
    assert found["you"]["rewardsByEpoch"] == [{"number": 1, "amount": 33}, {"number": 0, "amount": 33}]
    current = found["epoch"]
    assert current["startsAt"] <= now().isoformat() < current["endsAt"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/staking/stake", "/api/staking/unstake"])
@pytest.mark.parametrize(
    "amount",
    [
        0,
        "0",
        -1,
        "-1",
        "",
        "1.5",
        1.5,
        "1e18",
        " 1",
        "٣",
        None,
        True,
        [],
        {},
        TOO_MUCH,
        str(TOO_MUCH),
        "9" * 80,
    ],
)
def test_nonsense_is_400(chain_named: ChainSettings, alice: User, path: str, amount: object) -> None:
    response = post(alice, path, amount)
    assert (response.status_code, response.json()["code"]) == (400, "bad_input"), response.content


@pytest.mark.django_db
def test_visitors_and_people_without_a_wallet(chain_named: ChainSettings, charlie: User) -> None:
    visitor = Client().post("/api/staking/stake", '{"amount": "1"}', content_type="application/json")
    assert visitor.status_code == 401
    assert post(charlie, "/api/staking/stake", "1").json()["code"] == "no_wallet"
    assert staking(charlie)["you"] is None


@pytest.mark.usefixtures("networked")
def test_staking_for_real(world: World) -> None:
    """The transactions are what the wallet sends; each does what its label says."""
    account = world.rich(ashao=100)
    user = person(account)
    chain = world.chain
    assert post(user, "/api/staking/stake", str(101 * ASHAO)).json() == {
        "error": "The wallet holds 100 ASHAO: that is less.",
        "code": "insufficient_ashao",
    }
    assert post(user, "/api/staking/unstake", "1").json()["code"] == "insufficient_stake"
    first = post(user, "/api/staking/stake", 40 * ASHAO).json()["transactions"]
    assert [one["label"] for one in first] == ["Approve 40 ASHAO", "Stake 40 ASHAO"]
    for one in first:
        send(chain, account, one)
    you = staking(user)["you"]
    assert (you["balance"], you["onChain"], you["stake"]) == (str(60 * ASHAO), str(40 * ASHAO), "0")
    assert you["workerShareBps"] == 7_000
    world.confirm()
    you = staking(user)["you"]
    assert (you["stake"], you["shareOfPoolBps"], you["workerShareBps"]) == (str(40 * ASHAO), 10_000, 8_000)
    send(chain, account, post(user, "/api/staking/unstake", str(40 * ASHAO)).json()["transactions"][0])
    world.confirm()
    assert staking(user)["you"]["workerShareBps"] == 7_000
    chain.send(account, world.token.functions.approve(world.config.vault, 10 * ASHAO))
    again = post(user, "/api/staking/stake", str(10 * ASHAO)).json()["transactions"]
    assert [one["label"] for one in again] == ["Stake 10 ASHAO"]


@pytest.mark.usefixtures("networked")
def test_a_chain_that_hangs_is_given_up_quickly(world: World, settings: Any, silent_node: str) -> None:
    user = person(world.rich())
    settings.CHAIN = replace(world.config, rpc_url=silent_node, timeout_s=300.0)
    began = time.monotonic()
    response = post(user, "/api/staking/stake", "1")
    assert response.status_code == 200
    assert len(response.json()["transactions"]) == 2
    assert time.monotonic() - began < 120


def send(chain: Chain, account: Any, transaction: dict[str, Any]) -> None:
    """What a wallet does with a transaction of the API."""
    receipt = chain._transact(account, to=transaction["to"], data=transaction["data"])
    assert receipt["status"] == 1, transaction["label"]
    assert transaction["value"] == "0x0"
    assert transaction["chainId"] == CHAIN_ID
