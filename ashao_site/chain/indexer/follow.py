"""Following the chain: what is confirmed is read in ranges, each booked with the cursor in one transaction.

A process that ends anywhere loses at most what it had read and not written; the next one reads it again from
the cursor. Nothing is asked of the node while a transaction is open.
"""

import time

import structlog
from django.conf import settings

from ashao_site.chain.answers import Block
from ashao_site.chain.client import ChainUnavailable, Nonsense
from ashao_site.chain.indexer import queries
from ashao_site.chain.indexer.listeners import CannotApply, listeners
from ashao_site.chain.indexer.models import MAX_SENTENCE_CHARS, ChainCheckpoint, ChainCursor
from ashao_site.chain.indexer.reading import (
    Reorganised,
    Slow,
    TooMuch,
    check_place,
    latest_block,
    read_range,
)
from ashao_site.chain.indexer.writing import step_back, write_range
from ashao_site.chain.logs import Question
from ashao_site.chain.node import Node, node
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now
from ashao_site.lib.errors import Conflict

log = structlog.get_logger("ashao.indexer")

RANGE_BLOCKS_AT_FIRST = 2_000
RANGE_BLOCKS_MAX = 10_000
RANGES_A_RUN = 20
RUN_MAX_S = 20.0
"""No new range is begun later than this in a run, nor another block asked for: a slow chain waits for the next."""

OTHER_ADDRESSES = (
    "The chain was read for other addresses of USDC, treasury, vault or token than are configured now; "
    "what these did before is not in the books."
)


class AnotherWasFirst(Exception):
    """The cursor is not where it was: another process has moved it."""


def follow() -> None:
    """Read and book what is new on the configured chain. Never raises for what a chain does.

    What stops it is kept on the cursor: a `problem`, which the next run may not have any more, or an `alarm`,
    with which nothing is read until staff take it off.
    """
    config: ChainSettings | None = settings.CHAIN
    if config is None:
        return
    try:
        _follow(node())
    except ChainUnavailable as error:
        _keep_problem(config.chain_id, error.message)
    except (Reorganised, CannotApply) as error:
        _raise_alarm(config.chain_id, str(error))
    except AnotherWasFirst:
        pass


def clear_alarm() -> tuple[ChainCursor, str]:
    """Take the alarm off: reading goes on from the highest block read that is still in the chain. What it was, too.

    Nothing that was credited is taken back. Deposits that are read again are known by their transaction and
    what they move. Raises Conflict (no_alarm).
    """
    cursor = queries.cursor()
    if cursor is None or not cursor.alarm:
        raise Conflict("There is no alarm.", code="no_alarm")
    alarm = cursor.alarm
    # Only whoever saw that the addresses are others has accepted them.
    addresses = "" if alarm == OTHER_ADDRESSES else cursor.addresses
    with_alarm = ChainCursor.objects.filter(pk=cursor.pk, alarm=alarm)
    if with_alarm.update(alarm="", alarm_at=None, recheck=True, addresses=addresses) != 1:
        raise Conflict("There is no alarm.", code="no_alarm")
    cursor.refresh_from_db()
    return cursor, alarm


def _follow(asked: Node) -> None:
    cursor = queries.cursor()
    if cursor is not None and cursor.alarm:
        return
    deadline = time.monotonic() + RUN_MAX_S
    asked.require_chain()
    cursor = cursor or _first_cursor(asked)
    if cursor is None or cursor.alarm:
        return
    _check_addresses(asked.config, cursor)
    if cursor.recheck:
        _recheck(asked, cursor)
        cursor.refresh_from_db()
    for _ in range(RANGES_A_RUN):
        if not _step(asked, cursor, deadline) or time.monotonic() > deadline:
            break
        cursor.refresh_from_db()
    ChainCursor.objects.filter(pk=cursor.pk).update(read_at=now(), problem="", problem_at=None)


def _step(asked: Node, cursor: ChainCursor, deadline: float) -> bool:
    """Read and book one range, or make the next one smaller; False where there is nothing to read."""
    latest = latest_block(asked)
    if latest.number < cursor.block:
        raise ChainUnavailable(
            f"The chain's node knows {latest.number:,} blocks only, and {cursor.block:,} were read before."
        )
    last = min(latest.number - asked.config.confirmations, cursor.block + cursor.range_blocks)
    if last <= cursor.block:
        check_place(asked, cursor)
        return False
    block_count = last - cursor.block
    try:
        read = read_range(asked, cursor, last, questions=_questions(asked.config), deadline=deadline)
    except TooMuch as error:
        _shrink(cursor, block_count)
        if block_count == 1 or isinstance(error, Slow):
            raise
        return True
    full = block_count == cursor.range_blocks
    grown = cursor.range_blocks + max(1, cursor.range_blocks // 2) if full else cursor.range_blocks
    if not write_range(cursor, read, range_blocks=min(grown, max(RANGE_BLOCKS_MAX, cursor.range_blocks))):
        raise AnotherWasFirst
    return True


def _questions(config: ChainSettings) -> list[Question]:
    """Every listener's, each once."""
    return list(dict.fromkeys(one for listener in listeners() for one in listener.questions(config)))


def _shrink(cursor: ChainCursor, block_count: int) -> None:
    smaller = max(1, block_count // 2)
    log.info("chain_range_shrinks", asked_blocks=block_count, range_blocks=smaller)
    ChainCursor.objects.filter(pk=cursor.pk, block=cursor.block).update(range_blocks=smaller)


def _check_addresses(config: ChainSettings, cursor: ChainCursor) -> None:
    """That the events which were read so far are those of the addresses that are configured now."""
    named = " ".join((config.usdc, config.treasury, config.vault, config.token))
    if not cursor.addresses:
        ChainCursor.objects.filter(pk=cursor.pk).update(addresses=named)
    elif cursor.addresses != named:
        raise Reorganised(OTHER_ADDRESSES)


def _first_cursor(asked: Node) -> ChainCursor | None:
    """The cursor of a chain that was never read, just before its first block of interest; None before that."""
    latest = latest_block(asked)
    base = _base(asked)
    if base > latest.number - asked.config.confirmations:
        return None
    genesis, block = asked.block(0), asked.block(base)
    if genesis is None or block is None:
        raise Nonsense
    alarm = _other_chain(asked.config.chain_id)
    cursor, _ = ChainCursor.objects.get_or_create(
        chain_id=asked.config.chain_id,
        defaults={
            "alarm": alarm,
            "alarm_at": now() if alarm else None,
            "genesis_hash": genesis.hash,
            "block": block.number,
            "block_hash": block.hash,
            "block_at": block.at,
            "read_at": now(),
            "range_blocks": RANGE_BLOCKS_AT_FIRST,
        },
    )
    return cursor


def _other_chain(chain_id: int) -> str:
    """The alarm about books that began on another chain: what people hold of its USDC would be paid out of this."""
    other = ChainCursor.objects.exclude(chain_id=chain_id).order_by("chain_id").first()
    if other is None:
        return ""
    return (
        f"These books have read chain {other.chain_id} before (CHAIN_ID). What people were credited there, they "
        "could have paid out here."
    )


def _base(asked: Node) -> int:
    return max(0, asked.config.start_block - 1)


def _recheck(asked: Node, cursor: ChainCursor) -> None:
    """Go on from the cursor if its block is in the chain after all, else from the last checkpoint that is."""
    try:
        check_place(asked, cursor)
    except Reorganised:
        genesis = asked.block(0)
        if genesis is None or genesis.hash != cursor.genesis_hash:
            raise
        if not step_back(cursor, _anchor(asked, cursor)):
            raise AnotherWasFirst from None
    else:
        ChainCursor.objects.filter(pk=cursor.pk, recheck=True).update(recheck=False)


def _anchor(asked: Node, cursor: ChainCursor) -> Block:
    """The last block read that is still in the chain; the one before CHAIN_START_BLOCK if none is kept.

    Raises Reorganised if that is no step back.
    """
    kept = ChainCheckpoint.objects.filter(chain_id=cursor.chain_id, block__lt=cursor.block)
    for checkpoint in kept.order_by("-block"):
        block = asked.block(checkpoint.block)
        if block is not None and block.hash == checkpoint.block_hash:
            return block
    base = _base(asked)
    if base >= cursor.block:
        raise Reorganised(
            f"CHAIN_START_BLOCK is beyond block {cursor.block:,}, up to which the chain was read: what happened"
            " in between would be left out."
        )
    return asked.known_block(base)


def _keep_problem(chain_id: int, sentence: str) -> None:
    sentence = sentence[:MAX_SENTENCE_CHARS]
    log.warning("chain_problem", reason=sentence)
    cursors = ChainCursor.objects.filter(chain_id=chain_id)
    cursors.filter(problem="").update(problem=sentence, problem_at=now())
    cursors.update(problem=sentence)


def _raise_alarm(chain_id: int, sentence: str) -> None:
    log.error("chain_alarm", reason=sentence)
    cursors = ChainCursor.objects.filter(chain_id=chain_id, alarm="")
    cursors.update(alarm=sentence[:MAX_SENTENCE_CHARS], alarm_at=now())
