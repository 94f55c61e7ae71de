"""How many workers are live: each is one, however many tiers it serves."""

import pytest
from django.conf import settings

from tests.workers.support import run
from workers.jobs import Tier
from workers.jobs.redis import presence

NOW_MS = 10_000_000


@pytest.mark.parametrize("batch", [1, 500])
def test_a_worker_of_both_tiers_is_one(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "LOOK_UP_BATCH", batch)
    gone_ms = NOW_MS - settings.WORKER_LIVE_MS - 1

    def say_live(tier: Tier, holders: list[str], now_ms: int = NOW_MS) -> None:
        run(presence.say_live(tier=tier, holders=holders, now_ms=now_ms))

    def live() -> int:
        return int(run(presence.live_workers(now_ms=NOW_MS)))

    assert live() == 0
    say_live(Tier.PRO, ["browser", "both"])
    say_live(Tier.MAX, ["both"])
    assert live() == 2
    say_live(Tier.MAX, ["native", "late"])
    say_live(Tier.PRO, ["late", "gone"], gone_ms)
    say_live(Tier.MAX, ["gone"], gone_ms)
    assert live() == 4, "one that was last seen serving both, and now serves one, is live too"
