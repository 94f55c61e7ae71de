"""What is read about the reading of the chain."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now

STALE_S = 60
"""So long after the last reading, what is shown may be out of date, and the page says so."""


@dataclass(frozen=True, slots=True)
class ChainProgress:
    """The last block read, how old it is, and whether all is well; else why not, in a sentence for people."""

    block: int | None
    age_s: int | None
    ok: bool
    problem: str | None


def cursor() -> ChainCursor | None:
    """How far the configured chain has been read; None where there is none, or nothing was read yet."""
    config: ChainSettings | None = settings.CHAIN
    return None if config is None else ChainCursor.objects.filter(chain_id=config.chain_id).first()


def chain_progress() -> ChainProgress:
    """The configured chain as the pages show it. Asks the database only."""
    if settings.CHAIN is None:
        return ChainProgress(None, None, ok=False, problem="No chain is configured.")
    read = cursor()
    if read is None:
        return ChainProgress(None, None, ok=False, problem="The chain has not been read yet.")
    problem = _problem(read, now())
    return ChainProgress(read.block, _seconds(read.block_at, now()), ok=problem is None, problem=problem)


def _problem(read: ChainCursor, at: datetime) -> str | None:
    if read.alarm:
        return "The chain is being checked by staff. Nothing new counts until that is done."
    if read.problem:
        return read.problem
    silent_s = _seconds(read.read_at, at)
    return f"The chain was last read {silent_s:,} s ago." if silent_s > STALE_S else None


def _seconds(since: datetime, at: datetime) -> int:
    return max(0, int((at - since).total_seconds()))
