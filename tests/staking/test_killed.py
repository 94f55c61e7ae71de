"""The settlement process is killed by the system between any two of its steps; the next one finishes its work."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ledger.books import chart
from ledger.books.models import Transfer
from ledger.books.queries import balance, check_books
from staking.rewards.models import Epoch, Reward
from staking.rewards.payment import settle_and_pay
from tests.staking.support import ASHAO, WEEK_S, Stakes, at, earn, read_until, wallet

ROOT = Path(__file__).resolve().parents[2]
STAKERS = 205
POOL = 10**6

PROCESSES = """
import os, signal, sys
from dataclasses import replace
import django
django.setup()
from django.conf import settings
from staking.rewards import epochs, payment
from tests.staking.support import chain_settings
settings.CHAIN = chain_settings()
settings.MONEY = replace(settings.MONEY, epoch_s=604_800)
STEPS = {
    "settled": (epochs, "_settle_one"),
    "batch": (payment, "_pay_batch"),
    "posted": (payment.ledger, "post_transfer"),
}
def settle_and_die(where, count):
    module, name = STEPS[where]
    inner, calls = getattr(module, name), []
    def dying(*args, **kwargs):
        found = inner(*args, **kwargs)
        calls.append(1)
        if len(calls) == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    setattr(module, name, dying)
    payment.settle_and_pay()
for line in sys.stdin:  # this process itself never opens a connection: its children do
    child = os.fork()
    if child == 0:
        settle_and_die(*line.strip().split(":"))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Made once, since starting takes long: for each line, a settlement process that is killed at that step."""


@pytest.mark.django_db(transaction=True)
def test_killed_at_every_step_nothing_is_paid_twice(chain_named: Any) -> None:
    stakes = Stakes()
    for number in range(STAKERS):
        stakes.change(wallet(0x1000 + number), ASHAO * (1 + number % 7), at(number))
    earn(POOL, at(5), key="in")
    read_until(at(WEEK_S + 1))
    # After the epoch is settled; in a batch's transaction, before its commit; after a batch; after the last.
    with settlement() as run_until:
        for step, paid in (("settled:1", 0), ("posted:1", 0), ("batch:1", 199), ("batch:1", STAKERS)):
            assert run_until(step) == -signal.SIGKILL
            assert Reward.objects.filter(paid=True).count() == paid, step
            assert balance(chart.POOL_STAKERS) == POOL - paid_micros()
    assert Epoch.objects.get().paid_at is None  # all is paid, and that is all that was left to say
    settle_and_pay()
    epoch = Epoch.objects.get()
    assert epoch.paid_at is not None
    assert balance(chart.POOL_STAKERS) == POOL - epoch.rewards_micros
    keys = Transfer.objects.filter(kind="reward").order_by("key").values_list("key", flat=True)
    assert list(keys) == ["reward:0:0", "reward:0:1"]
    assert check_books() == []


def paid_micros() -> int:
    return sum(Reward.objects.filter(paid=True).values_list("amount_micros", flat=True))


@contextmanager
def settlement() -> Iterator[Callable[[str], int]]:
    """Runs settlement processes on this test's database; how each ended."""
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    name = connection.settings_dict["NAME"]
    assert not head.endswith(f"/{name}"), "this must be the test database"
    env = {
        "DJANGO_SETTINGS_MODULE": "ashao_site.settings",
        **os.environ,
        "DATABASE_URL": head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else ""),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", PROCESSES], env=env, cwd=ROOT, **pipes) as parent:
        assert parent.stdin
        assert parent.stdout

        def run_until(step: str) -> int:
            parent.stdin.write(f"{step}\n")
            parent.stdin.flush()
            return int(parent.stdout.readline())

        yield run_until
        parent.stdin.close()
        assert parent.wait(timeout=180) == 0
