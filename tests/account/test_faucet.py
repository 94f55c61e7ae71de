"""Play money on a real chain: what comes, how often, from how many processes, and where it must not be."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from ashao_site.accounts.models import User
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.db import only_one
from ledger.deposits import faucet
from staking.artifacts import artifact
from tests.chain.nodes import dead_url, node, result
from tests.contracts.support import ETHER, Chain

from .conftest import client_of, on_other_node


def has(chain: Chain, config: ChainSettings, wallet: str) -> tuple[int, int, int]:
    usdc = chain.web3.eth.contract(config.usdc, abi=artifact("DevUSDC").abi)
    token = chain.web3.eth.contract(config.token, abi=artifact("AshaoToken").abi)
    amounts = [contract.functions.balanceOf(wallet).call() for contract in (usdc, token)]
    return amounts[0], amounts[1], chain.web3.eth.get_balance(wallet)


def give(user: User) -> Any:
    return client_of(user).post("/api/faucet", "{}", content_type="application/json")


def test_a_wallet_gets_money_once_a_minute(
    on_chain: ChainSettings, chain: Chain, alice: User, bob: User
) -> None:
    before = has(chain, on_chain, alice.wallet or "")
    response = give(alice)
    assert response.status_code == 201, response.content
    hashes = response.json()["transactions"]
    assert len(set(hashes)) == 3
    assert all(chain.web3.eth.get_transaction_receipt(sent)["status"] == 1 for sent in hashes)
    gained = [now - then for now, then in zip(has(chain, on_chain, alice.wallet or ""), before, strict=True)]
    assert gained == [100_000_000, 10_000 * 10**18, ETHER]

    again = give(alice)
    assert (again.status_code, again.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(again.headers["Retry-After"]) <= 60
    assert give(bob).status_code == 201


def test_what_it_says_of_itself(on_chain: ChainSettings, settings: Any, alice: User) -> None:
    told = {"available": True, "usdc": 100_000_000, "ashao": "10000" + "0" * 18, "eth": "1" + "0" * 18}
    assert client_of(alice).get("/api/faucet").json() == told
    settings.CHAIN = None
    assert client_of(alice).get("/api/faucet").json() == {**told, "available": False}


@pytest.mark.parametrize("where", ["no chain", "another chain", "production", "no key"])
def test_there_is_none_elsewhere(on_chain: ChainSettings, settings: Any, alice: User, where: str) -> None:
    if where == "no chain":
        settings.CHAIN = None
    elif where == "another chain":
        settings.CHAIN = replace(on_chain, chain_id=8_453)
    elif where == "production":
        settings.PRODUCTION = True
    else:
        settings.MONEY = replace(settings.MONEY, faucet_key="")
    response = give(alice)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert faucet.fund_development_treasury() is None


def test_who_is_not_signed_in_gets_nothing(on_chain: ChainSettings, db: None) -> None:
    assert Client().post("/api/faucet", "{}", content_type="application/json").status_code == 401


def test_staff_without_a_wallet(on_chain: ChainSettings, db: None) -> None:
    staff = User.objects.create_user("charlie", "a password of charlie")
    assert give(staff).json()["code"] == "no_wallet"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_share_a_nonce(on_chain: ChainSettings, chain: Chain) -> None:
    people = [User.objects.create(wallet=chain.person().address) for _ in range(4)]
    answers: list[Any] = []

    def ask(user: User) -> None:
        try:
            answers.append(faucet.give_test_money(user_id=user.public_id, wallet=user.wallet or ""))
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(isinstance(answer, tuple) for answer in answers), answers
    assert len({sent for answer in answers for sent in answer}) == 12
    assert [has(chain, on_chain, user.wallet or "")[0] for user in people] == [100_000_000] * 4


@pytest.mark.django_db(transaction=True)
def test_while_another_process_has_the_key(
    on_chain: ChainSettings, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faucet, "LOCK_WAIT_S", 0.2)
    held, done = threading.Event(), threading.Event()

    def other() -> None:
        with only_one(faucet.LOCK) as mine:
            assert mine
            held.set()
            done.wait(60)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert held.wait(60)
    try:
        busy = give(alice)
    finally:
        done.set()
        thread.join(60)
    assert (busy.status_code, busy.json()["code"]) == (429, "busy")
    assert give(alice).status_code == 201, "her turn was not used up"


@pytest.mark.parametrize("answer", [None, "0x1", {"a": 1}, []])
def test_a_node_that_is_away_or_talks_nonsense(
    on_chain: ChainSettings, settings: Any, alice: User, answer: object
) -> None:
    with node(result(answer)) as url:
        on_other_node(settings, url)
        response = give(alice)
        assert (response.status_code, response.json()["code"]) == (503, "chain_unavailable")
        assert faucet.fund_development_treasury() is None
    on_other_node(settings, dead_url())
    assert give(alice).status_code == 503, "her turn was not used up"
    settings.CHAIN = on_chain
    assert give(alice).status_code == 201


def test_a_blacklisted_wallet_gets_nothing(on_chain: ChainSettings, chain: Chain, alice: User) -> None:
    usdc = chain.web3.eth.contract(on_chain.usdc, abi=artifact("DevUSDC").abi)
    blacklister = chain.role("blacklister")
    chain.send(blacklister, usdc.functions.blacklist(alice.wallet))
    try:
        with pytest.raises(ChainUnavailable):
            faucet.give_test_money(user_id=alice.public_id, wallet=alice.wallet or "")
    finally:
        chain.send(blacklister, usdc.functions.unBlacklist(alice.wallet))
