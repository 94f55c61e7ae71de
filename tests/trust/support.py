"""Owners and jobs that were done for money, without a network around them."""

from datetime import timedelta

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import F

from ashao_site.accounts.models import User
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib import clock
from ledger.books import chart, queries
from staking.rewards.models import Stake
from tests.workers.support import sources_of, worker_of
from workers.jobs import Holder, Tier
from workers.jobs.models import Job
from workers.jobs.postgres import holders, rows, settling
from workers.jobs.values import Fitted
from workers.trust.actions import decide_trust
from workers.trust.models import TrustDecision

CHAIN = ChainSettings(
    rpc_url="http://127.0.0.1:1",
    chain_id=31_337,
    confirmations=2,
    start_block=0,
    timeout_s=1,
    token="0x" + "11" * 20,
    vault="0x" + "22" * 20,
    usdc="0x" + "33" * 20,
    treasury="0x" + "44" * 20,
)
LEASE = "ls_test"


def put_in(payer: User, *, tier: Tier = Tier.PRO) -> str:
    with transaction.atomic():
        return rows.create(
            tier=tier,
            messages=[{"role": "user", "content": "hello"}],
            sources=sources_of(payer),
            owner_id=payer.pk,
        ).public_id


def claim(job_id: str, holder: Holder) -> None:
    assert holders.mark_running(job_id=job_id, lease=LEASE, holder=holder, given=Fitted([], 0, 0))


def finish(job_id: str, *, text: str = "An answer.") -> int:
    settled = settling.settle_done(job_id=job_id, lease=LEASE, text=text, tokens=3, finish="stop")
    assert settled is not None
    return settled.earned_micros


def serve(
    payer: User, holder: Holder, *, count: int = 1, days_ago: int = 0, text: str = "An answer."
) -> None:
    """So many jobs of this person's, done by this worker."""
    for _ in range(count):
        job_id = put_in(payer)
        claim(job_id, holder)
        finish(job_id, text=text)
        Job.objects.filter(public_id=job_id).update(finished_at=F("finished_at") - timedelta(days=days_ago))


def stake(user: User, amount_wei: int, *, chain_id: int = CHAIN.chain_id) -> None:
    """The confirmed stake of this person's wallet."""
    Stake.objects.update_or_create(
        chain_id=chain_id,
        wallet=user.wallet,
        defaults={"amount_wei": amount_wei, "changed_at": clock.now()},
    )


def staff(name: str = "charlie", *, may_decide: bool = True) -> User:
    user = User.objects.create_user(name, "a password of charlie")
    if may_decide:
        user.user_permissions.add(Permission.objects.get(codename="decide_trust"))
    return user


def trusted_by_staff(owner: User, *, by: User) -> None:
    decide_trust(
        staff=by, owner_public_id=owner.public_id, decision=TrustDecision.TRUSTED, note="They are known."
    )


def money_of(user: User) -> tuple[int, int]:
    """What is in escrow and what is in earnings."""
    return (
        queries.available(chart.user_escrow(user.pk)),
        queries.available(chart.user_earnings(user.pk)),
    )


__all__ = [
    "CHAIN",
    "claim",
    "finish",
    "money_of",
    "put_in",
    "serve",
    "staff",
    "stake",
    "trusted_by_staff",
    "worker_of",
]
