"""People, workers and raw sockets in front of a running server."""

import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from eth_account import Account
from eth_account.messages import encode_defunct

from ashao_site.embedded.stack import Stack

TIMEOUT_S = 120.0
STREAM_PATH = "/api/chat/stream"
UNKNOWN = "0" * 22
"""What stands behind the prefix of an id that is well formed, and nobody's."""

Json = dict[str, Any]
Operation = tuple[str, str]

WORKER_CALLS = [
    ("POST", f"/api/worker/{name}") for name in ("claim", "token", "complete", "fail", "heartbeat", "release")
]
PEOPLES_CALLS = [
    ("POST", "/api/auth/nonce"),
    ("POST", "/api/auth/verify"),
    ("POST", "/api/auth/logout"),
    ("GET", "/api/me"),
    ("GET", "/api/welcome"),
    ("GET", "/api/credits"),
    ("GET", "/api/account"),
    ("GET", "/api/account/export"),
    ("DELETE", "/api/account/data"),
    ("GET", "/api/sessions"),
    ("DELETE", "/api/sessions"),
    ("DELETE", "/api/sessions/{session_id}"),
    ("GET", "/api/statement"),
    ("GET", "/api/statement.csv"),
    ("POST", "/api/credits/buy"),
    ("GET", "/api/deposits"),
    ("POST", "/api/deposits"),
    ("GET", "/api/faucet"),
    ("POST", "/api/faucet"),
    ("GET", "/api/payouts"),
    ("POST", "/api/payouts"),
    ("POST", "/api/payouts/wallets"),
    ("DELETE", "/api/payouts/wallets/{wallet}"),
    ("GET", "/api/staking"),
    ("POST", "/api/staking/stake"),
    ("POST", "/api/staking/unstake"),
    ("GET", "/api/treasury"),
    ("GET", "/api/keys"),
    ("POST", "/api/keys"),
    ("DELETE", "/api/keys/{key_id}"),
    ("POST", "/api/chat/send"),
    ("POST", "/api/chat/stop"),
    ("POST", "/api/chat/retry"),
    ("GET", "/api/chat/receipt"),
    ("POST", "/api/chat/rate"),
    ("POST", "/api/chat/branch"),
    ("GET", "/api/chat/conversations"),
    ("DELETE", "/api/chat/conversations"),
    ("GET", "/api/chat/conversations/{conversation_id}"),
    ("PATCH", "/api/chat/conversations/{conversation_id}"),
    ("DELETE", "/api/chat/conversations/{conversation_id}"),
    ("GET", "/api/chat/conversations/{conversation_id}/export"),
    ("GET", "/api/chat/export"),
    ("POST", "/api/worker/register"),
    ("GET", "/api/worker/stats"),
    ("PATCH", "/api/worker/{worker_id}"),
    ("DELETE", "/api/worker/{worker_id}"),
    ("GET", "/api/network"),
]
STREAM = ("GET", "/api/chat/stream")


@dataclass
class Person:
    """One cookie jar with its CSRF token: a guest, until `sign_in`."""

    base_url: str
    bearer: str | None = None
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base_url, timeout=TIMEOUT_S)
        if self.bearer is None:
            self.http.get("/api/me")

    def headers(self) -> dict[str, str]:
        """What signs this caller in, besides the cookies."""
        if self.bearer is not None:
            return {"Authorization": f"Bearer {self.bearer}"}
        return {"X-CSRFToken": self.http.cookies.get("csrftoken", "")}

    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str
    ) -> httpx.Response:
        """One call; names of further `headers` are written with underscores."""
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        further = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": "application/json", **self.headers(), **further}
        return self.http.request(method, path, content=content, headers=httpx.Headers(sent, encoding="utf-8"))

    def ok(self, method: str, path: str, body: object = None) -> Json:
        """A call that succeeds; what it answered."""
        response = self.call(method, path, body)
        assert response.is_success, (method, path, response.status_code, response.text)
        return dict(response.json()) if response.content else {}

    def sign_in(self, wallet_byte: str) -> "Person":
        account = Account.from_key("0x" + wallet_byte * 32)
        message = self.message(account.address)
        signed = account.sign_message(encode_defunct(text=message))
        body = {"message": message, "signature": "0x" + signed.signature.hex().removeprefix("0x")}
        self.ok("POST", "/api/auth/verify", body)
        return self

    def message(self, wallet: str) -> str:
        """An EIP-4361 message of this moment, with a fresh nonce."""
        given = self.ok("POST", "/api/auth/nonce")
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return (
            f"{urlsplit(self.base_url).netloc} wants you to sign in with your Ethereum account:\n{wallet}\n\n"
            f"Sign in to ashao.\n\nURI: {self.base_url}\nVersion: 1\nChain ID: {given['chainId']}\n"
            f"Nonce: {given['nonce']}\nIssued At: {at}"
        )

    def send(self, content: str = "Hello", tier: str = "pro", **more: object) -> tuple[str, str]:
        sent = self.ok("POST", "/api/chat/send", {"tier": tier, "content": content, **more})
        return sent["jobId"], sent["conversationId"]

    def answer(self, conversation_id: str) -> Json:
        """The last message of a conversation."""
        return dict(self.ok("GET", f"/api/chat/conversations/{conversation_id}")["messages"][-1])


@dataclass
class WorkerClient:
    """A worker that does what a test says."""

    caller: Person
    id: str

    def claim(self, wait_ms: int = 3_000) -> Json:
        return self.caller.ok("POST", "/api/worker/claim", {"workerId": self.id, "waitMs": wait_ms})

    def about(self, claimed: Json, **more: object) -> Json:
        """The body of a call about a claimed job."""
        return {
            "jobId": claimed["job"]["id"],
            "workerId": self.id,
            "lease": claimed["lease"]["token"],
            **more,
        }

    def call(self, name: str, body: object) -> httpx.Response:
        return self.caller.call("POST", f"/api/worker/{name}", body)

    def say(self, claimed: Json, seq: int, value: str) -> httpx.Response:
        return self.call("token", self.about(claimed, seq=seq, value=value))


def make_worker(owner: Person, *, kind: str = "native", tiers: list[str] | None = None) -> WorkerClient:
    body = {"type": kind, "model": "a-test-model", **({"tiers": tiers} if tiers else {})}
    made = owner.ok("POST", "/api/worker/register", body)
    worker = WorkerClient(Person(owner.base_url, bearer=made["workerToken"]), made["workerId"])
    worker.caller.ok("POST", "/api/worker/heartbeat", {})  # live, or the cloud takes the next job at once
    return worker


def problem_of(response: httpx.Response, *allowed: int) -> str | None:
    """What is wrong with a response that must be an error in JSON, of `allowed` status or any 4xx."""
    status = response.status_code
    if not (status in allowed if allowed else 400 <= status < 500):
        return f"{status} {response.text[:200]}"
    return body_problem(response.headers.get("content-type", ""), response.content)


def body_problem(content_type: str, raw: bytes) -> str | None:
    """What is wrong with an error's body."""
    if content_type.partition(";")[0] != "application/json":
        return f"not JSON but {content_type}: {raw[:200]!r}"
    body = json.loads(raw)
    if not all(isinstance(body.get(name), str) and body[name] for name in ("error", "code")):
        return f"no error and code: {raw[:200]!r}"
    return None


def refused(response: httpx.Response, status: int, code: str | None = None) -> None:
    problem = problem_of(response, status)
    assert problem is None, problem
    assert code is None or response.json()["code"] == code, response.text


def exchange(base_url: str, head: str | bytes, body: Iterable[bytes] = ()) -> tuple[int, str, bytes]:
    """Send bytes as they are on a connection of their own; status, content type and body of the answer.

    A body that is a list goes out with the head, as clients do it: sent after it, it may find that the server has
    answered and closed, and the reset would take the answer along.
    """
    url = urlsplit(base_url)
    assert url.hostname is not None
    assert url.port is not None
    with socket.create_connection((url.hostname, url.port), timeout=TIMEOUT_S) as connection:
        try:
            first = head.encode("latin-1") if isinstance(head, str) else head
            if isinstance(body, list):
                first, body = first + b"".join(body), ()
            connection.sendall(first)
            for part in body:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has answered already, and does not want the rest
        received = b""
        while part := connection.recv(65_536):
            received += part
    return parse_response(received)


def parse_response(received: bytes) -> tuple[int, str, bytes]:
    """One whole HTTP response, as it came."""
    head, _, body = received.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunk(body)
    return int(status_line.split(" ")[1]), headers.get("content-type", ""), body


def _unchunk(raw: bytes) -> bytes:
    body = b""
    while raw:
        size, _, raw = raw.partition(b"\r\n")
        length = int(size, 16)
        body, raw = body + raw[:length], raw[length + 2 :]
        if length == 0:
            break
    return body


def request_head(method: str, target: str, base_url: str, **headers: str) -> str:
    """The head of an HTTP/1.1 request, whose connection closes after the answer."""
    host = {"Host": urlsplit(base_url).netloc, "Connection": "close"}
    sent = host | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n"


def guest_with_history(stack: Stack) -> Person:
    person = Person(stack.base_url)
    person.send("Hello")
    return person


def claim(worker: WorkerClient, job_id: str) -> Json:
    claimed = worker.claim()
    assert claimed["job"] is not None, claimed
    assert claimed["job"]["id"] == job_id
    return claimed


def answered(person: Person, worker: WorkerClient, *texts: str) -> tuple[str, str]:
    """Send for the max tier and have the worker answer; ids of the job and the conversation."""
    job_id, conversation_id = person.send(tier="max")
    claimed = claim(worker, job_id)
    for seq, text in enumerate(texts):
        assert worker.say(claimed, seq, text).json() == {"ok": True, "stop": False}
    assert worker.call("complete", worker.about(claimed, tokens=len(texts))).status_code == 200
    return job_id, conversation_id
