"""A network made for measuring its money: payers, owners with a worker each, stakers, and a chain that is away."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from ashao_site.accounts.models import User
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib import clock
from ledger.books import actions as ledger
from ledger.books import chart
from staking.rewards import epochs
from staking.rewards.models import Stake, StakeChange
from workers.jobs import Holder, Tier, pricing
from workers.jobs.models import Worker, owner_tag
from workers.jobs.postgres import holders, rows, settling
from workers.jobs.values import Fitted

PAYERS, OWNERS = 200, 200
GRANTED_EVERY, STAKED_EVERY = 5, 5
"""Every fifth payer asks with free credits; every fifth owner stakes."""
EPOCH_S = 10_000_000
"""Longer than any run, so that an epoch ends only when the benchmark says how far the chain has been read."""
WEI = 10**18
CHAIN_ID = 31_337
LEASE = "ls_bench"
ANSWER = "An answer of some words, as a worker would have streamed it. " * 5


def configure() -> None:
    """There is a chain; what the indexer would have read of it, the benchmark writes."""
    addresses = {
        name: "0x" + digit * 40
        for name, digit in zip(("token", "vault", "usdc", "treasury"), "1234", strict=True)
    }
    settings.CHAIN = ChainSettings(
        rpc_url="http://127.0.0.1:1",
        chain_id=CHAIN_ID,
        confirmations=2,
        start_block=0,
        timeout_s=1,
        **addresses,
    )
    settings.CHAIN_ID = CHAIN_ID
    settings.MONEY = replace(settings.MONEY, epoch_s=EPOCH_S)


class Network:
    """Who pays and who serves."""

    def __init__(self, *, jobs: int) -> None:
        price_micros = pricing.price_micros(Tier.PRO)
        each_micros = price_micros * (jobs // PAYERS + 1)
        self.payers = User.objects.bulk_create(User(wallet=wallet(number)) for number in range(PAYERS))
        self.owners = User.objects.bulk_create(
            User(wallet=wallet(PAYERS + number)) for number in range(OWNERS)
        )
        ledger.fund_promo(
            key="promo", amount_micros=each_micros * PAYERS, note="to be measured", staff="bench"
        )
        for number, payer in enumerate(self.payers):
            if number % GRANTED_EVERY == 0:
                ledger.grant(key=f"grant:{payer.pk}", user_id=payer.pk, amount_micros=each_micros)
            else:
                buy_credits(payer, each_micros)
        self.holders = [holder_of(owner) for owner in self.owners]
        self.stakers = 0

    def settle_job(self, number: int) -> None:
        """A job's whole life in PostgreSQL: put in with its price held, claimed, done and paid for."""
        payer = self.payers[number % PAYERS]
        with transaction.atomic():
            job = rows.create(
                tier=Tier.PRO,
                messages=[{"role": "user", "content": "What is measured here?"}],
                sources=[chart.user_granted(payer.pk), chart.user_credits(payer.pk)],
                owner_id=payer.pk,
            )
        # Another owner each time the same payer comes round.
        holder = self.holders[(number * 7 + number // PAYERS) % OWNERS]
        assert holders.mark_running(job_id=job.public_id, lease=LEASE, holder=holder, given=Fitted([], 0, 0))
        done = settling.settle_done(job_id=job.public_id, lease=LEASE, text=ANSWER, tokens=60, finish="stop")
        assert done is not None
        assert done.earned_micros > 0

    def stake(self, *, until: int) -> None:
        """Stakers up to this number, each with two changes of their stake; the first of them are owners."""
        numbers = range(self.stakers, until)
        at = clock.now()
        wallets = [
            self.owners[n * STAKED_EVERY].wallet or "" if n * STAKED_EVERY < OWNERS else wallet(10**6 + n)
            for n in numbers
        ]
        Stake.objects.bulk_create(
            (
                Stake(chain_id=CHAIN_ID, wallet=each, amount_wei=(n + 1) * 3 * WEI, changed_at=at)
                for n, each in zip(numbers, wallets, strict=True)
            ),
            batch_size=1_000,
        )
        StakeChange.objects.bulk_create(
            (
                StakeChange(
                    chain_id=CHAIN_ID, tx_hash=f"0x{n:063x}{part}", log_index=0, block=n * 2 + part,
                    block_at=at + timedelta(seconds=part), wallet=each, kind="staked",
                    amount_wei=(n + 1) * (part + 1) * WEI, stake_after_wei=(n + 1) * (part * 2 + 1) * WEI,
                )
                for n, each in zip(numbers, wallets, strict=True)
                for part in (0, 1)
            ),
            batch_size=1_000,
        )  # fmt: skip
        self.stakers = until

    def end_epoch(self) -> None:
        """The chain has been read beyond the end of the epoch that is next."""
        span = epochs.next_span()
        assert span is not None
        read_until(span.ends_at + timedelta(seconds=1))


def read_until(at: datetime) -> None:
    """As the indexer says it."""
    said = {
        "block": 10**9,
        "block_hash": "0x" + "b" * 64,
        "block_at": at,
        "read_at": clock.now(),
        "range_blocks": 1,
    }
    ChainCursor.objects.update_or_create(
        chain_id=CHAIN_ID, defaults={"genesis_hash": "0x" + "a" * 64, **said}
    )


def buy_credits(payer: User, amount_micros: int) -> None:
    legs = [
        ledger.Leg(chart.TREASURY_USDC, -amount_micros),
        ledger.Leg(chart.user_credits(payer.pk), amount_micros),
    ]
    ledger.post_transfer(key=f"deposit:{payer.pk}", kind="deposit", legs=legs)


def holder_of(owner: User) -> Holder:
    """A worker of this owner."""
    worker = Worker.objects.create(
        owner=owner, kind="native", model="bench", tiers=["pro"], token_hash=uuid.uuid4().hex * 2
    )
    return Holder(
        id=worker.public_id,
        kind="native",
        worker_pk=worker.pk,
        owner_id=owner.pk,
        avoid=owner_tag(owner.pk),
        jobs_max=1,
    )


def wallet(number: int) -> str:
    """An address. Its letters are digits only, so it is its own checksummed form."""
    return f"0x{number:040d}"
