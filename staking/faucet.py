"""Play money, on the dev chain only: for people who try ashao out, and for the treasury of a fresh network.

All of it is sent with one key, `settings.MONEY.faucet_key`, by one process at a time (an advisory lock), so
that two transactions never have the same nonce.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import BlockNumber, HexStr
from web3 import Web3
from web3.types import TxParams, Wei

from ashao_site.chain_settings import DEV_CHAIN_ID, NOBODY, ChainSettings
from ashao_site.lib.aio import run_sync
from ashao_site.lib.chain import ChainUnavailable, chain
from ashao_site.lib.db import only_one
from ashao_site.lib.errors import NotFound, RateLimited
from ashao_site.lib.redis import redis
from ledger import chart
from ledger.models import Entry
from staking.asking import understood
from staking.indexer.models import Direction, TreasuryTransfer
from staking.transactions import call_data, checksum

GIFT_USDC_MICROS = 100 * 10**6
GIFT_ASHAO_WEI = 10_000 * 10**18
GIFT_ETHER_WEI = 10**18
GIFT_EVERY_S = 60
LOCK = "faucet"
LOCK_WAIT_S = 5.0
INCLUSION_WAIT_S = 4.0
POLL_S = 0.1
GAS_PRICE_TIMES = 2  # the base fee can rise while a transaction waits
GAS_MARGIN_PERCENT = 50

DEVELOPMENT_FUNDING_KEY = "bootstrap:promo"
"""The ledger's key of the promotion budget that `manage.py bootstrap` books on a fresh development network."""
TRANSFER_TOPIC = Web3.keccak(text="Transfer(address,address,uint256)").to_0x_hex()


def dev_chain() -> ChainSettings | None:
    """The dev chain, where that is the one in use; None on any other, and always in production."""
    config: ChainSettings | None = settings.CHAIN
    if settings.PRODUCTION or config is None or config.chain_id != DEV_CHAIN_ID:
        return None
    return config


def faucet_is_there() -> bool:
    """Whether this network gives test money away."""
    return dev_chain() is not None and bool(settings.MONEY.faucet_key)


def give_test_money(*, user_id: str, wallet: str) -> tuple[str, ...]:
    """Mint USDC, send $ASHAO and ether to a wallet; the hashes, most likely of included transactions.

    Raises NotFound where there is no faucet, RateLimited for the same person (`user_id` is public) within a
    minute, and ChainUnavailable.
    """
    config = _faucet_chain()
    _take_turn(user_id)
    try:
        with understood(), _alone() as mine:
            if not mine:
                raise RateLimited("The faucet is busy. Please try again.", code="busy", retry_after_s=1)
            hashes = _send(
                _mint(config, wallet, GIFT_USDC_MICROS),
                _give(config, wallet, GIFT_ASHAO_WEI),
                _Call(wallet, value=GIFT_ETHER_WEI),
            )
    except Exception:
        _give_turn_back(user_id)
        raise
    _await_inclusion(hashes)
    return hashes


def fund_development_treasury() -> str | None:
    """Mint the USDC that the play money of `manage.py bootstrap` stands for, once; the hash where it was sent.

    Nothing is written down before it is sent: whether it was is asked of the chain, and while a transaction of
    the faucet's still waits for its block, nobody knows, so nothing is sent. A process that is killed anywhere
    therefore neither forgets the mint nor repeats it. A chain that is away is asked again at the next call.
    """
    config = dev_chain()
    if config is None or not settings.MONEY.faucet_key:
        return None
    amount_micros = _unexplained_micros()
    if not amount_micros:
        return None
    try:
        with understood(), only_one(LOCK) as mine:
            if not mine or _is_waiting() or _was_minted(config, amount_micros):
                return None
            return _send(_mint(config, config.treasury, amount_micros))[0]
    except ChainUnavailable:
        return None


def development_funding_key(*, counterparty: str, amount_micros: int) -> str | None:
    """The key of the ledger's transfer that explains USDC which came to the treasury from `counterparty`.

    None for everything but the mint of `fund_development_treasury`. Asks the database only.
    """
    if dev_chain() is None or counterparty != NOBODY or amount_micros <= 0:
        return None
    return DEVELOPMENT_FUNDING_KEY if amount_micros == _unexplained_micros() else None


def _unexplained_micros() -> int:
    """What bootstrap has booked as the treasury's USDC and no transfer on the chain stands for yet."""
    found = TreasuryTransfer.objects.filter(
        chain_id=DEV_CHAIN_ID, direction=Direction.IN, ledger_key=DEVELOPMENT_FUNDING_KEY, on_chain=True
    )
    if found.exists():
        return 0
    booked = Entry.objects.filter(
        transfer__key=DEVELOPMENT_FUNDING_KEY, account__address=chart.TREASURY_USDC
    ).values_list("amount_micros", flat=True)
    return -sum(booked)


def _was_minted(config: ChainSettings, amount_micros: int) -> bool:
    logs = chain().web3.eth.get_logs(
        {
            "address": checksum(config.usdc),
            "fromBlock": BlockNumber(config.start_block),
            "topics": [TRANSFER_TOPIC, _topic(NOBODY), _topic(config.treasury)],
        }
    )
    return any(int.from_bytes(found["data"]) == amount_micros for found in logs)


def _topic(address: str) -> HexStr:
    return HexStr("0x" + address[2:].lower().rjust(64, "0"))


# Sending


def _faucet_chain() -> ChainSettings:
    config = dev_chain()
    if config is None or not settings.MONEY.faucet_key:
        raise NotFound("There is no faucet on this network.")
    return config


@dataclass(frozen=True)
class _Call:
    to: str
    data: str = "0x"
    value: int = 0


def _mint(config: ChainSettings, wallet: str, amount_micros: int) -> _Call:
    return _Call(config.usdc, call_data("DevUSDC", "mint", checksum(wallet), amount_micros))


def _give(config: ChainSettings, wallet: str, amount_wei: int) -> _Call:
    return _Call(config.token, call_data("AshaoToken", "transfer", checksum(wallet), amount_wei))


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether the faucet's key is this process's own, after at most LOCK_WAIT_S."""
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        with only_one(LOCK) as mine:
            if mine or time.monotonic() > deadline:
                yield mine
                return
        time.sleep(POLL_S)


def _is_waiting() -> bool:
    """Whether a transaction of the faucet's has not found its block yet."""
    eth, sender = chain().web3.eth, _account().address
    return eth.get_transaction_count(sender, "pending") != eth.get_transaction_count(sender, "latest")


def _send(*calls: _Call) -> tuple[str, ...]:
    """Sign and send, one after another. The caller has the lock."""
    eth, account = chain().web3.eth, _account()
    nonce = eth.get_transaction_count(account.address, "pending")
    price = eth.gas_price * GAS_PRICE_TIMES
    hashes = []
    for number, call in enumerate(calls):
        fields: TxParams = {
            "to": checksum(call.to),
            "data": HexStr(call.data),
            "value": Wei(call.value),
            "chainId": DEV_CHAIN_ID,
        }
        gas = eth.estimate_gas({"from": account.address, **fields}) * (100 + GAS_MARGIN_PERCENT) // 100
        draft: dict[str, Any] = {**fields, "nonce": nonce + number, "gas": gas, "gasPrice": price}
        hashes.append(eth.send_raw_transaction(account.sign_transaction(draft).raw_transaction).to_0x_hex())
    return tuple(hashes)


def _account() -> LocalAccount:
    account: LocalAccount = Account.from_key(settings.MONEY.faucet_key)
    return account


def _await_inclusion(hashes: tuple[str, ...]) -> None:
    """Wait a moment for the blocks, so that a page sees the money at once. What takes longer just comes later."""
    deadline = time.monotonic() + INCLUSION_WAIT_S
    while time.monotonic() < deadline:
        try:
            with understood():
                chain().web3.eth.get_transaction_receipt(HexStr(hashes[-1]))
            return  # the nonces are in order: the ones before it are included too
        except ChainUnavailable:
            time.sleep(POLL_S)


# Once a minute


def _take_turn(user_id: str) -> None:
    left_s = run_sync(_claim_turn(_turn_key(user_id)))
    if left_s is not None:
        raise RateLimited("The faucet gives once a minute. Please try again then.", retry_after_s=left_s)


def _give_turn_back(user_id: str) -> None:
    run_sync(_forget_turn(_turn_key(user_id)))


def _turn_key(user_id: str) -> str:
    return f"ashao:faucet:{user_id}"


async def _claim_turn(key: str) -> int | None:
    """Take it, or say in how many seconds it is free again."""
    pipe = redis().pipe
    if await pipe.command("SET", key, "1", "NX", "EX", GIFT_EVERY_S):
        return None
    return max(1, int(await pipe.command("TTL", key)))


async def _forget_turn(key: str) -> None:
    await redis().pipe.command("DEL", key)
