"""A network, strict about its side of the contract, with faults to switch on."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from .contract import wrong_with_answer, wrong_with_body
from .http_server import Cut, Exchange, Server

API_KEY = "ak_alice"


@dataclass
class FakeJob:
    """A job as the network sees it."""

    id: str
    tier: str
    messages: list[dict]
    prefix: str = ""
    state: str = "queued"
    holder: str = ""
    lease: str = ""
    chunks: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # of the chunks
    stopped: bool = False  # the person has stopped it
    times: list[float] = field(default_factory=list)
    tokens: int | None = None
    finish: str = ""
    reason: str = ""
    after_end: int = 0  # calls that came once the job was no longer the caller's

    @property
    def text(self) -> str:
        return self._of("text")

    @property
    def thoughts(self) -> str:
        return self._of("reasoning")

    def _of(self, kind: str) -> str:
        return "".join(c for c, k in zip(self.chunks, self.kinds, strict=True) if k == kind)


class FakeNetwork:
    """The worker API. What a worker does against the contract is kept in `violations`."""

    def __init__(self) -> None:
        self.server = Server(self._handle)
        self.workers: dict[str, dict] = {}  # by token
        self.jobs: dict[str, FakeJob] = {}
        self.queue: deque[FakeJob] = deque()
        self.changed = asyncio.Event()
        self.violations: list[str] = []
        self.calls: list[str] = []
        self.released: list[str] = []
        self.speeds: list[float] = []
        self.renewed: list[list[str]] = []  # the jobs that each heartbeat named
        self.ready: list[bool] = []  # what each heartbeat said
        self.paused = False
        self.most_held = 0
        self.claims_waiting = 0
        self.lease_ms = 10_000
        # Faults.
        self.cut_before: dict[str, int] = {}  # call → how many are lost on their way in
        self.cut_after: dict[str, int] = {}  # call → how many answers are lost on their way back
        self.answers: dict[str, list[tuple[int, dict, dict]]] = {}  # call → statuses answered instead
        self.stop_at: int | None = None
        self.forget_at: int | None = None
        self.first_edition = False  # knows no reasoning, and tells nothing of a stop in a heartbeat

    def put(
        self, words: str, *, tier: str = "max", prefix: str = "", before: list[dict] | None = None
    ) -> FakeJob:
        messages = [*(before or []), {"role": "user", "content": words}]
        job = FakeJob(f"job_{len(self.jobs)}", tier, messages, prefix)
        self.jobs[job.id] = job
        self.queue.append(job)
        self._tell()
        return job

    async def until(self, condition, timeout_s: float = 60.0) -> None:
        """Waits until something is so."""
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline_s, f"waited too long; calls: {self.calls[-20:]}"
            await asyncio.sleep(0.01)

    def pause(self, paused: bool) -> None:
        """The owner pauses the worker, or resumes it; a claim that waits ends."""
        self.paused = paused
        self._tell()

    def take_away(self, job: FakeJob) -> None:
        """The lease goes to nobody; the worker is told at its next call."""
        job.lease, job.state = "", "queued"

    def stop(self, job: FakeJob) -> None:
        """The person stops the answer: the network ends it as it is."""
        job.stopped, job.state = True, "done"

    def held_by(self, worker_id: str) -> list[FakeJob]:
        return [j for j in self.jobs.values() if j.holder == worker_id and j.state == "running"]

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def _handle(self, exchange: Exchange) -> None:
        call = exchange.path.removeprefix("/api/worker/")
        self.calls.append(call)
        self._cut(self.cut_before, call)
        planned = self.answers.get(call)
        if planned:
            status, data, headers = planned.pop(0)
            await exchange.json(status, data, **headers)
            return
        if self.first_edition:
            assert exchange.data.get("kind", "text") == "text"
        elif wrong := wrong_with_body(call, exchange.data):
            self.violations.append(f"{call}: {wrong}")
        status, data = await self._answer(call, exchange)
        if status < 300 and not self.first_edition and (wrong := wrong_with_answer(call, data)):
            self.violations.append(f"the fake's own answer to {call}: {wrong}")
        self._cut(self.cut_after, call)
        await exchange.json(status, data)

    def _cut(self, plan: dict[str, int], call: str) -> None:
        if plan.get(call, 0) > 0:
            plan[call] -= 1
            raise Cut

    async def _answer(self, call: str, exchange: Exchange) -> tuple[int, dict]:
        bearer = exchange.headers.get("authorization", "").removeprefix("Bearer ")
        body = exchange.data
        if call == "register":
            return self._register(bearer, body)
        worker = self.workers.get(bearer)
        if worker is None:
            return 401, {"error": "This worker token is not valid.", "code": "not_signed_in"}
        if body.get("workerId", worker["id"]) != worker["id"]:
            self.violations.append("wrong workerId")
        if call == "claim":
            return await self._claim(worker, body)
        if call == "heartbeat":
            self.speeds.append(body.get("tokensPerSecond", 0))
            return 200, self._heartbeat(worker, body)
        if call == "release":
            self.released.append(worker["id"])
            return 200, {"ok": True}
        return self._of_job(call, worker, body)

    def _heartbeat(self, worker: dict, body: dict) -> dict:
        self.renewed.append(body["jobs"])
        self.ready.append(body.get("ready", True))
        about = {"workerId": worker["id"], "tiers": worker["tiers"], "model": worker["model"]}
        answer = {"ok": True, **about, "paused": self.paused}
        answer["jobs"] = [job.id for job in self.held_by(worker["id"])]
        if not self.first_edition:
            mine = (job for job in self.jobs.values() if job.holder == worker["id"])
            answer["stop"] = [job.id for job in mine if job.stopped]
        return answer

    def _register(self, bearer: str, body: dict) -> tuple[int, dict]:
        if bearer != API_KEY:
            return 401, {"error": "This API key is not valid.", "code": "not_signed_in"}
        if body["type"] != "native" or not body["model"] or not body["tiers"]:
            self.violations.append(f"registered as {body}")
        number = len(self.workers)
        self.workers[f"wt_{number}"] = {
            "id": f"wrk_{number}",
            "tiers": body["tiers"],
            "model": body["model"],
            "name": body.get("name"),
            "contextTokens": body.get("contextTokens"),
        }
        return 201, {"workerId": f"wrk_{number}", "workerToken": f"wt_{number}"}

    async def _claim(self, worker: dict, body: dict) -> tuple[int, dict]:
        if ("tier" in body) == ("tiers" in body) or not 0 <= body["waitMs"] <= 25_000:
            self.violations.append(f"claimed with {body}")
        tiers = body.get("tiers") or [body["tier"]]
        self.claims_waiting += 1
        if self.claims_waiting > 1:
            self.violations.append("two claims at once")
        try:
            async with asyncio.timeout(body["waitMs"] / 1000):
                paused = self.paused
                while (job := self._next(tiers)) is None:
                    await self.changed.wait()
                    if self.paused != paused:
                        return 200, {"job": None, "reason": "paused" if self.paused else "no_job"}
        except TimeoutError:
            return 200, {"job": None, "reason": "paused" if self.paused else "no_job"}
        finally:
            self.claims_waiting -= 1
        self.queue.remove(job)
        job.state, job.holder, job.lease = "running", worker["id"], f"lease-{job.id}-{len(self.calls)}"
        self.most_held = max(self.most_held, len(self.held_by(worker["id"])))
        about = {"id": job.id, "tier": job.tier, "model": f"ashao-{job.tier}", "value": 150_000}
        lease = {"token": job.lease, "ms": self.lease_ms}
        return 200, {"job": about, "messages": job.messages, "prefix": job.prefix, "lease": lease}

    def _next(self, tiers: list[str]) -> FakeJob | None:
        return (
            None
            if self.paused
            else next((job for tier in tiers for job in self.queue if job.tier == tier), None)
        )

    def _of_job(self, call: str, worker: dict, body: dict) -> tuple[int, dict]:
        job = self.jobs[body["jobId"]]
        if call == "complete" and job.state == "done" and body["lease"] == job.lease:
            job.tokens, job.finish = job.tokens or body["tokens"], job.finish or body["finish"]
            return 200, {"earned": 105_000}
        if call == "token" and job.stopped and body["lease"] == job.lease:
            return 200, {"ok": True, "stop": True}
        if job.state != "running" or job.lease != body["lease"] or job.holder != worker["id"]:
            job.after_end += 1
            return 409, {"error": "The lease is no longer yours.", "code": "lease_lost"}
        if call == "token":
            return self._token(job, body)
        if call == "complete":
            job.state, job.tokens, job.finish = "done", body["tokens"], body["finish"]
            return 200, {"earned": 105_000}
        job.state, job.reason = "failed", body["reason"]
        return 200, {"ok": True}

    def _token(self, job: FakeJob, body: dict) -> tuple[int, dict]:
        seq, value = body["seq"], body["value"]
        if not value or len(value) > 16_000:
            self.violations.append(f"a chunk of {len(value)} characters")
        if self.forget_at is not None and seq >= self.forget_at:
            # As after a restart from an older snapshot: what was accepted last is gone.
            self.forget_at = None
            del job.chunks[-2:], job.kinds[-2:]
        if seq > len(job.chunks):
            about = {"error": "A chunk is missing.", "code": "out_of_order", "expected": len(job.chunks)}
            return 409, about
        if seq < len(job.chunks):
            if job.chunks[seq] != value:
                self.violations.append(f"chunk {seq} changed")
        else:
            job.chunks.append(value)
            job.kinds.append(body.get("kind", "text"))
            job.times.append(time.monotonic())
        return 200, {"ok": True, "stop": self.stop_at is not None and seq >= self.stop_at}
