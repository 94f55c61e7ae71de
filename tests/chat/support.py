"""People with a browser each, and a network that answers on command."""

import asyncio
import json
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from ashao_site.accounts.models import User
from ashao_site.accounts.sign_in.actions import wallet_signed_in
from ashao_site.lib.aio import background_loop, run_sync
from chat.stream.serving import stream
from ledger.books import chart
from tests.ledger.support import deposit
from workers import jobs

CSRF = "c" * 32
CREDIT = 10_000
CLOUD = jobs.Holder(id="cloud:test", kind="cloud")


@dataclass
class Browser:
    """One cookie jar, with CSRF enforced."""

    user: User | None = None
    client: APIClient = field(default_factory=lambda: APIClient(enforce_csrf_checks=True))

    def __post_init__(self) -> None:
        if self.user is not None:
            self.client.force_login(self.user)
        self.client.cookies["csrftoken"] = CSRF

    def call(self, method: str, path: str, body: object = None, **extra: Any) -> Any:
        raw = "" if body is None else json.dumps(body)
        return self.client.generic(
            method, path, raw, content_type="application/json", HTTP_X_CSRFTOKEN=CSRF, **extra
        )

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(path, **extra)

    def send(self, content: str = "Hello", *, key: str | None = None, **body: Any) -> Any:
        extra = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
        return self.call("POST", "/api/chat/send", {"tier": "pro", "content": content, **body}, **extra)

    def sent(self, content: str = "Hello", **body: Any) -> tuple[str, str]:
        response = self.send(content, **body)
        assert response.status_code == 201, response.content
        return response.json()["jobId"], response.json()["conversationId"]

    def credits(self) -> int:
        return int(self.get("/api/credits").json()["credits"])

    def messages(self, conversation_id: str) -> list[dict[str, Any]]:
        return list(self.get(f"/api/chat/conversations/{conversation_id}").json()["messages"])

    def cookie(self) -> bytes:
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items()).encode()


def person(wallet_byte: str, credits: int = 0) -> Browser:
    user, _ = User.objects.get_or_create_wallet("0x" + wallet_byte * 20)
    if credits:
        deposit(chart.user_credits(user.pk), credits * CREDIT, key=f"deposit:{user.pk}:{credits}")
    return Browser(user)


def signed_in(wallet_byte: str, credits: int = 0) -> Browser:
    """A person after a sign-in with the wallet, which brings the free credits."""
    browser = person(wallet_byte, credits)
    wallet_signed_in.send(sender=User, user=browser.user, address="192.0.2.1")
    return browser


def refused(response: Any) -> tuple[int, str]:
    assert set(response.json()) == {"error", "code"}, response.content
    return response.status_code, response.json()["code"]


def download(response: Any) -> str:
    """What was streamed as a file."""
    assert response.status_code == 200, response.content
    return b"".join(response).decode()


class Production:
    """One job, claimed: what its producer does."""

    def __init__(self, job_id: str, holder: jobs.Holder = CLOUD) -> None:
        claimed = run_sync(jobs.claim_for_cloud(job_id, holder=holder))
        assert claimed is not None
        self.holder = holder
        self.job = claimed
        self.seq = 0

    def say(self, text: str) -> None:
        run_sync(
            jobs.append(
                job_id=self.job.id, holder=self.holder.id, lease=self.job.lease, seq=self.seq, value=text
            )
        )
        self.seq += 1

    def complete(self, tokens: int = 3, finish: str = "stop") -> None:
        run_sync(
            jobs.complete(
                job_id=self.job.id,
                tier=None,
                holder=self.holder.id,
                lease=self.job.lease,
                tokens=tokens,
                finish=finish,
            )
        )

    def fail(self) -> None:
        run_sync(jobs.fail(job_id=self.job.id, holder=self.holder.id, lease=self.job.lease))


def answer(job_id: str, *texts: str) -> Production:
    production = Production(job_id)
    for text in texts or ("Hi there",):
        production.say(text)
    production.complete()
    return production


@dataclass
class Stream:
    """One client of the stream endpoint, as an ASGI server would drive it."""

    scope: dict[str, Any]
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False

    async def run(self, leave_after_s: float | None = None) -> "Stream":
        gone = asyncio.Event()
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status, self.headers = message["status"], dict(message["headers"])
                return
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                self.whole = True
                gone.set()

        if leave_after_s is not None:
            asyncio.get_running_loop().call_later(leave_after_s, gone.set)
        await stream(self.scope, receive, send)
        return self

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        events = []
        for block in self.body.decode().split("\n\n"):
            if block.startswith("id: "):
                first, second = block.split("\n")
                events.append((first.removeprefix("id: "), json.loads(second.removeprefix("data: "))))
        return events

    def refused(self) -> tuple[int, str]:
        return self.status, json.loads(self.body)["code"]


def stream_of(
    browser: Browser | None,
    job_id: str,
    *,
    last: str = "",
    method: str = "GET",
    query: str = "",
    bearer: str = "",
) -> Stream:
    """A client that has not asked yet."""
    headers = [] if browser is None or bearer else [(b"cookie", browser.cookie())]
    if bearer:
        headers.append((b"authorization", f"Bearer {bearer}".encode()))
    if last:
        headers.append((b"last-event-id", last.encode()))
    return Stream(
        {
            "type": "http",
            "method": method,
            "path": "/api/chat/stream",
            "query_string": f"jobId={job_id}{query}".encode(),
            "headers": headers,
        }
    )


def open_stream(
    browser: Browser | None, job_id: str, *, leave_after_s: float | None = None, **ask: Any
) -> "Future[Stream]":
    client = stream_of(browser, job_id, **ask)
    return asyncio.run_coroutine_threadsafe(client.run(leave_after_s), background_loop())


def read_stream(*args: Any, **kwargs: Any) -> Stream:
    return open_stream(*args, **kwargs).result(60)
