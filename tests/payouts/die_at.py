"""Runs the real `advance_payouts` in a process of its own that dies by SIGKILL before or after one of its functions.

A fork: a new interpreter for each of the many steps would take a hundred times as long.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connections

from ashao_site.chain import node
from ashao_site.lib.db import only_one
from ledger.payouts import advance, evidence, relayer
from ledger.payouts.advance import advance_payouts
from ledger.payouts.signers.key import KeySigner

STEPS = (
    "prepare",
    "accept",
    "allocate_nonce",
    "store_attempt",
    "broadcast",
    "read_receipt",
    "include",
    "post_final",
)
PLACES = (evidence, advance, relayer, KeySigner)
NOTHING_TO_DIE_AT, FAILED = 0, 1
LOCK_FREE_S = 90.0


def die_at(when: str, name: str) -> bool:
    """One round in a process that dies "before" or "after" its first call of `name`. False if it never called it."""
    connections["default"].close()
    connections["default"].close_pool()  # a connection belongs to one process
    pid = os.fork()
    if pid == 0:
        _run(when, name)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == NOTHING_TO_DIE_AT, status
    _await_its_lock()
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _await_its_lock() -> None:
    """PostgreSQL may notice a moment later that the process is gone: until then a round would do nothing."""
    deadline = time.monotonic() + LOCK_FREE_S
    while True:
        with only_one("payouts") as free:
            if free:
                return
        assert time.monotonic() < deadline, "the lock of a dead process is never free"
        time.sleep(0.02)


def _run(when: str, name: str) -> None:
    """In the child, which never comes back."""
    code = FAILED
    try:
        node.node_of.cache_clear()  # its sockets are the parent's
        # One connection of its own: a pool would be threads and locks that the fork has cut off.
        connections["default"].settings_dict["OPTIONS"].pop("pool", None)
        places = [place for place in PLACES if hasattr(place, name)]
        deadly = _dying(getattr(places[0], name), when)
        for place in places:
            setattr(place, name, deadly)
        advance_payouts()
        code = NOTHING_TO_DIE_AT
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _dying(real: Callable[..., Any], when: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return call
