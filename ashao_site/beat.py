"""Celery's scheduler, for a machine whose clock may be set back."""

from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler
from celery.utils.time import maybe_make_aware

AHEAD_MAX = timedelta(seconds=1)
"""A task that last ran further ahead than this ran before the clock was set back."""


class SteadyScheduler(PersistentScheduler):
    """Goes on when the clock is set back.

    Celery's own waits until the old time comes again: nobody would sweep for as long as the clock went back, also
    after a restart, since it keeps on the disk when each task ran.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run one due task; returns after how many seconds to look again."""
        if self._came_from_ahead():
            self._heap = None  # it is ordered by times that are ahead as well
        delay: float = super().tick(*args, **kwargs)
        return delay

    def _came_from_ahead(self) -> bool:
        is_ahead = False
        for entry in self.schedule.values():
            now = maybe_make_aware(entry.default_now())
            ran = entry.last_run_at
            if ran is not None and maybe_make_aware(ran) > now + AHEAD_MAX:
                entry.last_run_at = now
                is_ahead = True
        return is_ahead
