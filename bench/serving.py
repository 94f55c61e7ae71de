"""What a chunk, a claim and a message cost on this machine, on both ASGI servers.

    make bench BENCH_ARGS="serving"                            # three rounds of each
    make bench BENCH_ARGS="serving --rounds 5 --seconds 4"

Servers, database and load share the machine: compare the figures of one run with each other only.
"""

import argparse
import asyncio
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from eth_account import Account
from eth_account.messages import encode_defunct

from ashao_site.embedded.stack import Stack

CONNECTIONS = 16
"""Chunks are posted over this many connections at once, each for a job of its own."""
LATENCY_SENDS = 15
MANY_PEOPLE = {"GRANTS_PER_ADDRESS": "100000", "GRANTS_BUDGET_PERCENT": "100"}
"""Two sign up in each round, all from this address."""


@dataclass(frozen=True)
class Round:
    """One round of measurements on one server."""

    chunks_per_second: float
    chunk_ms: float
    empty_claims_per_second: float
    claimed_after_ms: float
    first_token_after_ms: float


class Person:
    def __init__(self, base_url: str) -> None:
        self.http = httpx.AsyncClient(base_url=base_url, timeout=30)
        self.base_url = base_url

    async def sign_in(self) -> None:
        """Sign in with a new wallet; the development budget grants it 500 credits."""
        await self.http.get("/api/me")
        account = Account.create()
        csrf = {"X-CSRFToken": self.http.cookies["csrftoken"]}
        nonce = (await self.http.post("/api/auth/nonce", headers=csrf)).json()
        issued = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        message = (
            f"{self.base_url.removeprefix('http://')} wants you to sign in with your Ethereum account:\n"
            f"{account.address}\n\nSign in.\n\nURI: {self.base_url}\nVersion: 1\nChain ID: {nonce['chainId']}\n"
            f"Nonce: {nonce['nonce']}\nIssued At: {issued}"
        )
        signature = account.sign_message(encode_defunct(text=message)).signature.hex()
        body = {"message": message, "signature": "0x" + signature.removeprefix("0x")}
        (await self.http.post("/api/auth/verify", json=body, headers=csrf)).raise_for_status()
        self.http.headers["X-CSRFToken"] = self.http.cookies["csrftoken"]

    async def send(self, tier: str = "pro") -> str:
        """Send a message; the id of its job."""
        answer = await self.http.post("/api/chat/send", json={"tier": tier, "content": "measure"})
        answer.raise_for_status()
        return str(answer.json()["jobId"])


async def worker_of(person: Person) -> httpx.AsyncClient:
    answer = await person.http.post("/api/worker/register", json={"type": "native", "model": "bench"})
    answer.raise_for_status()
    limits = httpx.Limits(max_connections=CONNECTIONS * 2)
    token = answer.json()["workerToken"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=person.base_url, timeout=60, headers=headers, limits=limits)


async def claim(worker: httpx.AsyncClient, tier: str, wait_ms: int) -> dict[str, object]:
    body = {"tier": tier, "waitMs": wait_ms}
    answer = await worker.post("/api/worker/claim", json=body)
    answer.raise_for_status()
    claimed: dict[str, object] = answer.json()
    return claimed


async def repeat(seconds: float, call: Callable[[int], Awaitable[object]]) -> tuple[float, float]:
    """Call again and again on all connections; calls a second, and the median of one in ms."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def one(number: int) -> None:
        while (begun := time.perf_counter()) < until:
            await call(number)
            times.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))
    return len(times) / (time.perf_counter() - begun), statistics.median(times) * 1000


async def measure(base_url: str, seconds: float) -> Round:
    alice, bob = Person(base_url), Person(base_url)
    await asyncio.gather(alice.sign_in(), bob.sign_in())
    worker = await worker_of(bob)
    await worker.post("/api/worker/heartbeat", json={})
    for _ in range(CONNECTIONS):
        await alice.send()
    held = [await claim(worker, "pro", 2_000) for _ in range(CONNECTIONS)]
    seqs = [0] * CONNECTIONS

    async def chunk(number: int) -> None:
        job, lease = held[number]["job"], held[number]["lease"]
        assert isinstance(job, dict)
        assert isinstance(lease, dict)
        body = {"jobId": job["id"], "lease": lease["token"], "seq": seqs[number], "value": "a word "}
        (await worker.post("/api/worker/token", json=body)).raise_for_status()
        seqs[number] += 1

    chunks_per_second, chunk_ms = await repeat(seconds, chunk)
    await worker.post("/api/worker/release", json={})
    other = await worker_of(bob)
    claims_per_second, _ = await repeat(seconds, lambda _: claim(other, "max", 0))
    claimed, first = await latencies(alice, other)
    return Round(chunks_per_second, chunk_ms, claims_per_second, claimed, first)


async def latencies(alice: Person, worker: httpx.AsyncClient) -> tuple[float, float]:
    """From sending to the claim that waits, and to the first word on the person's stream; medians in ms."""
    claimed_ms, first_ms = [], []
    for _ in range(LATENCY_SENDS):
        waiting = asyncio.create_task(claim(worker, "max", 20_000))
        await asyncio.sleep(0.05)
        begun = time.perf_counter()
        job_id = await alice.send("max")
        got = await waiting
        claimed_ms.append((time.perf_counter() - begun) * 1000)
        lease = got["lease"]
        assert isinstance(lease, dict)
        body = {"jobId": job_id, "lease": lease["token"], "seq": 0, "value": "word"}
        said = asyncio.create_task(worker.post("/api/worker/token", json=body))
        async with alice.http.stream("GET", f"/api/chat/stream?jobId={job_id}") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    break
            first_ms.append((time.perf_counter() - begun) * 1000)
        await said
        done = {"jobId": job_id, "lease": lease["token"], "tokens": 1}
        await worker.post("/api/worker/complete", json=done)
    return statistics.median(claimed_ms), statistics.median(first_ms)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="bench serving", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args(argv)
    rounds: dict[str, list[Round]] = {}
    env = {**MANY_PEOPLE, "WORKER_GRACE_MS": "600000", "SECRET_KEY": uuid.uuid4().hex * 2}
    for server in ("daphne", "uvicorn"):
        with Stack(asgi_server=server, env=env) as stack:
            rounds[server] = [
                asyncio.run(measure(stack.base_url, options.seconds)) for _ in range(options.rounds)
            ]
    print(f"{'median of ' + str(options.rounds):32}{'daphne':>12}{'uvicorn':>12}{'ratio':>8}")
    for name in Round.__dataclass_fields__:
        daphne, uvicorn = (
            statistics.median(getattr(one, name) for one in rounds[server])
            for server in ("daphne", "uvicorn")
        )
        print(f"{name.replace('_', ' '):32}{daphne:12.1f}{uvicorn:12.1f}{uvicorn / daphne:8.2f}")
