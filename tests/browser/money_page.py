"""The account, stake and treasury pages as a person sees them."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from .chain_wallet import ChainWallet
from .conftest import Pages

CHAIN_MS = 240_000
"""For what needs blocks, confirmations and the indexer's next look."""


@dataclass(frozen=True)
class MoneyPage:
    """One of the pages about money."""

    page: Page

    def test_id(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    def open(self, path: str) -> "MoneyPage":
        self.page.goto(path)
        expect(self.test_id(f"{path.strip('/')}-page")).to_be_visible()
        return self

    def sign_in(self, wallet: ChainWallet | None = None) -> "MoneyPage":
        """With that wallet, or with the development wallet."""
        self.test_id("sign-in").click()
        if wallet is None:
            self.test_id("dev-wallet").click()
        else:
            self.test_id("wallet-option").get_by_text(wallet.title).click()
        expect(self.test_id("balance")).to_be_visible()
        return self

    def take_test_money(self) -> "MoneyPage":
        """At the account page: from the faucet, until the page shows it."""
        self.test_id("get-test-money").click()
        expect(self.test_id("wallet-usdc")).to_have_text("$100.00", timeout=CHAIN_MS)
        return self

    def exact(self, name: str) -> int:
        """A figure in its smallest unit."""
        return int(self.test_id(name).get_attribute("data-exact") or "-1")

    def expect_exact(self, name: str, amount: int) -> None:
        expect(self.test_id(name)).to_have_attribute("data-exact", str(amount), timeout=CHAIN_MS)


def somebody(pages: Pages, base_url: str, path: str = "/account") -> tuple[MoneyPage, ChainWallet]:
    """A new person with a wallet of their own in a browser of their own, signed in."""
    context = pages.context()
    wallet = ChainWallet(base_url).enter(context)
    return MoneyPage(context.new_page()).open(path).sign_in(wallet), wallet
