"""The loop: claims jobs into free slots, keeps their leases, and stops in good order."""

import asyncio
import time
from collections.abc import Awaitable, Sequence

from . import events
from .answers import Claim, NoJob
from .config import Config
from .errors import Away, Fatal, Refused, Revoked, WorkerError
from .gate import UpstreamGate
from .job import HANDED_BACK, Done, Failed, JobRun, Outcome
from .limits import (
    AWAY_FIRST_S,
    AWAY_MAX_S,
    CLAIM_WAIT_MS,
    GOODBYE_S,
    HEARTBEAT_S,
    RETRY_AFTER_IDLE_MAX_S,
)
from .network import Network, Pulse
from .retries import Backoff
from .shutdown import Shutdown, first
from .stats import Stats
from .status import Reporter, View
from .upstream import Upstream

_TICK_S = 0.25
# An empty answer that comes sooner than this was no long poll: asking again at once would be a hot loop.
_SOON_S = 1.0


class Runner:
    """Serves until told to stop.

    One claim is under way at a time, and only while a slot is free, however many slots there are. So a
    slot never gets two jobs, and the network sees one waiting request for each worker.
    """

    def __init__(
        self,
        config: Config,
        tiers: Sequence[str],
        *,
        network: Network,
        upstream: Upstream,
        reporter: Reporter,
        shutdown: Shutdown,
    ) -> None:
        self._config = config
        self._tiers = tiers
        self._network = network
        self._upstream = upstream
        self._reporter = reporter
        self._shutdown = shutdown
        self._gate = UpstreamGate(upstream)
        self._slots = asyncio.Semaphore(config.jobs)
        self._jobs: dict[str, JobRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._paused = False
        self._broken = asyncio.Event()
        self._error: WorkerError | None = None
        self._state = ""
        self._last: Outcome | None = None
        self.stats = Stats()

    async def run(self) -> int:
        """Serves; returns the exit code. Raises `Fatal` when it cannot go on."""
        background = [
            asyncio.create_task(self._watched(work))
            for work in (self._claims(), self._heartbeats(), self._ticks(), self._gate.watch(self._idle))
        ]
        try:
            await first(self._until_broken(), self._shutdown.draining.wait())
            await first(self._until_broken(), self._shutdown.halting.wait(), self._all_ended())
        except Revoked as revoked:
            await self._cancel(*self._tasks, *background)
            raise Fatal(f"The network no longer accepts this worker's token ({revoked}).") from revoked
        finally:
            await self._goodbye(background)
        return 1 if self._config.once and not isinstance(self._last, Done) else 0

    async def _goodbye(self, background: Sequence[asyncio.Task[None]]) -> None:
        """Hands back what still runs and releases the worker, in a limited time."""
        for job in self._jobs.values():
            job.hand_back()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GOODBYE_S)
        await self._cancel(*self._tasks, *background)
        if not isinstance(self._error, Revoked):
            try:
                await asyncio.wait_for(self._network.release(), GOODBYE_S)
            except (WorkerError, TimeoutError):
                pass  # the network will notice that no heartbeat comes
        self._tick()

    async def _claims(self) -> None:
        backoff = Backoff(AWAY_FIRST_S, AWAY_MAX_S, retry_after_max_s=RETRY_AFTER_IDLE_MAX_S)
        while not self._shutdown.draining.is_set():
            await self._slots.acquire()
            claim = await self._claim(backoff)
            if claim is None:
                self._slots.release()
                continue
            self._start(claim)
            if self._config.once:
                return

    async def _claim(self, backoff: Backoff) -> Claim | None:
        """One long poll; waits a while after one that failed, or came back empty at once.

        A model server that goes away while it waits ends it: nobody should get a job for a dead one.
        """
        await self._gate.passed()
        if self._shutdown.draining.is_set():
            return None
        asked_s, retry_after_s = time.monotonic(), None
        try:
            answer = await self._long_poll()
            if answer is None:
                return None
            self._paused = isinstance(answer, NoJob) and answer.reason == "paused"
            if isinstance(answer, Claim) or time.monotonic() - asked_s > _SOON_S:
                backoff.reset()
                return answer if isinstance(answer, Claim) else None
        except Away as away:
            retry_after_s = away.retry_after_s
        except Refused as refused:
            if refused.status != 409:
                raise
            # 409 passes: the network thinks that an earlier claim of ours is still waiting.
        await asyncio.sleep(backoff.pause_s(retry_after_s))
        return None

    async def _long_poll(self) -> Claim | NoJob | None:
        """The network's answer; None when the gate was shut first."""
        asked = asyncio.ensure_future(self._network.claim(self._tiers, CLAIM_WAIT_MS))
        shut = asyncio.ensure_future(self._gate.shut.wait())
        try:
            await asyncio.wait({asked, shut}, return_when=asyncio.FIRST_COMPLETED)
            return asked.result() if asked.done() else None
        finally:
            for wait in (asked, shut):
                wait.cancel()
            await asyncio.gather(asked, shut, return_exceptions=True)

    def _start(self, claim: Claim) -> None:
        if claim.job_id in self._jobs:
            self._slots.release()  # never two runs of one job
            return
        job = JobRun(claim, self._network, self._upstream, self.stats)
        self._jobs[claim.job_id] = job
        if self._shutdown.draining.is_set():
            job.hand_back()  # it came in while we were already leaving
        else:
            self._reporter.event(events.claimed(claim))
        task = asyncio.create_task(self._watched(self._serve(job)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, job: JobRun) -> None:
        try:
            outcome = await job.run()
        except Revoked:
            raise
        except WorkerError as error:
            outcome = Failed(str(error), upstream=False)
        finally:
            del self._jobs[job.claim.job_id]
            self._slots.release()
        self._count(outcome)
        self._reporter.event(events.ended(job.claim, outcome))
        self._last = outcome
        if self._config.once:
            self._shutdown.draining.set()

    def _count(self, outcome: Outcome) -> None:
        if isinstance(outcome, Done):
            self._gate.worked()
            self.stats.done += 1
            self.stats.tokens += outcome.tokens
            self.stats.earned_micros += outcome.earned_micros
        elif isinstance(outcome, Failed):
            self.stats.failed += outcome.reason != HANDED_BACK
            if outcome.upstream:
                self._gate.failed(outcome.reason)
            elif outcome.unsure:
                self._gate.doubted(outcome.reason)
        else:
            self.stats.lost += 1

    async def _heartbeats(self) -> None:
        backoff = Backoff(HEARTBEAT_S, AWAY_MAX_S)
        while True:
            held, away_s = list(self._jobs.values()), 0.0
            self._gate.turned.clear()
            ready = self._gate.ready and not self._shutdown.draining.is_set()
            try:
                named = [job.claim.job_id for job in held]
                pulse = await self._network.heartbeat(self.stats.tokens_per_second(), named, ready=ready)
            except Away as away:
                away_s = 0.0 if held else backoff.pause_s(away.retry_after_s)
            except Refused:
                pass
            else:
                backoff.reset()
                for job in held:
                    _apply(job, pulse)
            await self._next_heartbeat(HEARTBEAT_S + away_s)

    async def _next_heartbeat(self, wait_s: float) -> None:
        """Waits; what the network should know at once, that the model server is gone or back, ends the wait."""
        try:
            await asyncio.wait_for(self._gate.turned.wait(), wait_s)
        except TimeoutError:
            pass

    def _idle(self) -> bool:
        return not self._jobs

    async def _ticks(self) -> None:
        while True:
            self._tick()
            await asyncio.sleep(_TICK_S)

    def _tick(self) -> None:
        name, detail = self._now()
        if name + detail != self._state:
            self._state = name + detail
            self._reporter.event(events.state(name, detail))
        speed = self.stats.tokens_per_second()
        done, earned = self.stats.done, self.stats.earned_micros
        self._reporter.draw(View(name, detail, len(self._jobs), speed, done, earned))

    def _now(self) -> tuple[str, str]:
        if self._shutdown.draining.is_set():
            return "finishing", "finishing"
        if self._network.trouble:
            return "network_away", f"{self._network.trouble}, trying again"
        if self._gate.trouble and not self._jobs:
            return "upstream_down", f"{self._gate.trouble}, trying again"
        if self._jobs:
            return "serving", "serving"
        return ("paused", "paused by its owner") if self._paused else ("waiting", "waiting for jobs")

    async def _all_ended(self) -> None:
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _watched(self, work: Awaitable[None]) -> None:
        """Runs a part of the program; if it breaks, the program ends with what broke it."""
        try:
            await work
        except (Revoked, Fatal) as error:
            self._break(error)
        except Refused as refused:
            self._break(Fatal(f"The network refused this worker: {refused}"))
        except Exception as error:
            # The type's name only: a message could carry a piece of somebody's text.
            self._break(Fatal(f"ashao-worker has a bug ({type(error).__name__}); please report it."))

    def _break(self, error: WorkerError) -> None:
        self._error = self._error or error
        self._broken.set()

    async def _until_broken(self) -> None:
        await self._broken.wait()
        assert self._error is not None
        raise self._error

    async def _cancel(self, *tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _apply(job: JobRun, pulse: Pulse) -> None:
    """What the network says of a job that it was asked about: stopped by the person, lost, or still ours."""
    job_id = job.claim.job_id
    if job_id in pulse.stop:
        job.stop()
    elif pulse.held is not None and job_id not in pulse.held:
        job.abandon()
    else:
        job.lease.renew()
