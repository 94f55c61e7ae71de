"""The worker API of an ashao network, call by call. Nothing here retries: `retries` is for those who do."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from .answers import Claim, Identity, NoJob, integer, judge, parse_claim, parse_identity, strings
from .errors import Away, LeaseLost, OddAnswer, Refused, WorkerError
from .limits import REQUEST_TIMEOUT_S
from .retries import Lease
from .thinking import Piece

# The statuses that say, of a job we hold, that we do not hold it (any more).
_NOT_OURS = frozenset({403, 404, 409, 410})


@dataclass(frozen=True)
class Pulse:
    """The answer to a heartbeat: the jobs that the network knows to be ours, and those that the person stopped.

    `held` is None where the network does not say.
    """

    held: frozenset[str] | None
    stop: frozenset[str]


class Network:
    """One worker's view of the network. `token` and `worker_id` are set once the worker is known.

    `trouble` says why the last call did not get through, and is None after one that did.
    """

    def __init__(self, base_url: str, client: httpx.AsyncClient) -> None:
        self._base_url = base_url
        self._client = client
        self.token = ""
        self.worker_id = ""
        # A network of before there was reasoning would take it for the answer.
        self.takes_reasoning = False
        self.trouble: str | None = None

    async def register(
        self,
        api_key: str,
        model: str,
        tiers: Sequence[str],
        name: str | None = None,
        context_tokens: int | None = None,
    ) -> str:
        """Makes a new worker of the key's owner, becomes it, and returns its token."""
        body: dict[str, object] = {"type": "native", "model": model, "tiers": list(tiers)}
        if name is not None:
            body["name"] = name
        if context_tokens is not None:
            body["contextTokens"] = context_tokens
        answer = await self._post("register", body, bearer=api_key)
        worker_id, token = answer.get("workerId"), answer.get("workerToken")
        if not (isinstance(worker_id, str) and isinstance(token, str) and worker_id and token):
            raise OddAnswer("what answers there is not an ashao network")
        self.worker_id, self.token = worker_id, token
        return token

    async def identify(self, token: str) -> Identity:
        """Which worker `token` is; becomes it."""
        # What an earlier run of this worker left unfinished is not ours any more: it must not be renewed.
        answer = await self._post("heartbeat", {"jobs": []}, bearer=token)
        self._learn(answer)
        identity = parse_identity(answer)
        self.worker_id, self.token = identity.worker_id, token
        return identity

    async def claim(self, tiers: Sequence[str], wait_ms: int) -> Claim | NoJob:
        """Waits up to `wait_ms` for a job of one of the tiers, the first preferred."""
        body: dict[str, object] = {"workerId": self.worker_id, "waitMs": wait_ms}
        if len(tiers) == 1:
            body["tier"] = tiers[0]
        else:
            body["tiers"] = list(tiers)
        return parse_claim(await self._post("claim", body, timeout_s=wait_ms / 1000 + REQUEST_TIMEOUT_S))

    async def token_chunk(self, job_id: str, lease: Lease, seq: int, chunk: Piece) -> bool:
        """Sends chunk `seq`, which renews the lease. True when the person has stopped the answer."""
        body: dict[str, object] = {"seq": seq, "value": chunk.text}
        if chunk.kind != "text":
            body["kind"] = chunk.kind
        answer = await self._of_job("token", job_id, lease, body)
        lease.renew()
        return answer.get("stop") is True

    async def complete(self, job_id: str, lease: Lease, tokens: int, finish: str) -> int:
        """Ends the job; what it earned in µUSDC. Repeatable."""
        answer = await self._of_job("complete", job_id, lease, {"tokens": tokens, "finish": finish})
        return integer(answer.get("earned"))

    async def fail(self, job_id: str, lease: Lease, reason: str) -> None:
        """Hands the job on."""
        await self._of_job("fail", job_id, lease, {"reason": reason})

    async def heartbeat(self, tokens_per_second: float, jobs: Sequence[str], *, ready: bool = True) -> Pulse:
        """Says that we live, how fast we are, and whether we could take a job; renews the leases of these jobs."""
        body: dict[str, object] = {"workerId": self.worker_id, "jobs": list(jobs), "ready": ready}
        if tokens_per_second > 0:
            body["tokensPerSecond"] = round(tokens_per_second, 2)
        answer = await self._post("heartbeat", body)
        self._learn(answer)
        held = strings(answer.get("jobs")) if isinstance(answer.get("jobs"), list) else None
        return Pulse(held=held, stop=strings(answer.get("stop")))

    def _learn(self, heartbeat: dict[str, object]) -> None:
        """What the network understands, by the answer to a heartbeat: `stop` and reasoning came together."""
        self.takes_reasoning = "stop" in heartbeat

    async def release(self) -> None:
        await self._post("release", {"workerId": self.worker_id})

    async def _of_job(
        self, call: str, job_id: str, lease: Lease, more: dict[str, object]
    ) -> dict[str, object]:
        body = {"jobId": job_id, "workerId": self.worker_id, "lease": lease.token, **more}
        try:
            return await self._post(call, body)
        except Refused as refused:
            if refused.status in _NOT_OURS:
                raise LeaseLost(str(refused)) from refused
            raise

    async def _post(
        self,
        call: str,
        body: dict[str, object],
        *,
        bearer: str | None = None,
        timeout_s: float = REQUEST_TIMEOUT_S,
    ) -> dict[str, object]:
        timeout = httpx.Timeout(REQUEST_TIMEOUT_S, read=timeout_s)
        headers = {"Authorization": f"Bearer {bearer or self.token}"}
        try:
            response = await self._client.post(
                f"{self._base_url}/api/worker/{call}", json=body, headers=headers, timeout=timeout
            )
            answer = judge(response)
        except httpx.HTTPError as error:
            self.trouble = "network away"
            raise Away(f"The network at {self._base_url} cannot be reached.") from error
        except WorkerError as error:
            self.trouble = str(error) if isinstance(error, Away) else None
            raise
        self.trouble = None
        return answer
