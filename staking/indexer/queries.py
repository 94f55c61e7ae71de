"""What is read about the reading of the chain."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.clock import now
from staking.indexer.models import ChainCursor

STALE_S = 60
"""So long after the last reading, what is shown may be out of date, and the page says so."""


@dataclass(frozen=True, slots=True)
class ChainView:
    """The last block read, how old it is, and whether all is well; else why not, in a sentence for people."""

    block: int | None
    age_s: int | None
    ok: bool
    problem: str | None


def cursor() -> ChainCursor | None:
    """How far the configured chain has been read; None where there is none, or nothing was read yet."""
    config: ChainSettings | None = settings.CHAIN
    return None if config is None else ChainCursor.objects.filter(chain_id=config.chain_id).first()


def chain_view() -> ChainView:
    """The configured chain as the pages show it. Asks the database only."""
    found = cursor()
    if settings.CHAIN is None:
        return ChainView(None, None, ok=False, problem="No chain is configured.")
    if found is None:
        return ChainView(None, None, ok=False, problem="The chain has not been read yet.")
    problem = _problem(found, now())
    return ChainView(found.block, _seconds(found.block_at, now()), ok=problem is None, problem=problem)


def _problem(found: ChainCursor, at: datetime) -> str | None:
    if found.alarm:
        return "The chain is being checked by staff. Nothing new counts until that is done."
    if found.problem:
        return found.problem
    silent_s = _seconds(found.read_at, at)
    return f"The chain was last read {silent_s:,} s ago." if silent_s > STALE_S else None


def _seconds(since: datetime, at: datetime) -> int:
    return max(0, int((at - since).total_seconds()))
