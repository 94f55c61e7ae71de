"""What the chain is like: now, for whoever can wait; as of a few seconds ago, for pages that must not."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import structlog
from django.conf import settings

from ashao_site.chain.client import ChainUnavailable
from ashao_site.chain.node import Node, node

log = structlog.get_logger("ashao.chain")

FRESH_S = 5.0
WAIT_MAX_S = 0.5  # what a page may be held up by a slow node
STALE_MAX_S = 60.0


@dataclass(frozen=True)
class NotConfigured:
    """There is no CHAIN_RPC_URL."""


@dataclass(frozen=True)
class Reachable:
    """The right chain answers, and the contracts are there. `age_s` is that of its latest block."""

    block: int
    age_s: int


@dataclass(frozen=True)
class Unreachable:
    """Its node does not answer, or not as a node does; later it may."""

    sentence: str


@dataclass(frozen=True)
class Wrong:
    """It answers and is not what was configured: somebody has to change something."""

    sentence: str


ChainStatus = NotConfigured | Reachable | Unreachable | Wrong


def status() -> ChainStatus:
    """What the configured chain is like now. Never raises; may wait for the node."""
    return NotConfigured() if settings.CHAIN is None else status_of(node())


def status_of(asked: Node) -> ChainStatus:
    """Ask a node what it is. Up to five calls, which end at the first that gets no answer."""
    try:
        return _problem(asked) or _head(asked)
    except ChainUnavailable as error:
        return Unreachable(error.message)


def describe(status: ChainStatus) -> str:
    """A status in one sentence, for staff."""
    match status:
        case NotConfigured():
            return "No chain is configured."
        case Reachable(block, age_s):
            return f"The chain answers: block {block:,}, {age_s} s old."
        case Unreachable(sentence) | Wrong(sentence):
            return sentence
        case _:
            assert_never(status)


def _problem(asked: Node) -> Wrong | None:
    config, told = asked.config, asked.chain_id()
    if told != config.chain_id:
        return Wrong(f"The chain at CHAIN_RPC_URL has id {told}, not {config.chain_id} (CHAIN_ID).")
    contracts = {
        "ASHAO_TOKEN_ADDRESS": config.token,
        "STAKING_VAULT_ADDRESS": config.vault,
        "USDC_ADDRESS": config.usdc,
    }
    for name, address in contracts.items():
        if not asked.has_code(address):
            return Wrong(f"The chain has no contract at {address} ({name}).")
    return None


def _head(asked: Node) -> Reachable:
    latest = asked.latest()
    return Reachable(latest.number, max(0, int(time.time()) - latest.timestamp))


class ChainWatch:
    """Asks in a thread of its own, one question at a time, and only when somebody wants to know."""

    def __init__(self, ask: Callable[[], ChainStatus] = status) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked: threading.Event | None = None  # set when the question under way is answered
        self._last: ChainStatus | None = None
        self._last_at = float("-inf")

    def status(self) -> ChainStatus:
        """The status, at most STALE_MAX_S old, after at most WAIT_MAX_S."""
        with self._lock:
            if self._last is not None and time.monotonic() - self._last_at < FRESH_S:
                return self._last
            if self._asked is None:
                self._asked = threading.Event()
                threading.Thread(target=self._refresh, name="chain-watch", daemon=True).start()
            asked = self._asked
        asked.wait(WAIT_MAX_S)
        with self._lock:
            if self._last is not None and time.monotonic() - self._last_at < STALE_MAX_S:
                return self._last
        return Unreachable("The chain has not answered yet.")

    def _refresh(self) -> None:
        answer: ChainStatus = Unreachable("The chain could not be asked.")
        try:
            answer = self._ask()
        finally:
            with self._lock:
                before, self._last, self._last_at = self._last, answer, time.monotonic()
                asked, self._asked = self._asked, None
            if asked is not None:
                asked.set()
        _tell_change(before, answer)


def _tell_change(before: ChainStatus | None, after: ChainStatus) -> None:
    """A log line when the chain goes away, comes back, or turns out to be another."""
    if isinstance(after, Reachable):
        if before is not None and not isinstance(before, Reachable):
            log.info("chain_is_back", block=after.block)
    elif not isinstance(after, NotConfigured) and after != before:
        log.warning("chain_trouble", reason=describe(after))


chain_watch = ChainWatch()
