"""The walk by which free credits became money: wallets that cost nothing, one's own worker, and a rule that is bought.

Four wallets' grants are spent on a worker of the same person's; then the rule is met for $10 of bought messages and two
weeks. What can be withdrawn at the end is what was bought, less the network's share; stakers gain nothing of the rest.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Web
from eth_account import Account

from ashao_site.accounts.models import User
from ashao_site.lib import clock
from ledger.books import actions as ledger
from ledger.books import chart, queries
from staking.treasury.queries import cache
from tests.accounts.accounts_browser import Browser
from tests.ledger.support import deposit
from tests.trust.test_two_wallets import answer, figures, new_worker, send, withdraw
from tests.workers.support import books_are_true, fund
from workers.jobs.pricing import WORKER_SHARE_BPS, Tier, price_micros
from workers.tasks import release_escrow
from workers.trust.models import OwnerTrust

pytestmark = pytest.mark.django_db(transaction=True)

WALLETS = 4
FREE_EACH = 8
"""Of the 50 that a grant pays for: enough to tell."""
BOUGHT_EACH = 25
"""As many as count of one payer: a hundred in all, which is the rule."""
PRICE = price_micros(Tier.PRO)
SHARE = PRICE * WORKER_SHARE_BPS // 10_000


def wallet(number: int) -> Browser:
    browser = Browser(Account.from_key(number.to_bytes(32, "big")))
    assert browser.sign_in().status_code == 200
    return browser


def test_free_credits_do_not_become_money(monkeypatch: pytest.MonkeyPatch) -> None:
    fund(1_000_000)
    bob, sybils = wallet(100), [wallet(number) for number in range(1, WALLETS + 1)]
    worker = new_worker(bob)
    budget = queries.available(chart.PROMO_BUDGET)
    for sybil in sybils:
        assert sybil.get("/api/credits").json() == {"credits": 500}
        for _ in range(FREE_EACH):
            assert answer(worker, send(sybil)) == SHARE
    free = WALLETS * FREE_EACH
    assert figures(bob) == (free * SHARE, 0)
    for address in (chart.POOL_STAKERS, chart.POOL_BUYBACK):
        assert queries.balance(address) == 0, "free credits are nobody's income"
    assert queries.available(chart.PROMO_BUDGET) == budget + free * (PRICE - SHARE)

    for sybil in sybils:
        use_up_the_grant(sybil)
        user = User.objects.get(wallet=sybil.wallet)
        deposit(chart.user_credits(user.pk), BOUGHT_EACH * PRICE, key=f"deposit:{user.pk}")
        for _ in range(BOUGHT_EACH):
            assert answer(worker, send(sybil)) == SHARE
    bought = WALLETS * BOUGHT_EACH

    later = clock.now() + timedelta(days=15)
    monkeypatch.setattr(clock, "now", lambda: later)
    release_escrow()
    release_escrow()
    trust = bob.get("/api/account").json()["trust"]
    assert (trust["paidJobs"], trust["proposed"], trust["trusted"]) == (100, True, False)
    assert OwnerTrust.objects.get().proposed_at == later
    assert figures(bob) == (free * SHARE, bought * SHARE), "the rule has set nothing free"
    assert bought * SHARE < bought * PRICE
    assert withdraw(bob, bought * SHARE + 1) == (402, "insufficient_earnings")
    assert withdraw(bob, bought * SHARE) == (201, "requested")
    assert figures(bob) == (free * SHARE, 0)
    stakers_have_only_what_was_bought(bought)
    books_are_true()


def use_up_the_grant(sybil: Browser) -> None:
    """What is left of it returns to the budget here, so that what follows is paid with bought credits."""
    user = User.objects.get(wallet=sybil.wallet)
    left = queries.available(chart.user_granted(user.pk))
    legs = [ledger.Leg(chart.user_granted(user.pk), -left), ledger.Leg(chart.PROMO_BUDGET, left)]
    ledger.post_transfer(key=f"used:{user.pk}", kind="grant_return", legs=legs)


def stakers_have_only_what_was_bought(bought: int) -> None:
    rest = bought * (PRICE - SHARE) // 2
    assert queries.balance(chart.POOL_STAKERS) == queries.balance(chart.POOL_BUYBACK) == rest
    cache.forget()
    treasury: dict[str, Any] = Web().get("/api/treasury").json()
    assert treasury["revenue"] == bought * PRICE
    assert treasury["promoted"] == WALLETS * FREE_EACH * SHARE
