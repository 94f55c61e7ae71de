"""Two thousand waiting claims and a thousand open streams on one web process cost a handful of connections."""

import asyncio
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from ashao_site.embedded.stack import WEB, Stack

pytestmark = pytest.mark.stack

CLAIMS = 2_000
STREAMS = 1_000
JOBS = 40
OWNERS = ("bob", "charlie")
WORKERS = 200
"""A worker has as many claims waiting as it has slots, and a person so many workers."""
CONNECTIONS_MAX = 10
FILES = CLAIMS + STREAMS + 500
OPEN_AT_ONCE = 100
"""Connections are opened this many at a time: the test is about how many wait, not about a burst."""
PATIENCE_S = 300


@pytest.fixture(scope="module", autouse=True)
def files() -> Iterator[None]:
    """As many open files as the crowd has connections: a shell's usual limit for its own processes is 1,024."""
    before = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    assert needed >= FILES, (
        f"This test opens {FILES} files, and the system allows {hard}: raise `ulimit -Hn`."
    )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def stack(request) -> Iterator[Stack]:
    env = {"WORKER_GRACE_MS": "300000", "JOB_MAX_MS": "900000"}
    with Stack(asgi_server=request.param, only=WEB, env=env) as running:
        yield running


def sign_in(base_url: str, name: str) -> httpx.Client:
    """A wallet's session, with CSRF on every call."""
    client = httpx.Client(base_url=base_url, timeout=PATIENCE_S)
    client.get("/api/me").raise_for_status()
    account = Account.from_key(name.encode().rjust(32, b"\1"))
    csrf = {"X-CSRFToken": client.cookies["csrftoken"]}
    nonce = client.post("/api/auth/nonce", headers=csrf).raise_for_status().json()
    host = base_url.removeprefix("http://")
    issued = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    message = (
        f"{host} wants you to sign in with your Ethereum account:\n{account.address}\n\nSign in.\n\n"
        f"URI: {base_url}\nVersion: 1\nChain ID: {nonce['chainId']}\nNonce: {nonce['nonce']}\nIssued At: {issued}"
    )
    signature = account.sign_message(encode_defunct(text=message)).signature.hex()
    body = {"message": message, "signature": "0x" + signature.removeprefix("0x")}
    client.post("/api/auth/verify", json=body, headers=csrf).raise_for_status()
    client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
    return client


def connections_to(pid: int, port: int) -> int:
    """How many TCP connections a process has to a local port."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(fd.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    wanted = f"{port:04X}"
    rows = (line.split() for line in lines)
    return sum(row[9] in inodes and row[2].endswith(":" + wanted) and row[3] == "01" for row in rows)


class Raw:
    """One HTTP/1.1 exchange on a socket of its own, as light as it can be."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def open(self, request: bytes) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(request)
        await self.writer.drain()

    async def until(self, marker: bytes, limit_s: float) -> bytes:
        seen = b""
        async with asyncio.timeout(limit_s):
            while marker not in seen:
                part = await self.reader.read(65_536)
                if not part:
                    raise ConnectionError(f"closed after {seen[-300:]!r}")
                seen += part
        return seen

    def close(self) -> None:
        self.writer.close()


def post(path: str, token: str, body: dict) -> bytes:
    raw = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def get(path: str, cookie: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n".encode()


async def open_all(port: int, requests: list[bytes]) -> list[Raw]:
    opened = [Raw(port) for _ in requests]
    for first in range(0, len(opened), OPEN_AT_ONCE):
        some = slice(first, first + OPEN_AT_ONCE)
        pairs = zip(opened[some], requests[some], strict=True)
        await asyncio.gather(*(raw.open(request) for raw, request in pairs))
    return opened


def test_a_message_is_claimed_at_once_while_thousands_wait(stack: Stack) -> None:
    alice = sign_in(stack.base_url, "alice")
    owners = [sign_in(stack.base_url, name) for name in OWNERS]
    workers = [
        owners[n % len(owners)]
        .post("/api/worker/register", json={"type": "native", "model": "tiny"})
        .raise_for_status()
        .json()
        for n in range(WORKERS)
    ]
    bearer = {"Authorization": f"Bearer {workers[0]['workerToken']}"}
    httpx.post(
        f"{stack.base_url}/api/worker/heartbeat", json={}, headers=bearer, timeout=PATIENCE_S
    ).raise_for_status()
    jobs = [alice.post("/api/chat/send", json={"tier": "pro", "content": "wait"}).json() for _ in range(JOBS)]
    cookie = "; ".join(f"{key}={value}" for key, value in alice.cookies.items())
    asyncio.run(_crowd(stack, alice, workers, [job["jobId"] for job in jobs], cookie))


async def _crowd(stack: Stack, alice: httpx.Client, workers: list, jobs: list[str], cookie: str) -> None:
    port = stack.port
    redis_port = int(stack.redis_url.rsplit(":", 1)[1].split("/")[0])
    streams = await open_all(
        port, [get(f"/api/chat/stream?jobId={jobs[n % JOBS]}", cookie) for n in range(STREAMS)]
    )
    await asyncio.gather(*(raw.until(b"\r\n\r\n", PATIENCE_S) for raw in streams))
    claim = {"tier": "max", "waitMs": 25_000}
    tokens = [worker["workerToken"] for worker in workers]
    claims = await open_all(
        port, [post("/api/worker/claim", tokens[n % WORKERS], claim) for n in range(CLAIMS)]
    )
    await asyncio.sleep(1.5)
    waiting = {asyncio.create_task(raw.until(b'"lease"', PATIENCE_S)): raw for raw in claims}
    connections = connections_to(stack.pid_of("web"), redis_port)
    sent_at = time.monotonic()
    sent = await asyncio.to_thread(
        lambda: alice.post("/api/chat/send", json={"tier": "max", "content": "who is there?"})
    )
    assert sent.status_code == 201, sent.text
    done, pending = await asyncio.wait(waiting, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    took_ms = (time.monotonic() - sent_at) * 1000
    print(f"connections to Redis: {connections}; sent and claimed in {took_ms:.0f} ms")
    for task in pending:
        task.cancel()
    answers = [task.result() for task in done if task.exception() is None]
    for raw in (*claims, *streams):
        raw.close()
    assert 0 < connections < CONNECTIONS_MAX
    assert len(answers) == 1, [task.exception() for task in done]
    assert sent.json()["jobId"].encode() in answers[0]
