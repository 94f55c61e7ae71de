"""The calls of /api/payouts, without a chain."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from eth_account import Account

from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.chain.notation import NOBODY
from ledger.books import chart
from ledger.books import queries as books
from ledger.payouts.models import Payout, PayoutWallet
from ledger.payouts.wallets import MAX_WALLETS
from tests.ledger.support import assert_books
from tests.payouts.person import CHAIN, DOLLAR, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def money(settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.CHAIN = CHAIN
    settings.MONEY = replace(
        settings.MONEY, payout_min_micros=DOLLAR, payouts_per_day=3, explorer_url="https://explorer.test"
    )


@pytest.fixture
def alice():
    return Person()


@pytest.fixture
def bob():
    return Person()


def refused(response, status, code):
    assert (response.status_code, response.json()["code"]) == (status, code), response.content


def test_ask_and_look(alice, bob):
    before = alice.call("GET", "/api/payouts").json()
    assert before == {
        "available": 100 * DOLLAR,
        "escrow": 0,
        "minimum": DOLLAR,
        "perDay": 3,
        "leftToday": 3,
        "wallets": [alice.account.address],
        "newWallets": [],
        "payouts": [],
    }
    asked = alice.ask()
    assert asked.status_code == 201
    shown = asked.json()
    assert shown.pop("requestedAt")
    assert shown == {
        "id": Payout.objects.get().public_id,
        "amount": 5 * DOLLAR,
        "wallet": alice.account.address,
        "state": "requested",
        "problem": None,
        "txHash": None,
        "url": None,
        "finalAt": None,
    }
    after = alice.call("GET", "/api/payouts").json()
    assert (after["available"], after["leftToday"]) == (95 * DOLLAR, 2)
    assert [one["id"] for one in after["payouts"]] == [shown["id"]]
    assert bob.call("GET", "/api/payouts").json()["payouts"] == []
    assert books.balance(chart.payout(shown["id"])) == 5 * DOLLAR
    assert_books()


def test_the_link_of_a_paid_one(alice):
    alice.ask()
    Payout.objects.update(tx_hash="0x" + "1" * 64)
    (shown,) = alice.call("GET", "/api/payouts").json()["payouts"]
    assert shown["url"] == "https://explorer.test/tx/0x" + "1" * 64


def test_limits(alice):
    refused(alice.ask(DOLLAR - 1), 400, "below_minimum")
    refused(alice.ask(100 * DOLLAR + 1), 402, "insufficient_earnings")
    for _ in range(3):
        assert alice.ask().status_code == 201
    response = alice.ask()
    refused(response, 429, "payout_limit")
    assert 1 <= int(response["Retry-After"]) <= 86_400
    assert Payout.objects.count() == 3
    assert_books()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"amount": None},
        {"amount": "5000000"},
        {"amount": 5e6},
        {"amount": True},
        {"amount": -1},
        {"amount": 0},
        {"amount": 10**30},
        {"amount": 5_000_000, "wallet": 5},
        {"amount": 5_000_000, "wallet": ""},
        {"amount": 5_000_000, "wallet": "0x"},
        {"amount": 5_000_000, "wallet": "0x" + "g" * 40},
        {"amount": 5_000_000, "wallet": "0x" + "0" * 41},
        {"amount": 5_000_000, "wallet": "\x00"},
    ],
)
def test_bad_input(alice, body):
    assert alice.call("POST", "/api/payouts", body).status_code == 400
    assert Payout.objects.count() == 0


def test_who_may_ask(alice):
    stranger = Client()
    assert stranger.get("/api/payouts").status_code == 401
    assert alice.http.post("/api/payouts", {"amount": 1}, content_type="application/json").status_code == 403
    key = create_api_key(user=alice.user, name="k").secret
    bearer = {"Authorization": f"Bearer {key}"}
    assert stranger.get("/api/payouts", headers=bearer).status_code == 200
    sent = stranger.post(
        "/api/payouts", {"amount": 5 * DOLLAR}, content_type="application/json", headers=bearer
    )
    refused(sent, 401, "session_needed")
    assert Payout.objects.count() == 0


def test_idempotency(alice, bob):
    first = alice.ask(key="k")
    again = alice.ask(key="k", wallet=alice.account.address)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    refused(alice.ask(6 * DOLLAR, key="k"), 409, "idempotency_conflict")
    refused(alice.ask(key="k", wallet=bob.account.address), 409, "idempotency_conflict")
    assert bob.ask(key="k").json()["id"] != first.json()["id"]
    for wrong in ("", " ", "x" * 201, "é"):
        assert alice.ask(key=wrong).status_code == 400, wrong
    assert Payout.objects.count() == 2
    assert_books()


def test_other_peoples_wallets_and_ashaos_own(alice, bob):
    refused(alice.ask(wallet=bob.account.address), 400, "wallet_not_confirmed")
    for address in (CHAIN.treasury, CHAIN.usdc, CHAIN.token, CHAIN.vault, NOBODY):
        refused(alice.ask(wallet=address), 400, "wallet_not_confirmed")
        at = alice.user.created_at
        PayoutWallet.objects.create(user_id=alice.user.pk, wallet=address, confirmed_at=at)
        refused(alice.ask(wallet=address), 400, "bad_wallet")
        refused(alice.ask(wallet=address.lower()), 400, "bad_wallet")
    mistyped = alice.account.address.swapcase().replace("0X", "0x")
    refused(alice.ask(wallet=mistyped), 400, "bad_wallet")
    assert Payout.objects.count() == 0


def test_another_wallet_confirms_that_it_receives(alice, bob):
    other = Account.create()
    proof = alice.proofs(other)
    confirmed = alice.call("POST", "/api/payouts/wallets", proof)
    assert (confirmed.status_code, confirmed.json()["wallet"]) == (200, other.address)
    a_day_passes()
    refused(alice.call("POST", "/api/payouts/wallets", proof), 401, "bad_nonce")
    assert alice.call("GET", "/api/payouts").json()["wallets"] == [alice.account.address, other.address]
    assert alice.ask(wallet=other.address.lower()).json()["wallet"] == other.address
    refused(bob.ask(wallet=other.address), 400, "wallet_not_confirmed")
    path = f"/api/payouts/wallets/{other.address}"
    refused(bob.call("DELETE", path), 404, "wallet_not_found")
    assert alice.call("DELETE", path).status_code == 204
    refused(alice.call("DELETE", path), 404, "wallet_not_found")
    refused(alice.call("DELETE", "/api/payouts/wallets/x"), 404, "wallet_not_found")
    refused(alice.ask(wallet=other.address), 400, "wallet_not_confirmed")


def a_day_passes():
    PayoutWallet.objects.update(usable_at=F("usable_at") - timedelta(days=1))


def test_a_session_alone_redirects_nothing(alice, bob, settings):
    """Whoever has stolen it has a wallet of their own, and not the one that the account belongs to."""
    settings.CHAIN = None  # no contract is asked about a signature
    thief = Account.create()

    def post(own):
        return alice.call("POST", "/api/payouts/wallets", {**alice.proof(thief), **own})

    refused(post({}), 400, "own_signature_needed")
    refused(post({"ownMessage": "x"}), 400, "own_signature_needed")
    refused(post(alice.consent(thief.address, by=thief)), 401, "bad_signature")
    refused(post(alice.consent(thief.address, by=bob.account)), 401, "bad_signature")
    forged = {
        **alice.consent(thief.address),
        "ownSignature": alice.consent(thief.address, by=thief)["ownSignature"],
    }
    refused(post(forged), 401, "bad_signature")
    # what the owner has signed for something else is no consent to this
    refused(post(alice.consent(Account.create().address)), 400, "bad_statement")
    mine = f"Receive the payouts of ashao account {alice.user.public_id}."
    refused(post(alice.consent(thief.address, statement=mine)), 400, "bad_statement")
    nonce_of_bob = bob.call("POST", "/api/auth/nonce").json()["nonce"]
    refused(post(alice.consent(thief.address, nonce=nonce_of_bob)), 401, "bad_nonce")
    assert PayoutWallet.objects.count() == 0
    refused(alice.ask(wallet=thief.address), 400, "wallet_not_confirmed")


def test_a_new_wallet_is_paid_a_day_later(alice):
    other = Account.create()
    added = alice.call("POST", "/api/payouts/wallets", alice.proofs(other)).json()
    row = PayoutWallet.objects.get()
    assert row.usable_at - row.confirmed_at == timedelta(days=1)
    shown = alice.call("GET", "/api/payouts").json()
    assert (shown["wallets"], shown["newWallets"]) == ([alice.account.address], [added])
    refused(alice.ask(wallet=other.address), 409, "wallet_too_new")
    assert alice.ask().status_code == 201  # to one's own, as ever

    again = alice.call("POST", "/api/payouts/wallets", alice.proofs(other))
    assert again.json() == added  # asking once more neither shortens nor lengthens it
    PayoutWallet.objects.update(usable_at=F("usable_at") - timedelta(hours=23, minutes=59))
    refused(alice.ask(wallet=other.address), 409, "wallet_too_new")
    a_day_passes()
    shown = alice.call("GET", "/api/payouts").json()
    assert (shown["wallets"], shown["newWallets"]) == ([alice.account.address, other.address], [])
    assert alice.ask(wallet=other.address).status_code == 201


def test_a_new_wallet_is_taken_away_within_the_day(alice):
    other = Account.create()
    alice.call("POST", "/api/payouts/wallets", alice.proofs(other))
    assert alice.call("DELETE", f"/api/payouts/wallets/{other.address}").status_code == 204
    a_day_passes()
    assert alice.call("GET", "/api/payouts").json()["newWallets"] == []
    refused(alice.ask(wallet=other.address), 400, "wallet_not_confirmed")
    alice.call("POST", "/api/payouts/wallets", alice.proofs(other))
    refused(alice.ask(wallet=other.address), 409, "wallet_too_new")  # the day begins anew


@pytest.mark.parametrize("seconds", [-840, -301, 70, 840])
def test_a_wallet_s_clock_may_be_wrong(alice, seconds):
    proof = alice.proofs(Account.create(), clock_ahead_s=seconds)
    assert alice.call("POST", "/api/payouts/wallets", proof).status_code == 200


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_wallet_s_clock_that_is_far_off_is_named(alice, seconds):
    answer = alice.call("POST", "/api/payouts/wallets", alice.proofs(Account.create(), clock_ahead_s=seconds))
    refused(answer, 401, "clock_wrong")
    assert "60 minutes" in answer.json()["error"]


def test_proofs_that_prove_nothing(alice, bob, settings):
    settings.CHAIN = None  # no contract is asked about a signature
    other = Account.create()

    def post(proof):
        return alice.call("POST", "/api/payouts/wallets", {**alice.consent(other.address), **proof})

    refused(post(alice.proof(other, statement="Sign in to ashao.")), 400, "bad_statement")
    for_bob = f"Receive the payouts of ashao account {bob.user.public_id}."
    refused(post(alice.proof(other, statement=for_bob)), 400, "bad_statement")
    mine = f"Receive the payouts of ashao account {alice.user.public_id}."
    refused(post(alice.proof(other, statement=mine + " And more.")), 400, "bad_statement")
    nonce_of_bob = bob.call("POST", "/api/auth/nonce").json()["nonce"]
    refused(post(alice.proof(other, nonce=nonce_of_bob)), 401, "bad_nonce")
    refused(post(alice.proof(other, host="evil.example")), 401, "wrong_domain")
    by_another = {**alice.proof(other), "signature": alice.proof(Account.create())["signature"]}
    refused(post(by_another), 401, "bad_signature")
    refused(post({"message": "x", "signature": "0x"}), 400, "bad_message")
    for bad in ({}, {"message": 1, "signature": "0x"}, {"message": "x"}):
        assert post(bad).status_code == 400
    assert PayoutWallet.objects.count() == 0


def test_a_limit_on_wallets(alice):
    for _ in range(MAX_WALLETS):
        assert alice.call("POST", "/api/payouts/wallets", alice.proofs(Account.create())).status_code == 200
    response = alice.call("POST", "/api/payouts/wallets", alice.proofs(Account.create()))
    refused(response, 409, "too_many_wallets")
