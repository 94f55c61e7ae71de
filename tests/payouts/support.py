"""A treasury, a relayer and people who have earned something, on a real chain."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from web3.contract import Contract

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ledger.books import chart
from ledger.books import queries as books
from ledger.payouts import actions, queries
from ledger.payouts.advance import advance_payouts
from ledger.payouts.models import Payout
from ledger.payouts.signers.wallet import WalletSignature
from staking.artifacts import artifact
from tests.contracts.support import Chain
from tests.ledger.support import deposit

DOLLAR = 1_000_000
_numbers = count(1)


@dataclass
class Town:
    """Each test has its own: nothing on the chain is shared but the contracts."""

    chain: Chain
    shared: ChainSettings
    treasury: LocalAccount = field(default_factory=Account.create)
    relayer: LocalAccount = field(default_factory=Account.create)

    @property
    def config(self) -> ChainSettings:
        return replace(self.shared, treasury=self.treasury.address)

    @property
    def usdc(self) -> Contract:
        return self.chain.web3.eth.contract(self.shared.usdc, abi=artifact("DevUSDC").abi)

    def fund(self, amount_micros: int, address: str = "") -> None:
        mint = self.usdc.functions.mint(address or self.config.treasury, amount_micros)
        self.chain.send(self.chain.role("faucet"), mint)

    def blacklist(self, wallet: str, *, off: bool = False) -> None:
        call = self.usdc.functions.unBlacklist(wallet) if off else self.usdc.functions.blacklist(wallet)
        self.chain.send(self.chain.role("blacklister"), call)

    def balance(self, wallet: str) -> int:
        return int(self.usdc.functions.balanceOf(wallet).call())

    def mine(self, blocks: int = 1) -> None:
        self.chain.rpc("anvil_mine", hex(blocks))

    def pass_time(self, seconds: int) -> None:
        """Of the chain's time."""
        self.chain.rpc("evm_increaseTime", seconds)
        self.mine()

    def earner(self, earned_micros: int = 100 * DOLLAR) -> User:
        """A person with a wallet of their own and earnings."""
        user, _ = User.objects.get_or_create_wallet(Account.create().address)
        deposit(chart.user_earnings(user.pk), earned_micros, key=f"earned:{next(_numbers)}")
        return user

    def requested(self, amount_micros: int = 5 * DOLLAR, user: User | None = None) -> Payout:
        user = user or self.earner(max(amount_micros, 100 * DOLLAR))
        return actions.request_payout(user=user, amount_micros=amount_micros, wallet=None, key=None)

    def approved(self, amount_micros: int = 5 * DOLLAR, user: User | None = None) -> Payout:
        payout = self.requested(amount_micros, user)
        for _ in range(queries.approvals_needed(payout)):
            payout = actions.approve_payout(staff=staff(), public_id=payout.public_id)
        return payout

    def advance(self, rounds: int = 1) -> None:
        """What the settlement process does, with a confirmation between the rounds."""
        for number in range(rounds):
            if number:
                self.mine()
            advance_payouts()

    def finish(self) -> None:
        """As long as it takes when nothing is in the way."""
        self.advance(5)

    def sign(self, typed: dict[str, Any], key: LocalAccount | None = None) -> str:
        """What the treasury's wallet answers to eth_signTypedData_v4."""
        numbers = ("value", "validAfter", "validBefore")
        message = {k: int(v) if k in numbers else v for k, v in typed["message"].items()}
        signed = (key or self.treasury).sign_message(
            encode_typed_data(full_message={**typed, "message": message})
        )
        return "0x" + bytes(signed.signature).hex()

    def sign_all(self, *payouts: Payout) -> list[WalletSignature]:
        asked = actions.prepare_for_wallet(staff=staff(), public_ids=[p.public_id for p in payouts])
        return [WalletSignature(a.public_id, a.valid_before, self.sign(a.typed_data)) for a in asked]

    def hand_in(self, payout: Payout, valid_before: int, signature: str, *, status: int = 1) -> Any:
        """Somebody else sends the authorization: it is public."""
        raw = bytes.fromhex(signature[2:])
        form = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"
        nonce = bytes.fromhex(payout.nonce[2:])
        call = self.usdc.get_function_by_signature(form)(
            self.config.treasury, payout.wallet, payout.amount_micros, 0, valid_before, nonce, raw
        )
        return self.chain.send(self.chain.role("deployer"), call, status=status)


def staff() -> User:
    """Another person of the staff each time."""
    return User.objects.create_user(f"staff{next(_numbers)}")


def fresh(payout: Payout) -> Payout:
    return Payout.objects.get(pk=payout.pk)


def state_of(payout: Payout) -> str:
    return fresh(payout).state


def earnings(payout: Payout) -> int:
    return books.balance(chart.user_earnings(payout.user_id))


def set_aside(payout: Payout) -> int:
    return books.balance(chart.payout(payout.public_id))


def assert_paid_once(town: Town, *payouts: Payout) -> None:
    """On the chain, in the rows and in the books."""
    for payout in payouts:
        found = fresh(payout)
        assert found.state == "final", (found.state, found.problem, queries.relayer_problem())
        assert town.balance(payout.wallet) == payout.amount_micros
        assert set_aside(payout) == 0
    assert books.check_books() == []


def assert_given_back(town: Town, payout: Payout) -> None:
    found = fresh(payout)
    assert found.state == "failed", (found.state, found.problem)
    assert found.problem
    assert set_aside(payout) == 0
    assert town.balance(payout.wallet) == 0
    assert books.check_books() == []
