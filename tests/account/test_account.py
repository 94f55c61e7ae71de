"""What a person has, buying credits, and a deposit on its way."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now
from ledger.books import chart
from ledger.books.actions import Leg, hold, post_transfer
from ledger.deposits import faucet
from ledger.deposits.buying import usdc_to_treasury
from ledger.payouts.models import Payout
from tests.chain.nodes import dead_url, node, result
from tests.contracts.support import Chain
from tests.indexer.support import follow

from .conftest import client_of, on_other_node

HASH = "0x" + "ab" * 32


def get(user: User, path: str) -> Any:
    response = client_of(user).get(path)
    assert response.status_code == 200, response.content
    return response.json()


def post(user: User, path: str, body: object) -> Any:
    return client_of(user).post(path, json.dumps(body), content_type="application/json")


def fund(address: str, micros: int) -> None:
    legs = [Leg(chart.TREASURY_USDC, -micros), Leg(address, micros)]
    post_transfer(key=f"fund:{address}", kind="deposit", legs=legs)


def payout(user: User, micros: int, state: str, number: int) -> None:
    Payout.objects.create(
        user_id=user.pk,
        wallet=user.wallet,
        amount_micros=micros,
        key=f"{user.pk}:{number}",
        nonce=f"0x{number:064x}",
        state=state,
        requested_at=now(),
    )


def test_a_new_person_has_nothing_but_the_free_credits(alice: User) -> None:
    account = get(alice, "/api/account")
    assert account == {
        "wallet": alice.wallet,
        "credits": account["granted"] // 10_000,
        "bought": 0,
        "granted": account["granted"],
        "held": 0,
        "earnings": 0,
        "escrow": 0,
        "pendingPayouts": 0,
        "trust": {
            "trusted": False,
            "proposed": False,
            "paidJobs": 0,
            "paidJobsNeeded": 100,
            "days": 0,
            "daysNeeded": 14,
        },
    }


def test_every_part_is_told_apart(alice: User, bob: User) -> None:
    fund(chart.user_credits(alice.pk), 1_239_999)
    fund(chart.user_granted(alice.pk), 300_000)
    fund(chart.user_earnings(alice.pk), 5_000_000)
    fund(chart.user_escrow(alice.pk), 70_000)
    fund(chart.user_credits(bob.pk), 9)
    sources = [chart.user_granted(alice.pk), chart.user_credits(alice.pk)]
    before = get(alice, "/api/account")
    hold(
        key="h",
        reference="job_1",
        sources=sources,
        amount_micros=before["granted"] + 100_000,
        expires_at=now() + timedelta(hours=1),
    )
    for number, (state, micros) in enumerate(
        [("requested", 1_000_000), ("broadcast", 500_000), ("final", 40), ("failed", 2)]
    ):
        payout(alice, micros, state, number)
    payout(bob, 3, "requested", 9)
    account = get(alice, "/api/account")
    assert (account["bought"], account["granted"], account["held"]) == (
        1_139_999,
        0,
        before["granted"] + 100_000,
    )
    assert (account["credits"], account["earnings"], account["escrow"]) == (113, 5_000_000, 70_000)
    assert account["pendingPayouts"] == 1_500_000


@pytest.mark.parametrize("path", ["/api/account", "/api/deposits"])
def test_only_who_is_signed_in(db: None, path: str) -> None:
    assert Client().get(path).status_code == 401


def test_buying_credits(on_chain: ChainSettings, alice: User) -> None:
    response = post(alice, "/api/credits/buy", {"amount": 20_000_000})
    assert response.status_code == 200, response.content
    assert response.json() == {
        "transactions": [usdc_to_treasury(20_000_000).body()],
        "balance": response.json()["balance"],
    }
    assert isinstance(response.json()["balance"], int)


@pytest.mark.parametrize(
    "amount", [0, -1, 10_000, 999_999, 1_000_001, 10**12 + 10_000, 10**30, "1000000", 1e6, True, None]
)
def test_amounts_that_are_no_credits(on_chain: ChainSettings, alice: User, amount: object) -> None:
    response = post(alice, "/api/credits/buy", {"amount": amount})
    assert (response.status_code, response.json()["code"]) == (400, "bad_input")


def test_the_least_that_can_be_bought_is_a_setting(
    on_chain: ChainSettings, settings: Any, alice: User
) -> None:
    settings.MONEY = replace(settings.MONEY, deposit_min_micros=0)
    assert post(alice, "/api/credits/buy", {"amount": 10_000}).status_code == 200
    assert post(alice, "/api/credits/buy", {"amount": 0}).status_code == 400


def test_without_a_chain(settings: Any, alice: User) -> None:
    settings.CHAIN = None
    for path, body in (
        ("/api/credits/buy", {"amount": 1_000_000}),
        ("/api/deposits", {"txHash": HASH, "amount": 1_000_000}),
    ):
        response = post(alice, path, body)
        assert (response.status_code, response.json()["code"]) == (503, "chain_unavailable")
    assert get(alice, "/api/deposits") == {"deposits": [], "confirmations": 0}


@pytest.mark.parametrize("answer", [None, "0x", "0x01", 5, {"a": 1}])
def test_a_node_that_is_away_or_talks_nonsense(
    on_chain: ChainSettings, settings: Any, alice: User, answer: object
) -> None:
    post(alice, "/api/deposits", {"txHash": HASH, "amount": 1})
    with node(result(answer)) as url:
        for where in (url, dead_url()):
            settings.CHAIN = on_chain
            on_other_node(settings, where)
            bought = post(alice, "/api/credits/buy", {"amount": 1_000_000})
            assert (bought.status_code, bought.json()["balance"]) == (200, None)
            assert get(alice, "/api/deposits")["deposits"][0]["state"] == "sent"


def test_a_deposit_from_sent_to_credited(
    on_chain: ChainSettings, settings: Any, chain: Chain, db: None
) -> None:
    wallet = chain.person()
    charlie = User.objects.create(wallet=wallet.address)
    faucet._send(faucet._mint(on_chain, wallet.address, 50_000_000))
    settings.MONEY = replace(settings.MONEY, explorer_url="https://explorer.example")
    bought = post(charlie, "/api/credits/buy", {"amount": 20_000_000}).json()
    assert bought["balance"] == 50_000_000
    receipt = chain._transact(
        wallet, to=bought["transactions"][0]["to"], data=bought["transactions"][0]["data"]
    )
    sent = receipt["transactionHash"].to_0x_hex()

    announced = post(charlie, "/api/deposits", {"txHash": sent, "amount": 20_000_000})
    assert announced.status_code == 201
    assert announced.json() == {
        "txHash": sent,
        "amount": 20_000_000,
        "state": "sent",
        "confirmations": 0,
        "needed": 2,
        "sentAt": announced.json()["sentAt"],
        "creditedAt": None,
        "url": f"https://explorer.example/tx/{sent}",
    }
    seen = get(charlie, "/api/deposits")
    assert (seen["confirmations"], [one["state"] for one in seen["deposits"]]) == (2, ["included"])
    chain.rpc("anvil_mine", "0x3")
    follow()
    (credited,) = get(charlie, "/api/deposits")["deposits"]
    assert (credited["state"], credited["confirmations"], credited["amount"]) == ("credited", 2, 20_000_000)
    assert credited["creditedAt"]
    account = get(charlie, "/api/account")
    assert (account["bought"], account["credits"]) == (20_000_000, 2_000)
    (row,) = get(charlie, "/api/statement")["rows"]
    assert (row["part"], row["kind"], row["amount"], row["reference"]) == (
        *("credits", "deposit"),
        *(20_000_000, sent),
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"txHash": HASH},
        {"amount": 1},
        *(
            {"txHash": wrong, "amount": 1}
            for wrong in ("", "0x", HASH[:-1], HASH + "0", HASH + "\n", 5, None)
        ),
        *({"txHash": HASH, "amount": wrong} for wrong in (0, -1, "1", 1.5, True, None, 10**30)),
    ],
)
def test_announcements_that_are_none(on_chain: ChainSettings, alice: User, body: object) -> None:
    response = post(alice, "/api/deposits", body)
    assert (response.status_code, response.json()["code"]) == (400, "bad_input")
