"""A process that ends anywhere between reading and committing: the next one misses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from ashao_site.chain.indexer import follow as following
from ashao_site.chain.indexer import writing
from ashao_site.chain.indexer.listeners import BlockRange
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.node import node
from ashao_site.embedded.config import ROOT
from ledger.books import queries as books
from ledger.deposits import transfers
from ledger.deposits.models import TreasuryTransfer
from staking.rewards import stakes as stakes_read
from tests.indexer.support import follow

from .support import ASHAO, USD, World, credits_of, cursor, everything, person, stakes, treasury_micros

COMMITS = pytest.mark.django_db(transaction=True)
"""With real transactions, in which a call to the chain is refused."""
ROLLED_BACK = pytest.mark.usefixtures("networked")


def read(cursor: ChainCursor, last: int) -> BlockRange:
    asked = node()
    questions = following._questions(asked.config)
    return following.read_range(asked, cursor, last, questions=questions, deadline=1e12)


class Killed(BaseException):
    """As good as a kill: nothing in the code catches it."""


@pytest.fixture
def waiting(world: World) -> World:
    """Three deposits and a stake that are deep enough and were not read yet."""
    alice = world.rich()
    person(alice)
    world.confirm()
    for micros in (1, 2, 4):
        world.pay(alice, micros * USD)
    world.stake(alice, ASHAO)
    world.burn(alice, 3)
    world.mine()
    return world


def check_all_there_once(world: World) -> None:
    assert treasury_micros() == world.held() == 7 * USD
    assert TreasuryTransfer.objects.count() == 3
    assert list(stakes().values()) == [ASHAO]
    assert books.check_books() == []


WHERE = [
    (following, "read_range", 0),  # before anything was read
    (following, "write_range", 0),  # read, not written
    (stakes_read, "write_changes", 0),  # the cursor moved
    (transfers, "book_transfers", 0),
    (transfers, "post_transfer", 0),  # rows inserted, nothing in the books
    (transfers, "post_transfer", 2),  # half of them in the books
    (writing, "keep_checkpoint", 0),  # all but the commit
]


@ROLLED_BACK
@pytest.mark.parametrize(("module", "name", "after"), WHERE, ids=[f"{name}-{n}" for _, name, n in WHERE])
def test_ended_by_an_exception(waiting: World, monkeypatch, module: Any, name: str, after: int):
    before = everything()
    real, calls = getattr(module, name), []

    def ends(*args: Any, **kwargs: Any) -> Any:
        if len(calls) == after:
            raise Killed
        calls.append(1)
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, ends)
        with pytest.raises(Killed):
            follow()
    assert everything() == before
    follow()
    check_all_there_once(waiting)
    follow()
    check_all_there_once(waiting)


KILLS_ITSELF = """
import os, signal
import django
django.setup()
from ledger import tasks
from ledger.deposits import transfers
real, calls = transfers.post_transfer, []
def post(**given):
    if len(calls) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    calls.append(real(**given))
transfers.post_transfer = post
tasks.follow_chain()
"""


@COMMITS
def test_a_real_process_killed_in_the_middle_of_a_range(waiting: World):
    before = everything()
    config, database = waiting.config, connection.settings_dict
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "ashao_site.settings",
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}",
        "CHAIN_RPC_URL": config.rpc_url,
        "CHAIN_START_BLOCK": str(config.start_block),
        "ASHAO_TOKEN_ADDRESS": config.token,
        "STAKING_VAULT_ADDRESS": config.vault,
        "USDC_ADDRESS": config.usdc,
        "TREASURY_ADDRESS": config.treasury,
    }
    done = subprocess.run(
        (sys.executable, "-c", KILLS_ITSELF),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert everything() == before
    follow()
    check_all_there_once(waiting)


@ROLLED_BACK
def test_two_processes_that_read_the_same_range(waiting: World):
    """Both have read it before either writes: one writes, the other finds the cursor moved."""
    old = cursor()
    found = read(old, waiting.head() - 2)
    assert writing.write_range(old, found, range_blocks=10)
    assert not writing.write_range(old, found, range_blocks=10)
    check_all_there_once(waiting)


@ROLLED_BACK
def test_with_an_alarm_a_range_that_was_read_is_not_written(waiting: World):
    old = cursor()
    found = read(old, waiting.head() - 2)
    ChainCursor.objects.update(alarm="Something is wrong.")
    assert not writing.write_range(old, found, range_blocks=10)
    assert treasury_micros() == 0


@ROLLED_BACK
def test_statements_a_deposit_do_not_grow(waiting: World, django_assert_max_num_queries):
    alice = waiting.rich()
    user = person(alice)
    follow()
    for _ in range(20):
        waiting.pay(alice, 1)
    waiting.mine()
    with django_assert_max_num_queries(40 + 10 * 20):
        follow()
    assert credits_of(user) == 20
