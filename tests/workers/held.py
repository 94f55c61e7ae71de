"""A job in a worker's hands, over the worker calls."""

import time
from collections.abc import Callable

from tests.workers.calls import Client
from tests.workers.support import job_row
from workers.jobs.sweep import sweep

Json = dict[str, object]


class Held:
    """A job that a worker has claimed, and the calls about it."""

    def __init__(self, worker: Client) -> None:
        _, claimed = worker.call("claim", waitMs=0)
        assert claimed["job"] is not None, claimed
        self.worker, self.id, self.prefix = worker, claimed["job"]["id"], claimed["prefix"]
        self.messages = claimed["messages"]
        self._about = {"jobId": self.id, "lease": claimed["lease"]["token"]}
        self._seq = 0

    def say(self, value: str, kind: str | None = None) -> tuple[int, Json]:
        body = {"seq": self._seq, "value": value, **({"kind": kind} if kind else {})}
        status, answer = self.worker.call("token", **self._about, **body)
        self._seq += status == 200
        return status, answer

    def complete(self, tokens: int = 1) -> tuple[int, Json]:
        return self.worker.call("complete", **self._about, tokens=tokens)

    def fail(self) -> int:
        return self.worker.call("fail", **self._about)[0]

    @property
    def state(self) -> str:
        sweep()
        return job_row(self.id).state


def until(reached: Callable[[], bool], limit_s: float = 120) -> None:
    end = time.monotonic() + limit_s
    while not reached():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def during(seconds: float, step: Callable[[], object], pause_s: float = 0.2) -> None:
    """Do something again and again for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        step()
        time.sleep(pause_s)
