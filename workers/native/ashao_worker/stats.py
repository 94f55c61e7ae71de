"""What this run has done so far."""

import time
from collections import deque
from dataclasses import dataclass, field

from .limits import SPEED_WINDOW_S

_BUCKET_S = 0.25  # marks are gathered, so that the window stays small however fast the model is


@dataclass
class Stats:
    """Counters, and the speed over the last seconds."""

    done: int = 0
    failed: int = 0
    lost: int = 0
    tokens: int = 0
    earned_micros: int = 0
    _marks: deque[tuple[float, int]] = field(default_factory=deque)

    def mark(self, tokens: int, now_s: float | None = None) -> None:
        """`tokens` were generated just now."""
        now_s = time.monotonic() if now_s is None else now_s
        if self._marks and now_s - self._marks[-1][0] < _BUCKET_S:
            since_s, count = self._marks.pop()
            self._marks.append((since_s, count + tokens))
        else:
            self._marks.append((now_s, tokens))
        self._forget(now_s)

    def tokens_per_second(self, now_s: float | None = None) -> float:
        """Over the last few seconds, all jobs together; 0 when nothing was generated in them."""
        now_s = time.monotonic() if now_s is None else now_s
        self._forget(now_s)
        if not self._marks:
            return 0.0
        return sum(count for _, count in self._marks) / max(1.0, now_s - self._marks[0][0])

    def _forget(self, now_s: float) -> None:
        while self._marks and now_s - self._marks[0][0] > SPEED_WINDOW_S:
            self._marks.popleft()
