"""Following the chain: what is confirmed is read in ranges, each booked with the cursor in one transaction.

A process that ends anywhere loses at most what it had read and not written; the next one reads it again from
the cursor. Nothing is asked of the node while a transaction is open.
"""

import time

import structlog
from django.conf import settings
from django.db import transaction

from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.chain import Chain, ChainUnavailable, chain
from ashao_site.lib.clock import now
from ashao_site.lib.errors import Conflict
from staking.deposits import CannotBook
from staking.indexer import queries
from staking.indexer.matching import match_outgoing
from staking.indexer.models import MAX_SENTENCE_CHARS, ChainCheckpoint, ChainCursor
from staking.indexer.node import Header, Node, Nonsense
from staking.indexer.reading import Reorganised, Slow, TooMuch, check_place, node_header, read_range
from staking.indexer.writing import step_back, write_range

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
        _follow(chain())
    except ChainUnavailable as error:
        _keep_problem(config.chain_id, error.message)
    except (Reorganised, CannotBook) as error:
        _raise_alarm(config.chain_id, str(error))
    except AnotherWasFirst:
        pass
    match_outgoing(chain_id=config.chain_id)


def clear_alarm(*, staff: User, note: str) -> ChainCursor:
    """Take the alarm off: reading goes on from the highest block read that is still in the chain.

    Nothing that was credited is taken back. Deposits that are read again are known by their transaction and
    what they move. Raises Conflict (no_alarm).
    """
    found = queries.cursor()
    if found is None or not found.alarm:
        raise Conflict("There is no alarm.", code="no_alarm")
    from_alarm = ChainCursor.objects.filter(pk=found.pk, alarm=found.alarm)
    # Only whoever saw that the addresses are others has accepted them.
    addresses = "" if found.alarm == OTHER_ADDRESSES else found.addresses
    with transaction.atomic():
        if from_alarm.update(alarm="", alarm_at=None, recheck=True, addresses=addresses) != 1:
            raise Conflict("There is no alarm.", code="no_alarm")
        subject = f"chain:{found.chain_id}"
        audit(actor=staff, action="chain.clear_alarm", subject=subject, detail=f"{note} ({found.alarm})")
    found.refresh_from_db()
    return found


def _follow(reached: Chain) -> None:
    cursor = queries.cursor()
    if cursor is not None and cursor.alarm:
        return
    node, deadline = Node(reached), time.monotonic() + RUN_MAX_S
    _check_id(node)
    cursor = cursor or _first_cursor(node)
    if cursor is None or cursor.alarm:
        return
    _check_addresses(node.config, cursor)
    if cursor.recheck:
        _recheck(node, cursor)
        cursor.refresh_from_db()
    for _ in range(RANGES_A_RUN):
        if not _step(node, cursor, deadline) or time.monotonic() > deadline:
            break
        cursor.refresh_from_db()
    ChainCursor.objects.filter(pk=cursor.pk).update(read_at=now(), problem="", problem_at=None)


def _step(node: Node, cursor: ChainCursor, deadline: float) -> bool:
    """Read and book one range, or make the next one smaller; False where there is nothing to read."""
    latest = node.latest()
    if latest.number < cursor.block:
        raise ChainUnavailable(
            f"The chain's node knows {latest.number:,} blocks only, and {cursor.block:,} were read before."
        )
    last = min(latest.number - node.config.confirmations, cursor.block + cursor.range_blocks)
    if last <= cursor.block:
        check_place(node, cursor)
        return False
    asked = last - cursor.block
    try:
        found = read_range(node, cursor, last, deadline=deadline)
    except TooMuch as error:
        _shrink(cursor, asked)
        if asked == 1 or isinstance(error, Slow):
            raise
        return True
    full = asked == cursor.range_blocks
    grown = cursor.range_blocks + max(1, cursor.range_blocks // 2) if full else cursor.range_blocks
    if not write_range(cursor, found, range_blocks=min(grown, max(RANGE_BLOCKS_MAX, cursor.range_blocks))):
        raise AnotherWasFirst
    return True


def _shrink(cursor: ChainCursor, asked: int) -> None:
    smaller = max(1, asked // 2)
    log.info("chain_range_shrinks", asked_blocks=asked, range_blocks=smaller)
    ChainCursor.objects.filter(pk=cursor.pk, block=cursor.block).update(range_blocks=smaller)


def _check_id(node: Node) -> None:
    found = node.chain_id()
    if found != node.config.chain_id:
        raise Nonsense(f"The chain at CHAIN_RPC_URL has id {found}, not {node.config.chain_id} (CHAIN_ID).")


def _check_addresses(config: ChainSettings, cursor: ChainCursor) -> None:
    """That the events which were read so far are those of the addresses that are configured now."""
    named = " ".join((config.usdc, config.treasury, config.vault, config.token))
    if not cursor.addresses:
        ChainCursor.objects.filter(pk=cursor.pk).update(addresses=named)
    elif cursor.addresses != named:
        raise Reorganised(OTHER_ADDRESSES)


def _first_cursor(node: Node) -> ChainCursor | None:
    """The cursor of a chain that was never read, just before its first block of interest; None before that."""
    latest = node.latest()
    base = _base(node)
    if base > latest.number - node.config.confirmations:
        return None
    genesis, header = node.header(0), node.header(base)
    if genesis is None or header is None:
        raise Nonsense
    alarm = _other_chain(node.config.chain_id)
    found, _ = ChainCursor.objects.get_or_create(
        chain_id=node.config.chain_id,
        defaults={
            "alarm": alarm,
            "alarm_at": now() if alarm else None,
            "genesis_hash": genesis.hash,
            "block": header.number,
            "block_hash": header.hash,
            "block_at": header.at,
            "read_at": now(),
            "range_blocks": RANGE_BLOCKS_AT_FIRST,
        },
    )
    return found


def _other_chain(chain_id: int) -> str:
    """The alarm about books that began on another chain: what people hold of its USDC would be paid out of this."""
    other = ChainCursor.objects.exclude(chain_id=chain_id).order_by("chain_id").first()
    if other is None:
        return ""
    return (
        f"These books have read chain {other.chain_id} before (CHAIN_ID). What people were credited there, they "
        "could have paid out here."
    )


def _base(node: Node) -> int:
    return max(0, node.config.start_block - 1)


def _recheck(node: Node, cursor: ChainCursor) -> None:
    """Go on from the cursor if its block is in the chain after all, else from the last checkpoint that is."""
    try:
        check_place(node, cursor)
    except Reorganised:
        genesis = node.header(0)
        if genesis is None or genesis.hash != cursor.genesis_hash:
            raise
        if not step_back(cursor, _anchor(node, cursor)):
            raise AnotherWasFirst from None
    else:
        ChainCursor.objects.filter(pk=cursor.pk, recheck=True).update(recheck=False)


def _anchor(node: Node, cursor: ChainCursor) -> Header:
    """The last block read that is still in the chain; the one before CHAIN_START_BLOCK if none is kept.

    Raises Reorganised if that is no step back.
    """
    kept = ChainCheckpoint.objects.filter(chain_id=cursor.chain_id, block__lt=cursor.block)
    for checkpoint in kept.order_by("-block"):
        header = node.header(checkpoint.block)
        if header is not None and header.hash == checkpoint.block_hash:
            return header
    base = _base(node)
    if base >= cursor.block:
        raise Reorganised(
            f"CHAIN_START_BLOCK is beyond block {cursor.block:,}, up to which the chain was read: what happened"
            " in between would be left out."
        )
    return node_header(node, base)


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
