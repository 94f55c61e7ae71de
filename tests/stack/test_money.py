"""The money's whole way, on a real stack with a dev chain: bought, spent, earned, staked, paid out, bought back."""

from collections.abc import Iterator

import pytest

from ashao_site.embedded import app
from ashao_site.embedded.stack import Stack
from tests.browser.people import ScriptedWorker
from tests.stack.support import Database
from tests.stack.wallets import StackChain, WalletPerson, manage, until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1_500)]

USD = 1_000_000
BOUGHT = 20 * USD
MESSAGES = 30
PRICE = 100_000
STAKED = 1_000 * 10**18
PROMO_USD = 5
EPOCH_S = 20
KILLS = 6
"""Of a process, in a test. The supervisor gives up on a process that ends more often than that."""
ENV = {
    "STAKING_EPOCH_S": str(EPOCH_S),
    "PAYOUT_MIN_USD": "0",
    "PAYOUTS_PER_DAY": "50",
    "WORKER_GRACE_MS": "60000",
    "DEVELOPMENT_PROMO_BUDGET_USD": str(
        PROMO_USD
    ),  # for one grant only: who comes later pays with bought credits
}
STAFF = """
import json
from ashao_site.accounts.models import User
staff, _ = User.objects.get_or_create(staff_name="staff", defaults={"is_staff": True})
"""
APPROVE = """
from ledger.payouts.models import Payout
from ledger.payouts.actions import approve_payout
ids = list(Payout.objects.filter(state="requested").values_list("public_id", flat=True))
print(json.dumps([str(approve_payout(staff=staff, public_id=each).state) for each in ids]))
"""
BOOK = """
from ledger.treasury.bookings import book_payment
booked = book_payment(staff=staff, kind="buyback", tx_hash="{tx}", burn_tx_hash="{burn}")
print(json.dumps([booked.amount_micros, str(booked.burned_wei)]))
"""
RECONCILE = """
from ledger.reconciliation.actions import reconcile
report = reconcile()
print(json.dumps({"agrees": report.agrees, "unexplained": report.unexplained_micros,
    "difference": report.difference_micros, "ledger": report.ledger.cash_micros,
    "node": report.chain.node and report.chain.node.latest_micros, "found": [str(f.code) for f in report.findings]}))
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(only=app.EVERYTHING, env=ENV) as running:
        yield running


@pytest.fixture(scope="module")
def chain(stack: Stack) -> StackChain:
    return StackChain(stack)


def buy(person: WalletPerson, chain: StackChain, amount_micros: int) -> None:
    """Buy credits as the account page does, and wait until they can be spent."""
    before = person.get("/api/account")["bought"]
    [sent] = person.send_all(
        chain, person.post("/api/credits/buy", {"amount": amount_micros})["transactions"]
    )
    person.post("/api/deposits", {"txHash": sent, "amount": amount_micros})
    until(
        lambda: person.get("/api/account")["bought"] == before + amount_micros,
        timeout_s=300,
        otherwise="the deposit was not credited",
    )
    assert [row["state"] for row in person.get("/api/deposits")["deposits"] if row["txHash"] == sent] == [
        "credited"
    ]


def stake(person: WalletPerson, chain: StackChain, amount_wei: int) -> None:
    person.send_all(chain, person.post("/api/staking/stake", {"amount": str(amount_wei)})["transactions"])
    until(
        lambda: person.get("/api/staking")["you"]["stake"] == str(amount_wei),
        timeout_s=300,
        otherwise="the stake was not confirmed",
    )


def serve(alice: WalletPerson, worker: ScriptedWorker, messages: int) -> int:
    """The worker's earnings of so many of alice's messages."""
    earned = 0
    for number in range(messages):
        alice.post("/api/chat/send", {"tier": "pro", "content": f"Question {number}"})
        earned += worker.answer(worker.claim(), ["An ", "answer."], pause_s=0)
    return earned


def ask_for_everything(person: WalletPerson) -> int:
    """Ask for what can be paid out; how much that was."""
    amount = int(person.get("/api/payouts")["available"])
    asked = person.post("/api/payouts", {"amount": amount})
    assert (asked["state"], asked["amount"]) == ("requested", amount)
    return amount


def await_final(people: list[WalletPerson], chain: StackChain) -> None:
    def all_final() -> bool:
        chain.mine(1)
        states = [row["state"] for person in people for row in person.get("/api/payouts")["payouts"]]
        return set(states) == {"final"}

    until(all_final, timeout_s=300, otherwise="the payouts were not final")


def test_from_a_purchase_to_zero_difference(stack: Stack, chain: StackChain) -> None:
    bob = WalletPerson(stack.base_url).sign_in()  # gets the only grant there is
    alice, charlie = WalletPerson(stack.base_url).sign_in(), WalletPerson(stack.base_url).sign_in()
    for person in (alice, bob):
        person.test_money(chain)
    buy(alice, chain, BOUGHT)
    assert alice.get("/api/credits") == {"credits": BOUGHT // 10_000}
    stake(bob, chain, STAKED)
    stake(alice, chain, 3 * STAKED)

    with ScriptedWorker(bob) as worker:
        bobs = serve(alice, worker, MESSAGES // 2)
    with ScriptedWorker(charlie) as worker:
        charlies = serve(alice, worker, MESSAGES // 2)
    assert bobs == MESSAGES // 2 * PRICE * 80 // 100  # stakes
    assert charlies == MESSAGES // 2 * PRICE * 70 // 100
    pool = MESSAGES // 2 * PRICE * (20 + 30) // 100 // 2
    assert alice.get("/api/credits") == {"credits": (BOUGHT - MESSAGES * PRICE) // 10_000}

    def rewarded() -> int:
        chain.mine(1)
        paid = alice.get("/api/treasury")["rewardsPaid"]
        return int(paid) if paid >= pool - 2 else 0  # what does not divide is carried on

    rewards = until(rewarded, timeout_s=300, otherwise="no epoch was settled")
    assert pool - 2 <= rewards <= pool
    assert alice.get("/api/staking")["you"]["rewards"] + bob.get("/api/staking")["you"]["rewards"] == rewards

    held = {person.wallet.address: chain.usdc_of(person.wallet.address) for person in (alice, bob, charlie)}
    asked = {person.wallet.address: ask_for_everything(person) for person in (alice, bob, charlie)}
    assert asked[charlie.wallet.address] == charlies
    assert sum(asked.values()) == bobs + charlies + rewards
    assert manage(stack, STAFF + APPROVE) == ["approved"] * 3
    await_final([alice, bob, charlie], chain)
    for address, amount in asked.items():
        assert chain.usdc_of(address) == held[address] + amount

    buy_back(stack, chain, pool)
    books = Database(stack)
    books.check_books()
    found = until(
        lambda: (chain.mine(1), (said := manage(stack, STAFF + RECONCILE)))[1]["agrees"] and said,
        timeout_s=300,
        otherwise="the reconciliation did not agree",
    )
    assert (found["difference"], found["unexplained"]) == (0, 0), found
    expected = PROMO_USD * USD + BOUGHT - sum(asked.values()) - pool
    assert found["ledger"] == found["node"] == chain.usdc_of(chain.treasury) == expected


def buy_back(stack: Stack, chain: StackChain, amount_micros: int) -> None:
    """The treasury's wallet buys $ASHAO from a market and burns it; staff record both transactions."""
    treasury, market = chain.key("TREASURY_SIGNER_KEY"), chain.key("FAUCET_KEY")
    burned = 12 * 10**18
    paid = chain.call(treasury, chain.usdc.functions.transfer(market.address, amount_micros))
    chain.call(market, chain.token.functions.transfer(treasury.address, burned))
    burn = chain.call(treasury, chain.token.functions.burn(burned))
    chain.mine(3)
    assert manage(stack, STAFF + BOOK.format(tx=paid, burn=burn)) == [amount_micros, str(burned)]


def test_the_settlement_process_is_killed_again_and_again_while_it_pays(
    stack: Stack, chain: StackChain
) -> None:
    WalletPerson(stack.base_url).sign_in()  # gets the grant, where this test runs alone
    payer, worker_owner = WalletPerson(stack.base_url).sign_in(), WalletPerson(stack.base_url).sign_in()
    payer.test_money(chain)
    buy(payer, chain, 5 * USD)
    with ScriptedWorker(worker_owner) as worker:
        part = serve(payer, worker, 12) // KILLS
    for _ in range(KILLS):  # each in the middle of the newest payout, and somewhere in those before it
        asked = worker_owner.post("/api/payouts", {"amount": part})["id"]
        assert manage(stack, STAFF + APPROVE) == ["approved"]

        def begun(payout: str = asked) -> bool:
            [state] = [
                row["state"] for row in worker_owner.get("/api/payouts")["payouts"] if row["id"] == payout
            ]
            return state != "approved"

        until(begun, timeout_s=300, otherwise="a payout did not go on")
        stack.wait_restarted("settlement", stack.kill("settlement"))
    await_final([worker_owner], chain)
    assert chain.usdc_of(worker_owner.wallet.address) == part * KILLS
    Database(stack).check_books()
    assert manage(stack, STAFF + RECONCILE)["unexplained"] == 0
