"""Credits bought, stakes, payouts and the treasury, on the dev chain, with a wallet that signs."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ashao_site.embedded import app
from ashao_site.embedded.config import ROOT
from ashao_site.embedded.stack import Stack

from .chain_wallet import ChainWallet
from .conftest import ARTIFACTS, Pages, watched
from .looks import SCHEMES, SIZES, violations
from .money_page import CHAIN_MS, MoneyPage, somebody

PICTURES = ARTIFACTS / "money"
ASHAO = 10**18
EARNED = """
from ashao_site.accounts.models import User
from ledger.books import actions, chart
user = User.objects.get(wallet="{wallet}")
legs = [actions.Leg(chart.POOL_CLOUD, -{micros}), actions.Leg(chart.user_earnings(user.pk), {micros})]
actions.post_transfer(key="test:{wallet}", kind="job", legs=legs, reference="test")
"""


@pytest.fixture(scope="module")
def money_stack() -> Iterator[Stack]:
    with Stack(only=app.EVERYTHING) as running:
        yield running


@pytest.fixture(scope="module")
def shell(money_stack: Stack) -> Callable[[str], None]:
    """Runs Python in the stack's Django."""

    def run(code: str) -> None:
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        env = {
            **money_stack.env,
            "DATABASE_URL": money_stack.database_url,
            "REDIS_URL": money_stack.redis_url,
        }
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture
def money(request: pytest.FixtureRequest, money_stack: Stack, chromium: Browser) -> Iterator[Pages]:
    yield from watched(request, Pages(chromium, money_stack.base_url))


def look(tab: MoneyPage, state: str) -> None:
    """Take pictures of the page as it is, light and dark, on both sizes, and have axe look at each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size, (width, height) in SIZES.items():
            tab.page.set_viewport_size({"width": width, "height": height})
            tab.page.screenshot(path=Path(PICTURES / f"{state}-{size}-{scheme}.png"), full_page=True)
            assert violations(tab.page) == [], f"{state} on a {size}, {scheme}"
            wider: int = tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{state} on a {size} is {wider} pixels too wide"
    tab.page.set_viewport_size({"width": 1280, "height": 800})


def test_test_money_becomes_credits(money: Pages, money_stack: Stack) -> None:
    tab, wallet = somebody(money, money_stack.base_url)
    expect(tab.test_id("buy-credits")).to_be_disabled()  # the wallet has nothing yet
    tab.take_test_money()
    tab.test_id("buy-20").check(force=True)
    expect(tab.test_id("buy-gets")).to_contain_text("2,000 credits")
    tab.test_id("buy-credits").click()

    deposit = tab.test_id("deposit")
    expect(deposit).to_have_attribute("data-state", re.compile("sent|included"))
    tab.page.reload()
    expect(deposit).to_have_attribute("data-state", "credited", timeout=CHAIN_MS)
    expect(tab.test_id("balance")).to_contain_text("2,500", timeout=CHAIN_MS)
    tab.expect_exact("credits-bought", 20_000_000)
    expect(tab.test_id("wallet-usdc")).to_have_text("$80.00", timeout=CHAIN_MS)
    assert wallet.token_balance("usdc") == 80_000_000
    assert wallet.asked.count("eth_sendTransaction") == 1

    rows = tab.test_id("statement-row")
    expect(rows).to_have_count(2, timeout=CHAIN_MS)
    expect(rows.first).to_have_attribute("data-micros", "20000000")
    tab.test_id("statement-granted").check(force=True)
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-kind", "grant")
    csv = tab.page.request.get("/api/statement.csv").text()
    assert "20000000" in csv
    tab.test_id("statement-all").check(force=True)
    expect(rows).to_have_count(2)
    look(tab, "account")


def test_a_wallet_that_declines_or_is_elsewhere(money: Pages, money_stack: Stack) -> None:
    tab, wallet = somebody(money, money_stack.base_url)
    tab.take_test_money()
    wallet.declines = frozenset({"eth_sendTransaction"})
    tab.test_id("buy-5").check(force=True)
    tab.test_id("buy-credits").click()
    expect(tab.test_id("error")).to_contain_text("You declined the request")

    wallet.declines = frozenset({"wallet_switchEthereumChain"})
    wallet.on_chain = 1
    tab.test_id("buy-credits").click()
    expect(tab.test_id("error")).to_contain_text("Switch it to ashao dev chain")
    expect(tab.test_id("deposit")).to_have_count(0)

    wallet.declines = frozenset()
    wallet.knows_chain = False
    tab.test_id("buy-other").check(force=True)
    tab.test_id("buy-amount").fill("0.005")
    expect(tab.test_id("buy-amount-problem")).to_contain_text("whole cents")
    expect(tab.test_id("buy-credits")).to_be_disabled()
    tab.test_id("buy-amount").fill("0.50")
    money.expect_problem(r"400.*/api/credits/buy")
    tab.test_id("buy-credits").click()
    expect(tab.test_id("buy-amount-problem")).to_contain_text("$1.00")
    tab.test_id("buy-amount").fill("1.50")
    tab.test_id("buy-credits").click()
    expect(tab.test_id("deposit")).to_have_count(1)
    assert "wallet_addEthereumChain" in wallet.asked
    expect(tab.test_id("deposit")).to_have_attribute("data-state", "credited", timeout=CHAIN_MS)
    expect(tab.test_id("balance")).to_contain_text("650")


def test_staking_and_taking_it_back(money: Pages) -> None:
    """With the development wallet: a key of this browser, which sends to the dev chain by itself."""
    tab = MoneyPage(money.context().new_page()).open("/account").sign_in()
    tab.take_test_money()
    tab.open("/stake")
    tab.expect_exact("wallet-ashao", 10_000 * ASHAO)
    tab.test_id("stake-amount").fill("10000.000000000000000001")
    expect(tab.test_id("stake-amount-problem")).to_contain_text("10,000 $ASHAO")
    tab.test_id("stake-amount").fill("1200.000000000000000001")
    tab.test_id("stake-submit").click()
    expect(tab.test_id("stake-steps").get_by_role("listitem")).to_have_count(3)
    expect(tab.test_id("stake-made")).to_be_visible(timeout=CHAIN_MS)
    expect(tab.test_id("stake-made")).to_have_attribute("data-counted", "true", timeout=CHAIN_MS)
    tab.expect_exact("stake", 1_200 * ASHAO + 1)
    tab.expect_exact("worker-share", 8_000)
    tab.expect_exact("wallet-ashao", 8_800 * ASHAO - 1)
    look(tab, "stake")

    tab.test_id("way-unstake").check(force=True)
    tab.test_id("stake-max").click()
    expect(tab.test_id("stake-amount")).to_have_value("1200.000000000000000001")
    tab.test_id("stake-amount").fill("200")
    tab.test_id("stake-submit").click()
    expect(tab.test_id("pending-stake")).to_be_visible(timeout=CHAIN_MS)
    tab.page.reload()
    tab.expect_exact("stake", 1_000 * ASHAO + 1)
    expect(tab.test_id("pending-stake")).to_have_count(0)


def test_asking_for_a_payout(money: Pages, money_stack: Stack, shell: Callable[[str], None]) -> None:
    tab, alice = somebody(money, money_stack.base_url)
    shell(EARNED.format(wallet=alice.account.address, micros=12_345_678))
    bob = ChainWallet(money_stack.base_url, title="Wallet of bob").enter(tab.page.context)
    tab.page.reload()
    tab.expect_exact("earnings", 12_345_678)

    tab.test_id("payout-amount").fill("0.5")
    expect(tab.test_id("payout-amount-problem")).to_contain_text("smallest payout is $1.00")
    tab.test_id("payout-amount").fill("2")
    tab.test_id("request-payout").click()
    payouts = tab.test_id("payout")
    expect(payouts).to_have_count(1)
    expect(payouts).to_contain_text(re.compile("Waiting for approval|Approved|Signed|Sent|confirmed|Paid"))
    tab.expect_exact("earnings", 10_345_678)

    tab.test_id("add-wallet").click()
    tab.test_id("payout-wallet-option").get_by_text("Wallet of bob").click()
    expect(tab.test_id("own-wallet-step")).to_contain_text(alice.account.address[:6])
    tab.test_id("own-wallet-option").get_by_text("Wallet of bob").click()
    expect(tab.test_id("error")).to_contain_text("doesn’t hold the account that you sign in with")
    look(tab, "account-own-wallet-signs")
    tab.test_id("own-wallet-option").get_by_text("Wallet of alice").click()
    expect(tab.test_id("payout-wallet-row")).to_have_count(1)
    expect(tab.test_id("wallet-usable-at")).to_be_visible()
    expect(tab.test_id("payout-wallet")).to_have_count(0)  # not yet
    expect(tab.test_id("new-wallet-notice")).to_contain_text(bob.account.address[:6])
    look(tab, "account-new-wallet")
    shell(
        "from ledger.payouts.models import PayoutWallet; PayoutWallet.objects.update(usable_at='2026-01-01T00:00Z')"
    )
    tab.page.reload()
    expect(tab.test_id("new-wallet-notice")).to_have_count(0)
    tab.test_id("payout-wallet").select_option(bob.account.address)
    tab.test_id("payout-all").click()
    expect(tab.test_id("payout-amount")).to_have_value("10.345678")
    tab.test_id("request-payout").click()
    expect(payouts).to_have_count(2)
    expect(payouts.first).to_contain_text(bob.account.address[:6])
    tab.expect_exact("earnings", 0)
    look(tab, "account-payouts")

    tab.test_id("remove-wallet").click()
    tab.test_id("confirm-remove-wallet").click()
    expect(tab.test_id("payout-wallet-row")).to_have_count(0)


def test_what_visitors_see(money: Pages) -> None:
    tab = MoneyPage(money.context().new_page()).open("/treasury")
    expect(tab.test_id("treasury")).to_have_attribute("data-state", "ready")
    tab.expect_exact("supply", 10**9 * ASHAO)
    expect(tab.test_id("treasury-empty")).to_be_visible()
    look(tab, "treasury")
    tab.open("/stake")
    expect(tab.test_id("network-stake")).to_be_visible()
    look(tab, "stake-visitor")
    tab.open("/account")
    expect(tab.test_id("visitor-sign-in")).to_be_visible()


def test_the_pages_on_a_phone_by_keyboard(money: Pages) -> None:
    tab = MoneyPage(money.context(width=390, height=844).new_page()).open("/treasury")
    menu = tab.test_id("pages-menu")
    expect(menu).to_contain_text("Treasury")
    menu.focus()
    tab.page.keyboard.press("Enter")
    expect(tab.test_id("nav-stake")).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(tab.test_id("nav-stake")).to_be_hidden()
    expect(menu).to_be_focused()
    tab.page.keyboard.press("Enter")
    tab.test_id("nav-stake").click()
    expect(tab.test_id("stake-page")).to_be_visible()
