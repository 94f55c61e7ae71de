"""docs/examples/minimal_worker.py, run against a real network as docs/protocol.md says."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from ashao_site.embedded.config import ROOT
from ashao_site.embedded.stack import WEB, Stack

pytestmark = pytest.mark.stack

EXAMPLE = ROOT / "docs" / "examples" / "minimal_worker.py"
GRACE = {"WORKER_GRACE_MS": "60000"}  # nobody but a worker answers within a test
WAIT_S = 240.0


class Browser:
    """A cookie jar."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.http = httpx.Client(base_url=base_url, timeout=WAIT_S, trust_env=False)
        self.http.get("/api/me").raise_for_status()

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        csrf = {"X-CSRFToken": self.http.cookies["csrftoken"]}
        response = self.http.post(path, json=body, headers={**csrf, **headers})
        assert response.is_success, response.text
        return response.json()

    def api_key(self) -> str:
        """Sign in with a new wallet and make a key."""
        account = Account.create()
        nonce = self.post("/api/auth/nonce")
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        message = (
            f"{self.base_url.partition('//')[2]} wants you to sign in with your Ethereum account:\n"
            f"{account.address}\n\nSign in to ashao.\n\nURI: {self.base_url}\nVersion: 1\n"
            f"Chain ID: {nonce['chainId']}\nNonce: {nonce['nonce']}\nIssued At: {at}"
        )
        signature = account.sign_message(encode_defunct(text=message)).signature.to_0x_hex()
        self.post("/api/auth/verify", {"message": message, "signature": signature})
        return str(self.post("/api/keys", {"name": "a worker"})["key"])

    def ask(self, content: str) -> str:
        return str(self.post("/api/chat/send", {"tier": "pro", "content": content})["jobId"])

    def answer(self, job_id: str) -> tuple[str, dict[str, Any]]:
        """The text of the stream and its last event."""
        text = ""
        with self.http.stream("GET", "/api/chat/stream", params={"jobId": job_id}) as response:
            assert response.status_code == 200
            for line in response.iter_lines():
                event = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                text += event.get("value", "")
                if event.get("type") in ("done", "error"):
                    return text, event
        raise AssertionError("the stream has no last event")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(only=WEB, env=GRACE) as running:
        yield running


@pytest.fixture
def owner(stack: Stack) -> Iterator[str]:
    """An API key."""
    browser = Browser(stack.base_url)
    yield browser.api_key()
    browser.http.close()


@pytest.fixture
def start_worker(stack: Stack, owner: str) -> Iterator[Any]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        env = {**os.environ, "ASHAO_NETWORK": stack.base_url, "ASHAO_API_KEY": owner, "no_proxy": "*"}
        started.append(subprocess.Popen([sys.executable, str(EXAMPLE)], env=env))

    yield start
    for process in started:
        process.kill()
        process.wait(60)


def wait_for_worker(stack: Stack) -> None:
    deadline = time.monotonic() + WAIT_S
    with httpx.Client(base_url=stack.base_url, trust_env=False, timeout=WAIT_S) as http:
        while http.get("/api/network").json()["tiers"]["pro"]["workers"] < 1:
            assert time.monotonic() < deadline, "the worker never claimed"
            time.sleep(0.1)


def test_a_guest_is_answered_by_the_example(stack: Stack, start_worker: Any) -> None:
    start_worker()
    wait_for_worker(stack)
    alice = Browser(stack.base_url)
    text, ending = alice.answer(alice.ask("Good morning, dear network: ½ π ✓"))
    assert text == "You wrote: Good morning, dear network: ½ π ✓"
    assert ending == {"type": "done", "tokens": 9, "finish": "stop"}


def test_it_continues_what_another_worker_began(stack: Stack, start_worker: Any) -> None:
    another = Browser(stack.base_url).api_key()
    bearer = {"Authorization": f"Bearer {another}"}
    with httpx.Client(base_url=f"{stack.base_url}/api/worker/", trust_env=False, timeout=WAIT_S) as bob:
        registered = bob.post(
            "register", json={"type": "native", "model": "short breath"}, headers=bearer
        ).json()
        bearer = {"Authorization": f"Bearer {registered['workerToken']}"}
        bob.post("heartbeat", json={}, headers=bearer).raise_for_status()
        alice = Browser(stack.base_url)
        job_id = alice.ask("one two three")
        claimed = bob.post("claim", json={"tier": "pro", "waitMs": 5000}, headers=bearer).json()
        assert claimed["job"]["id"] == job_id
        held = {"jobId": job_id, "lease": claimed["lease"]["token"]}
        bob.post(
            "token", json={**held, "seq": 0, "value": "You wrote: one t"}, headers=bearer
        ).raise_for_status()
        bob.post("fail", json={**held, "reason": "out of breath"}, headers=bearer).raise_for_status()
    start_worker()
    text, ending = alice.answer(job_id)
    assert text == "You wrote: one two three"
    assert ending["finish"] == "stop"
