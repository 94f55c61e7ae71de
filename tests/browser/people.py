"""People beside the one in the browser: a wallet that signs, an API client, a worker that says what it is told."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

CHAIN_ID = 31_337
CLAIM_WAIT_MS = 10_000


def new_wallet() -> LocalAccount:
    """A wallet that nobody has."""
    wallet: LocalAccount = Account.create()
    return wallet


def personal_sign(wallet: LocalAccount, message: bytes) -> str:
    """The signature that a wallet gives for `personal_sign`."""
    return "0x" + wallet.sign_message(encode_defunct(primitive=message)).signature.hex().removeprefix("0x")


@dataclass
class Person:
    """Someone who uses the API with a session of their own."""

    base_url: str
    wallet: LocalAccount = field(default_factory=new_wallet)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base_url, timeout=120)

    def sign_in(self) -> Self:
        self.http.get("/api/me").raise_for_status()
        nonce = self.post("/api/auth/nonce")["nonce"]
        issued = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = (
            f"{urlsplit(self.base_url).netloc} wants you to sign in with your Ethereum account:\n"
            f"{self.wallet.address}\n\nSign in to ashao.\n\nURI: {self.base_url}\nVersion: 1\n"
            f"Chain ID: {CHAIN_ID}\nNonce: {nonce}\nIssued At: {issued}"
        )
        signature = personal_sign(self.wallet, message.encode())
        self.post("/api/auth/verify", {"message": message, "signature": signature})
        return self

    def post(self, path: str, body: object = None) -> Any:
        csrf = self.http.cookies.get("csrftoken") or ""
        answer = self.http.post(path, json=body or {}, headers={"X-CSRFToken": csrf})
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()


@dataclass
class ScriptedWorker:
    """A machine of that person's, which answers with the chunks it is given. Live from `with` on."""

    owner: Person
    tier: str = "pro"

    def __enter__(self) -> Self:
        body = {"type": "native", "model": "scripted", "tiers": [self.tier]}
        registered = self.owner.post("/api/worker/register", body)
        self.id: str = registered["workerId"]
        headers = {"Authorization": f"Bearer {registered['workerToken']}"}
        self._http = httpx.Client(base_url=self.owner.base_url, headers=headers, timeout=120)
        self.call("heartbeat")
        return self

    def __exit__(self, *_exc: object) -> None:
        self.call("release")
        self._http.close()

    def call(self, name: str, **body: object) -> Any:
        answer = self._http.post(f"/api/worker/{name}", json={"workerId": self.id, **body})
        assert answer.is_success, f"{name}: {answer.status_code} {answer.text}"
        return answer.json()

    def claim(self) -> dict[str, Any]:
        claimed: dict[str, Any] = self.call("claim", tier=self.tier, waitMs=CLAIM_WAIT_MS)
        assert claimed["job"] is not None, claimed
        return claimed

    def answer(
        self,
        claimed: dict[str, Any],
        chunks: Sequence[str],
        *,
        pause_s: float = 0.03,
        said: Callable[[str], None] = lambda so_far: None,
    ) -> int:
        """Stream the chunks and complete; what was earned, in µUSDC. After each, `said` is given the text so far."""
        held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}
        for seq, value in enumerate(chunks):
            self.call("token", **held, seq=seq, value=value)
            time.sleep(pause_s)
            said("".join(chunks[: seq + 1]))
        earned: int = self.call("complete", **held, tokens=len(chunks))["earned"]
        return earned
