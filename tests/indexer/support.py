"""A chain on which people pay, stake and burn, and what the books make of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
from django.conf import settings
from eth_account.signers.local import LocalAccount
from web3.contract import Contract

from ashao_site.accounts.models import User
from ashao_site.chain.indexer import follow as indexer
from ashao_site.chain.indexer import queries
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.settings import ChainSettings
from ledger.books import chart
from ledger.books import queries as books
from ledger.deposits.models import TreasuryTransfer
from ledger.treasury.explaining import match_outgoing
from ledger.treasury.models import Burn
from staking.artifacts import artifact
from staking.rewards.models import Stake, StakeChange
from tests.contracts.support import GAS, Chain

USD = 10**6
ASHAO = 10**18
DEEP = 2


def follow() -> None:
    """Read what is new and confirmed, and explain what left the treasury, as the task does."""
    indexer.follow()
    match_outgoing(chain_id=settings.CHAIN.chain_id if settings.CHAIN else 0)


@dataclass
class World:
    """A treasury of its own on the tests' chain, read from where the chain was when the test began."""

    chain: Chain
    config: ChainSettings
    treasury: LocalAccount

    def contract(self, name: str, address: str) -> Contract:
        return self.chain.web3.eth.contract(address, abi=artifact(name).abi)

    @property
    def usdc(self) -> Contract:
        return self.contract("DevUSDC", self.config.usdc)

    @property
    def token(self) -> Contract:
        return self.contract("AshaoToken", self.config.token)

    @property
    def vault(self) -> Contract:
        return self.contract("StakingVault", self.config.vault)

    def rich(self, usd: int = 1_000, ashao: int = 1_000) -> LocalAccount:
        """An account with ether, USDC and $ASHAO."""
        account = self.chain.person()
        faucet = self.chain.role("faucet")
        self.chain.send(faucet, self.usdc.functions.mint(account.address, usd * USD))
        self.chain.send(faucet, self.token.functions.transfer(account.address, ashao * ASHAO))
        return account

    def pay(self, sender: LocalAccount, micros: int, to: str | None = None) -> str:
        call = self.usdc.functions.transfer(to or self.treasury.address, micros)
        return self.chain.send(sender, call)["transactionHash"].to_0x_hex()

    def signed(self, sender: LocalAccount, call: Any, nonce_ahead: int = 0) -> str:
        """A transaction, signed and not sent."""
        nonce = self.chain.web3.eth.get_transaction_count(sender.address) + nonce_ahead
        signed = sender.sign_transaction(
            {
                "to": call.address,
                "data": call._encode_transaction_data(),
                "gasPrice": 2 * 10**9,
                "gas": GAS,
                "nonce": nonce,
                "chainId": self.config.chain_id,
                "value": 0,
            }
        )
        return signed.raw_transaction.to_0x_hex()

    def transfer(self, sender: LocalAccount, micros: int, nonce_ahead: int = 0) -> str:
        """A payment to the treasury, signed and not sent."""
        return self.signed(sender, self.usdc.functions.transfer(self.treasury.address, micros), nonce_ahead)

    def submit(self, raw: str) -> str:
        """Send a signed transaction; its hash, once it is in a block."""
        self.chain.nonces.clear()
        sent = self.chain.web3.eth.send_raw_transaction(raw)
        receipt = self.chain.web3.eth.wait_for_transaction_receipt(sent, timeout=180, poll_latency=0.005)
        assert receipt["status"] == 1
        return sent.to_0x_hex()

    def held(self) -> int:
        """What the treasury has, by the chain's own account."""
        return self.usdc.functions.balanceOf(self.treasury.address).call()

    def stake(self, wallet: LocalAccount, wei: int) -> None:
        self.chain.send(wallet, self.token.functions.approve(self.config.vault, wei))
        self.chain.send(wallet, self.vault.functions.stake(wei))

    def unstake(self, wallet: LocalAccount, wei: int) -> None:
        self.chain.send(wallet, self.vault.functions.unstake(wei))

    def burn(self, wallet: LocalAccount, wei: int) -> None:
        self.chain.send(wallet, self.token.functions.burn(wei))

    def mine(self, blocks: int = DEEP) -> None:
        self.chain.rpc("anvil_mine", hex(blocks))

    def head(self) -> int:
        return self.chain.web3.eth.block_number

    def confirm(self) -> None:
        """Everything so far gets its confirmations, and is read."""
        self.mine()
        follow()

    def reorg(self, depth: int, *transactions: tuple[str, int]) -> None:
        """Make the last `depth` blocks anew, with these raw transactions in them (each in its nth block)."""
        self.chain.rpc("anvil_reorg", depth, [[raw, nth] for raw, nth in transactions])
        self.chain.nonces.clear()


def person(account: LocalAccount) -> User:
    return User.objects.get_or_create_wallet(account.address)[0]


def credits_of(user: User) -> int:
    return books.balance(chart.user_credits(user.pk))


def suspense() -> int:
    return books.balance(chart.SUSPENSE)


def treasury_micros() -> int:
    """What the books say the treasury has."""
    return -books.balance(chart.TREASURY_USDC)


def cursor() -> ChainCursor:
    found = queries.cursor()
    assert found is not None
    return found


def stakes() -> dict[str, int]:
    return dict(Stake.objects.values_list("wallet", "amount_wei"))


def everything() -> list[Any]:
    """All that was read, and what the books made of it."""
    transfers = TreasuryTransfer.objects.order_by("block", "log_index").values_list(
        "tx_hash",
        "log_index",
        "block",
        "block_at",
        "direction",
        "counterparty",
        "amount_micros",
        "booked",
        "user_id",
    )
    changes = StakeChange.objects.order_by("block", "log_index").values_list(
        "tx_hash", "log_index", "block", "block_at", "wallet", "kind", "amount_wei", "stake_after_wei"
    )
    burned = Burn.objects.order_by("block", "log_index").values_list(
        "tx_hash", "log_index", "block", "block_at", "wallet", "amount_wei"
    )
    balances = [pair for pair in books.trial_balance().balances if pair[1]]
    place = (cursor().block, cursor().block_hash, cursor().block_at)
    return [list(transfers), list(changes), list(burned), sorted(stakes().items()), balances, place]


Change = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def relay(url: str, change: Change) -> Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]:
    """A node that hands on what another says, as `change(call, answer)` makes it."""
    client = httpx.Client(trust_env=False, timeout=180)

    def answer(handler: BaseHTTPRequestHandler, call: dict[str, Any]) -> None:
        said = change(call, client.post(url, json=call).json())
        body = json.dumps(said).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def at(config: ChainSettings, url: str) -> ChainSettings:
    return replace(config, rpc_url=url)
