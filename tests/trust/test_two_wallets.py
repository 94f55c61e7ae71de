"""500 free credits, spent on one's own worker through two wallets, don't become money that can be withdrawn."""

from typing import Any

import pytest
from django.conf import settings
from eth_account import Account

from ashao_site.accounts.models import User
from ashao_site.lib.aio import background_loop
from tests.accounts.accounts_browser import Browser
from tests.trust.support import staff
from tests.workers.calls import Client
from tests.workers.support import books_are_true, fund
from workers.tasks import release_escrow
from workers.trust.actions import decide_trust
from workers.trust.models import TrustDecision

pytestmark = pytest.mark.django_db(transaction=True)

GRANTED_CREDITS = 500
MESSAGES = 50
EARNED = 3_500_000


def signed_in(wallet_byte: str) -> Browser:
    browser = Browser(Account.from_key("0x" + wallet_byte * 32))
    assert browser.sign_in().status_code == 200
    return browser


def new_worker(owner: Browser) -> Client:
    made = owner.post("/api/worker/register", {"type": "browser", "model": "tiny"}).json()
    return Client(made["workerId"], made["workerToken"], background_loop())


def send(person: Browser) -> str:
    response = person.post("/api/chat/send", {"tier": "pro", "content": "Hello"})
    assert response.status_code == 201, response.content
    return str(response.json()["jobId"])


def claim(worker: Client) -> dict[str, Any]:
    status, claimed = worker.call("claim", workerId=worker.id, tier="pro", waitMs=0)
    assert status == 200
    return claimed


def answer(worker: Client, job_id: str) -> int:
    claimed = claim(worker)
    assert claimed["job"]["id"] == job_id
    about = {"workerId": worker.id, "jobId": job_id, "lease": claimed["lease"]["token"]}
    assert worker.call("token", **about, seq=0, value="Hi")[0] == 200
    status, done = worker.call("complete", **about, tokens=1)
    assert status == 200
    return int(done["earned"])


def figures(owner: Browser) -> tuple[int, int]:
    """What waits in escrow and what can be withdrawn, as the owner is told."""
    stats = owner.get("/api/worker/stats").json()
    return stats["escrow"], stats["available"]


def withdraw(owner: Browser, amount_micros: int) -> tuple[int, str]:
    """Ask for a payout: the status, and the error's code or the payout's state."""
    response = owner.post("/api/payouts", {"amount": amount_micros})
    told = response.json()
    return response.status_code, told.get("code") or told["state"]


def test_free_credits_through_two_wallets() -> None:
    fund(GRANTED_CREDITS)
    alice = signed_in("a1")
    bob = signed_in("b0")  # the budget is spent: he gets none
    assert alice.get("/api/credits").json() == {"credits": GRANTED_CREDITS}
    worker = new_worker(bob)
    assert sum(answer(worker, send(alice)) for _ in range(MESSAGES)) == EARNED
    assert alice.get("/api/credits").json() == {"credits": 0}
    assert figures(bob) == (EARNED, 0)
    release_escrow()
    assert figures(bob) == (EARNED, 0)
    assert withdraw(bob, EARNED) == (402, "insufficient_earnings")
    assert withdraw(bob, settings.MONEY.payout_min_micros) == (402, "insufficient_earnings")
    assert withdraw(alice, EARNED) == (402, "insufficient_earnings")

    user = User.objects.get(wallet=bob.wallet)
    decide_trust(
        staff=staff(), owner_public_id=user.public_id, decision=TrustDecision.TRUSTED, note="They are known."
    )
    release_escrow()
    assert figures(bob) == (0, EARNED)
    assert withdraw(bob, EARNED) == (201, "requested")
    assert figures(bob) == (0, 0)
    books_are_true()


def test_a_worker_is_never_given_its_own_owners_job() -> None:
    fund(3 * GRANTED_CREDITS)
    bob, charlie = signed_in("b0"), signed_in("c1")
    own, second, others = new_worker(bob), new_worker(bob), new_worker(charlie)
    job_id = send(bob)
    assert claim(own)["job"] is None
    assert claim(second)["job"] is None
    later = send(charlie)
    assert answer(second, later) == 70_000, "the job behind it is not his own"
    assert claim(own)["job"] is None
    assert answer(others, job_id) == 70_000
    assert figures(bob) == (70_000, 0)
    assert figures(charlie) == (70_000, 0)
    books_are_true()
