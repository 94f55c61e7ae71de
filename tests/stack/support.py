"""People, readers and workers of a real stack, through HTTP only; and what its database says at the end."""

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
from eth_account import Account
from eth_account.messages import encode_defunct

from ashao_site.embedded.config import ROOT
from ashao_site.embedded.stack import Stack

CHAIN_ID = 31_337
GRANT_CREDITS = 500
PRICE_CREDITS = {"pro": 10, "max": 15}
AWAY_MAX_S = 240.0
"""How long a call is repeated while the network is away."""
HOLDS_END_S = 300.0
PAUSE_S = 0.2
QUIET_MAX_S = 120.0
"""The network says something at least every 15 s."""


async def until(condition: Callable[[], Awaitable[bool] | bool], *, timeout_s: float, otherwise: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = condition()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < deadline, f"{otherwise} within {timeout_s:.0f} s"
        await asyncio.sleep(0.1)


@dataclass
class Sent:
    """A message that was sent, and what its reader has seen of the answer."""

    job_id: str
    conversation_id: str
    tier: str
    words: int = 0
    text: str = ""
    event_id: str = ""
    endings: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0


class Person:
    """A browser with a cookie jar, and perhaps a wallet. Repeats what may be repeated while nobody answers."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.account = Account.create()
        self.user_id = ""
        self.http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(120.0),
            limits=httpx.Limits(max_connections=64),
            trust_env=False,
        )

    async def __aenter__(self) -> "Person":
        await self.call("GET", "/api/me")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON of an answer that is no error; tried again while the network is away."""
        response = await self.answer(method, path, body, headers)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text[:300]}"
        return response.json() if response.content else None

    async def answer(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The first answer that is not the network's being away."""
        deadline = time.monotonic() + AWAY_MAX_S
        while True:
            with_csrf = {"X-CSRFToken": self.http.cookies.get("csrftoken", ""), **(headers or {})}
            try:
                response = await self.http.request(method, path, json=body, headers=with_csrf)
                if response.status_code < 500:
                    return response
                what = f"{response.status_code} {response.text[:300]}"
            except httpx.TransportError as error:
                what = repr(error)
            assert time.monotonic() < deadline, f"{method} {path}: {what}"
            await asyncio.sleep(PAUSE_S)

    async def sign_in(self) -> "Person":
        """Sign in with Ethereum (EIP-4361); the first time brings the free credits."""
        nonce = (await self.call("POST", "/api/auth/nonce"))["nonce"]
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = (
            f"{self.base_url.partition('//')[2]} wants you to sign in with your Ethereum account:\n"
            f"{self.account.address}\n\nSign in to ashao.\n\nURI: {self.base_url}\nVersion: 1\n"
            f"Chain ID: {CHAIN_ID}\nNonce: {nonce}\nIssued At: {now}"
        )
        signature = self.account.sign_message(encode_defunct(text=message)).signature.hex()
        body = {"message": message, "signature": "0x" + signature.removeprefix("0x")}
        self.user_id = (await self.call("POST", "/api/auth/verify", body))["user"]["id"]
        assert await self.credits() == GRANT_CREDITS
        return self

    async def credits(self) -> int:
        return int((await self.call("GET", "/api/credits"))["credits"])

    async def send(self, content: str, *, tier: str, words: int = 0) -> Sent:
        """Send a message; the key makes every repeat the same message."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        sent = await self.call("POST", "/api/chat/send", {"tier": tier, "content": content}, key)
        return Sent(sent["jobId"], sent["conversationId"], tier, words)

    async def register(self, *tiers: str, model: str = "counting") -> dict[str, str]:
        """Make a native worker: workerId, workerToken."""
        body = {"type": "native", "model": model, "tiers": list(tiers)}
        return dict(await self.call("POST", "/api/worker/register", body))

    async def stats(self) -> dict[str, Any]:
        return dict(await self.call("GET", "/api/worker/stats"))

    async def read(self, sent: Sent, *, timeout_s: float, events_max: int | None = None) -> None:
        """Read an answer to its end as a browser does: whenever it is cut off it comes back, and goes on."""
        async with asyncio.timeout(timeout_s):
            while not sent.endings:
                try:
                    await self._read_once(sent, events_max)
                except httpx.TransportError:
                    await asyncio.sleep(PAUSE_S)
                if events_max is not None:
                    return

    async def _read_once(self, sent: Sent, events_max: int | None = None) -> None:
        sent.connections += 1
        headers = {"Last-Event-ID": sent.event_id} if sent.event_id else {}
        timeout = httpx.Timeout(QUIET_MAX_S)
        address = f"/api/chat/stream?jobId={sent.job_id}"
        async with self.http.stream("GET", address, headers=headers, timeout=timeout) as response:
            if response.status_code >= 500:
                await asyncio.sleep(PAUSE_S)
                return
            assert response.status_code == 200, (response.status_code, await response.aread())
            seen, event_id = 0, ""
            async for line in response.aiter_lines():
                if line.startswith("id: "):
                    event_id = line.removeprefix("id: ")
                elif line.startswith("data: "):
                    self._take(sent, event_id, json.loads(line.removeprefix("data: ")))
                    seen += 1
                if seen == events_max:
                    return

    def _take(self, sent: Sent, event_id: str, event: dict[str, Any]) -> None:
        assert not sent.endings, "something came after the end"
        sent.event_id = event_id
        if event["type"] == "token":
            sent.text += event["value"]
        elif event["type"] == "reset":
            sent.text = ""
        else:
            sent.endings.append(event)

    async def answer_kept(self, sent: Sent) -> dict[str, Any]:
        """The answer as its conversation has it."""
        conversation = await self.call("GET", f"/api/chat/conversations/{sent.conversation_id}")
        asked, answer = conversation["messages"]
        assert (asked["role"], answer["role"], answer["jobId"]) == ("user", "assistant", sent.job_id)
        return dict(answer)


class NativeWorker:
    """The real `ashao-worker`, as a process. Its log is in `folder`."""

    def __init__(self, network: str, folder: Path, upstream: str, *options: str, **secrets: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "worker.jsonl"
        env = {name: value for name, value in os.environ.items() if not name.startswith("ASHAO_")}
        env |= {
            "XDG_STATE_HOME": str(folder),
            "ASHAO_NETWORK": network,
            "ASHAO_UPSTREAM": upstream,
            **secrets,
        }
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("ashao-worker")), "--json", *options],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> "NativeWorker":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End it with SIGKILL, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(60)

    def events(self, name: str) -> list[dict[str, Any]]:
        """What it has told so far, of one kind."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event.get("event") == name:
                found.append(event)
        return found


class Database:
    """The stack's PostgreSQL, asked directly."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._stack.database_url, connect_timeout=30) as connection:
            return connection.execute(query, values).fetchall()

    def balance(self, person: Person, part: str) -> int:
        """What is on one of a person's accounts, in µUSDC."""
        query = (
            "SELECT balance_micros FROM ledger_account a, accounts_user u"
            " WHERE u.public_id = %s AND a.address = 'user:' || u.id || ':' || %s"
        )
        rows = self.rows(query, person.user_id, part)
        return int(rows[0][0]) if rows else 0

    def assert_true_to(self, sent: list[Sent]) -> None:
        """Each job ended once, was paid once if it was answered, and its hold is resolved."""
        self._await_no_hold()
        for message in sent:
            ((state, charged),) = self.rows(
                "SELECT state, charged_micros FROM workers_job WHERE public_id = %s", message.job_id
            )
            paid = self.rows("SELECT id FROM ledger_transfer WHERE reference = %s", message.job_id)
            holds = self.rows("SELECT key, status FROM ledger_hold WHERE reference = %s", message.job_id)
            done = state == "done"
            assert (len(paid), charged > 0) == (done, done), (message.job_id, state, paid, charged)
            assert holds == [(f"hold:{message.job_id}", "posted" if done else "voided")]
        doubles = "SELECT reference FROM ledger_transfer WHERE kind = 'job' GROUP BY 1 HAVING count(*) > 1"
        assert self.rows(doubles) == []

    def _await_no_hold(self) -> None:
        """A stream ends a moment before the books are closed; what another test asked for may be under way."""
        pending = "SELECT reference FROM ledger_hold WHERE status = 'pending' AND starts_with(key, 'hold:')"
        deadline = time.monotonic() + HOLDS_END_S
        while self.rows(pending):
            assert time.monotonic() < deadline, "a hold is never resolved"
            time.sleep(PAUSE_S)

    def check_books(self) -> None:
        """Have `manage.py check_books` compare everything."""
        env = {**self._stack.env, "DATABASE_URL": self._stack.database_url}
        env["REDIS_URL"] = self._stack.redis_url
        command = [sys.executable, "manage.py", "check_books"]
        done = subprocess.run(
            command, check=False, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
