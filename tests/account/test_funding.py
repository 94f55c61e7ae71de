"""The USDC behind a development network's free credits: minted once, whatever is killed, and booked once."""

from typing import Any

import pytest
from django.core.management import call_command

from ashao_site.chain.notation import NOBODY
from ashao_site.chain.settings import ChainSettings
from ledger.books import chart
from ledger.books.actions import fund_promo
from ledger.books.models import Transfer
from ledger.books.queries import balance
from ledger.deposits import faucet
from ledger.deposits.faucet import DEVELOPMENT_FUNDING_KEY
from ledger.deposits.models import Booked, TreasuryTransfer
from ledger.tasks import follow_chain
from staking.artifacts import artifact
from tests.contracts.support import Chain
from tests.indexer.support import follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def clean(on_chain: ChainSettings, chain: Chain, settings: Any) -> Any:
    """The chain as it was before the test, at its end: a fresh treasury each time. Its USDC, by a call."""
    before = chain.rpc("evm_snapshot")
    settings.DEVELOPMENT_PROMO_BUDGET_USD = 10_000
    usdc = chain.web3.eth.contract(on_chain.usdc, abi=artifact("DevUSDC").abi)
    yield lambda: usdc.functions.balanceOf(on_chain.treasury).call()
    chain.rpc("evm_setAutomine", True)
    chain.rpc("evm_revert", before)


def mine(chain: Chain, blocks: int = 3) -> None:
    chain.rpc("anvil_mine", hex(blocks))


def test_the_key_is_the_one_that_is_in_the_books_of_old_networks() -> None:
    assert DEVELOPMENT_FUNDING_KEY == "bootstrap:promo"


def test_the_treasury_has_what_bootstrap_booked(clean: Any, chain: Chain) -> None:
    had = clean()
    call_command("bootstrap")
    for _ in range(4):
        follow_chain()
        mine(chain)
    assert clean() == had + 10_000_000_000
    row = TreasuryTransfer.objects.get(ledger_key=DEVELOPMENT_FUNDING_KEY)
    assert (row.booked, row.counterparty, row.amount_micros) == (Booked.FUNDING, NOBODY, 10_000_000_000)
    assert balance(chart.PROMO_BUDGET) == 10_000_000_000
    assert balance(chart.TREASURY_USDC) == -10_000_000_000 - balance(chart.SUSPENSE)
    assert Transfer.objects.filter(kind="promo_funding").count() == 1


def test_nothing_where_nothing_was_booked(clean: Any, settings: Any) -> None:
    settings.DEVELOPMENT_PROMO_BUDGET_USD = 0
    call_command("bootstrap")
    had = clean()
    assert faucet.fund_development_treasury() is None
    assert clean() == had
    assert faucet.development_funding_key(counterparty=NOBODY, amount_micros=0) is None


def test_killed_after_it_was_sent(clean: Any, chain: Chain) -> None:
    """The next process knows nothing but the chain: the mint waits for its block, then it is in one."""
    call_command("bootstrap")
    had = clean()
    chain.rpc("evm_setAutomine", False)
    assert faucet.fund_development_treasury() is not None
    assert faucet.fund_development_treasury() is None
    mine(chain, 1)
    assert clean() == had + 10_000_000_000
    assert faucet.fund_development_treasury() is None
    mine(chain, 1)
    assert clean() == had + 10_000_000_000


def test_lost_before_its_block(clean: Any, chain: Chain) -> None:
    """A dev chain that was killed forgets what was pending: it is sent again."""
    call_command("bootstrap")
    had = clean()
    chain.rpc("evm_setAutomine", False)
    sent = faucet.fund_development_treasury()
    chain.rpc("anvil_dropTransaction", sent)
    assert faucet.fund_development_treasury() is not None
    mine(chain, 1)
    assert clean() == had + 10_000_000_000


def test_what_was_booked_counts_not_what_is_set(clean: Any, settings: Any) -> None:
    fund_promo(
        key=DEVELOPMENT_FUNDING_KEY, amount_micros=7_000_000, note="Of an earlier start.", staff="bootstrap"
    )
    had = clean()
    assert faucet.fund_development_treasury() is not None
    assert clean() == had + 7_000_000


def test_only_one_mint_of_that_amount_is_the_funding(
    clean: Any, on_chain: ChainSettings, chain: Chain
) -> None:
    call_command("bootstrap")
    usdc = chain.web3.eth.contract(on_chain.usdc, abi=artifact("DevUSDC").abi)
    for micros in (10_000_000_000, 10_000_000_000, 5):
        chain.send(chain.role("faucet"), usdc.functions.mint(on_chain.treasury, micros))
    assert faucet.fund_development_treasury() is None, "the first of them is taken for it"
    mine(chain)
    suspense = balance(chart.SUSPENSE)
    follow()
    assert TreasuryTransfer.objects.filter(ledger_key=DEVELOPMENT_FUNDING_KEY).count() == 1
    assert balance(chart.SUSPENSE) - suspense >= 10_000_000_005


def test_no_other_sender_is_it(clean: Any, on_chain: ChainSettings) -> None:
    call_command("bootstrap")
    wallet = on_chain.vault
    assert faucet.development_funding_key(counterparty=wallet, amount_micros=10_000_000_000) is None
    assert faucet.development_funding_key(counterparty=NOBODY, amount_micros=9_999_999_999) is None
    assert (
        faucet.development_funding_key(counterparty=NOBODY, amount_micros=10_000_000_000)
        == DEVELOPMENT_FUNDING_KEY
    )
