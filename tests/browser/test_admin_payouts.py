"""Payouts in the admin, in the browser: approved, signed by the treasury's own wallet, paid on the dev chain."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from playwright.sync_api import Browser, BrowserContext, Page, expect
from web3 import HTTPProvider, Web3
from web3.contract import Contract

from ashao_site.embedded import app
from ashao_site.embedded.stack import Stack
from staking.artifacts import artifact

from .conftest import HERE, Pages, watched
from .people import CHAIN_ID, new_wallet
from .second_factor import set_up_second_factor
from .test_sign_in import PROVIDER

PASSWORD = "correct horse battery staple"
DOLLAR = 1_000_000
PAID_WITHIN_S = 120
ASK_FOR_PAYOUTS = """
from ashao_site.accounts.models import User
from ledger.books import chart
from ledger.books.actions import Leg, post_transfer
from ledger.payouts.actions import request_payout
for number, wallet in enumerate({wallets}, start=1):
    user, _ = User.objects.get_or_create_wallet(wallet)
    legs = [Leg(chart.TREASURY_USDC, -9_000_000), Leg(chart.user_earnings(user.pk), 9_000_000)]
    post_transfer(key=f"earned:{{wallet}}", kind="deposit", legs=legs)
    request_payout(user=user, amount_micros=number * 2_000_000, wallet=None, key=None)
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """With the dev chain, on which the configured key signs nothing: the treasury's own wallet has to."""
    with Stack(only=app.EVERYTHING, env={"TREASURY_SIGNER_DAILY_USD": "0"}) as running:
        yield running


@pytest.fixture
def pages(request: pytest.FixtureRequest, stack: Stack, chromium: Browser) -> Iterator[Pages]:
    yield from watched(request, Pages(chromium, stack.base_url))


@pytest.fixture(scope="module")
def manage(stack: Stack) -> Callable[..., str]:
    def run(*args: str, **env: str) -> str:
        command, where = [sys.executable, "manage.py", *args], HERE.parent.parent
        done = subprocess.run(
            command,
            cwd=where,
            env={**stack.env, **env},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def usdc(stack: Stack) -> Contract:
    web3 = Web3(HTTPProvider(stack.chain["CHAIN_RPC_URL"], request_kwargs={"timeout": 10}))
    return web3.eth.contract(
        Web3.to_checksum_address(stack.chain["USDC_ADDRESS"]), abi=artifact("DevUSDC").abi
    )


@pytest.fixture
def treasury(stack: Stack, usdc: Contract) -> LocalAccount:
    """The treasury's key, with $100 on the dev chain."""
    account: LocalAccount = Account.from_key(stack.chain["TREASURY_SIGNER_KEY"])
    faucet: LocalAccount = Account.from_key(stack.chain["FAUCET_KEY"])
    eth = usdc.w3.eth
    nonce = eth.get_transaction_count(faucet.address)
    mint = usdc.functions.mint(account.address, 100 * DOLLAR).build_transaction(
        {"from": faucet.address, "nonce": nonce}
    )
    eth.wait_for_transaction_receipt(
        eth.send_raw_transaction(faucet.sign_transaction(mint).raw_transaction), 20
    )
    return account


def give_signing_wallet(context: BrowserContext, wallet: LocalAccount) -> None:
    """An EIP-1193 wallet that signs typed data, and starts on another chain, as wallets do."""
    chain = ["0x1"]

    def answer(method: str, params: list[str]) -> object:
        match method:
            case "eth_requestAccounts":
                return [wallet.address.lower()]
            case "eth_chainId":
                return chain[0]
            case "wallet_switchEthereumChain":
                chain[0] = hex(CHAIN_ID)
                return None
            case "eth_signTypedData_v4":
                assert params[0] == wallet.address
                return typed_signature(wallet, json.loads(params[1]))
        raise AssertionError(method)

    context.expose_function("aliceWallet", answer)
    context.add_init_script(PROVIDER)


def typed_signature(wallet: LocalAccount, typed: dict[str, dict[str, object]]) -> str:
    numbers = ("value", "validAfter", "validBefore")
    message = {name: int(str(v)) if name in numbers else v for name, v in typed["message"].items()}
    signed = wallet.sign_message(encode_typed_data(full_message={**typed, "message": message}))
    return "0x" + bytes(signed.signature).hex()


def sign_in(page: Page) -> None:
    page.goto("/admin/ledger/payout/")
    page.locator("input[name=username]").fill("alice")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit], input[type=submit]").first.click()
    set_up_second_factor(page)
    expect(page.locator("#result_list")).to_be_visible()


def test_approved_and_signed_by_the_treasurys_wallet(
    pages: Pages, manage: Callable[..., str], treasury: LocalAccount, usdc: Contract
) -> None:
    manage("createsuperuser", "--noinput", "--staff_name", "alice", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    bob, charlie = new_wallet().address, new_wallet().address
    manage("shell", "-c", ASK_FOR_PAYOUTS.format(wallets=[bob, charlie]))
    context = pages.context()
    give_signing_wallet(context, treasury)
    page = context.new_page()

    sign_in(page)
    for box in page.locator("input.action-select").all():
        box.check()
    page.locator("select[name=action]").select_option("approve_selected")
    page.locator("#changelist-actions-wrapper button[type=submit]").first.click()
    expect(page.locator("body")).to_contain_text("2 payouts to 2 people, $6.00 in all")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("body")).to_contain_text("2 payouts approved: $6.00")

    page.get_by_role("link", name="Sign all approved").first.click()
    page.get_by_test_id("sign-with").get_by_text("Wallet of alice").click()
    expect(page.get_by_test_id("sign-done")).to_contain_text("All are signed")
    expect(page.get_by_test_id("sign-state")).to_have_text(["Signed", "Signed"])

    deadline = time.monotonic() + PAID_WITHIN_S
    while time.monotonic() < deadline:
        page.goto("/admin/ledger/payout/?state__exact=final")
        if page.locator("#result_list tbody tr").count() == 2:
            break
        page.wait_for_timeout(500)
    expect(page.locator("#result_list")).to_contain_text("$4.00")
    paid = [usdc.functions.balanceOf(wallet).call() for wallet in (bob, charlie)]
    assert paid == [2 * DOLLAR, 4 * DOLLAR]
    page.locator("#result_list tbody a").first.click()
    expect(page.locator("body")).to_contain_text("payout.approve")
    expect(page.locator("body")).to_contain_text(re.compile("0x[0-9a-f]{64}"))
