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

from ashao_site.chain.abi import TRANSFER, Function
from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import Node, Reverted, node
from ashao_site.chain.notation import NOBODY, WEI_PER_ASHAO, WEI_PER_ETHER
from ashao_site.chain.settings import DEV_CHAIN_ID, ChainSettings
from ashao_site.chain.usdc import transfers_to
from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import only_one
from ashao_site.lib.errors import NotFound, RateLimited
from ashao_site.lib.redis import redis
from ledger.books import chart
from ledger.books.models import Entry
from ledger.books.money import MICROS_PER_USD
from ledger.deposits.models import Direction, TreasuryTransfer

GIFT_USDC_MICROS = 100 * MICROS_PER_USD
GIFT_ASHAO_WEI = 10_000 * WEI_PER_ASHAO
GIFT_ETHER_WEI = WEI_PER_ETHER
GIFT_EVERY_S = 60
LOCK = "faucet"
LOCK_WAIT_S = 5.0
INCLUSION_WAIT_S = 4.0
POLL_S = 0.1
GAS_PRICE_TIMES = 2  # the base fee can rise while a transaction waits
GAS_MARGIN_PERCENT = 50

DEVELOPMENT_FUNDING_KEY = "bootstrap:promo"
"""The ledger's key of the promotion budget that `manage.py bootstrap` books on a fresh development network."""
_MINT: Function[None] = Function("mint(address,uint256)")
"""Of DevUSDC: no other USDC lets us."""


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
        with _alone() as mine:
            if not mine:
                raise RateLimited("The faucet is busy. Please try again.", code="busy", retry_after_s=1)
            hashes = _send(
                _mint(config, wallet, GIFT_USDC_MICROS),
                _give(config, wallet, GIFT_ASHAO_WEI),
                _Call(wallet, wei=GIFT_ETHER_WEI),
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
        with only_one(LOCK) as mine:
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
    explained = TreasuryTransfer.objects.filter(
        chain_id=DEV_CHAIN_ID, direction=Direction.IN, ledger_key=DEVELOPMENT_FUNDING_KEY, on_chain=True
    )
    if explained.exists():
        return 0
    booked = Entry.objects.filter(
        transfer__key=DEVELOPMENT_FUNDING_KEY, account__address=chart.TREASURY_USDC
    ).values_list("amount_micros", flat=True)
    return -sum(booked)


def _was_minted(config: ChainSettings, amount_micros: int) -> bool:
    asked = node()
    last = asked.block_number()
    came = asked.logs(transfers_to(config.usdc, config.treasury), first=config.start_block, last=last)
    return any(log.address_at(1) == NOBODY and log.words[0] == amount_micros for log in came)


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
    wei: int = 0


def _mint(config: ChainSettings, wallet: str, amount_micros: int) -> _Call:
    return _Call(config.usdc, _MINT.call(wallet, amount_micros))


def _give(config: ChainSettings, wallet: str, amount_wei: int) -> _Call:
    return _Call(config.token, TRANSFER.call(wallet, amount_wei))


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
    asked, sender = node(), _account().address
    return asked.used_nonces(sender, "pending") != asked.used_nonces(sender)


def _send(*calls: _Call) -> tuple[str, ...]:
    """Sign and send, one after another; their hashes. The caller has the lock. Raises ChainUnavailable."""
    asked, account = node(), _account()
    nonce = asked.used_nonces(account.address, "pending")
    price = asked.gas_price() * GAS_PRICE_TIMES
    return tuple(
        _send_one(asked, account, call, nonce=nonce + number, price_wei=price)
        for number, call in enumerate(calls)
    )


def _send_one(asked: Node, account: LocalAccount, call: _Call, *, nonce: int, price_wei: int) -> str:
    try:
        gas = asked.gas_of(account.address, call.to, call.data, value=call.wei)
    except Reverted:
        raise ChainUnavailable("The chain refuses what the faucet would send.") from None
    draft: dict[str, Any] = {
        "to": call.to,
        "data": call.data,
        "value": call.wei,
        "chainId": DEV_CHAIN_ID,
        "nonce": nonce,
        "gas": gas * (100 + GAS_MARGIN_PERCENT) // 100,
        "gasPrice": price_wei,
    }
    signed = account.sign_transaction(draft)
    asked.send("0x" + bytes(signed.raw_transaction).hex())
    return "0x" + bytes(signed.hash).hex()


def _account() -> LocalAccount:
    account: LocalAccount = Account.from_key(settings.MONEY.faucet_key)
    return account


def _await_inclusion(hashes: tuple[str, ...]) -> None:
    """Wait a moment for the blocks, so that a page sees the money at once. What takes longer just comes later."""
    deadline = time.monotonic() + INCLUSION_WAIT_S
    while time.monotonic() < deadline:
        try:
            if node().receipt(hashes[-1]) is not None:
                return  # the nonces are in order: the ones before it are included too
        except ChainUnavailable:
            pass
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
