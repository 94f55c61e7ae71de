"""A browser with a wallet: what signs in, through HTTP."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from rest_framework.test import APIClient

CSRF = "c" * 32


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sign(account: LocalAccount, text: str) -> str:
    return "0x" + account.sign_message(encode_defunct(text=text)).signature.hex().removeprefix("0x")


@dataclass
class Browser:
    """One cookie jar with CSRF enforced, and one wallet."""

    account: LocalAccount
    client: APIClient = field(default_factory=lambda: APIClient(enforce_csrf_checks=True))

    def __post_init__(self) -> None:
        self.client.cookies["csrftoken"] = CSRF

    @property
    def wallet(self) -> str:
        return str(self.account.address)

    def post(self, path: str, body: object = None, **extra: Any) -> Any:
        token = self.client.cookies["csrftoken"].value
        raw = b"" if body is None else json.dumps(body).encode()
        return self.client.post(path, raw, content_type="application/json", HTTP_X_CSRFTOKEN=token, **extra)

    def delete(self, path: str) -> Any:
        token = self.client.cookies["csrftoken"].value
        return self.client.delete(path, HTTP_X_CSRFTOKEN=token)

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(path, **extra)

    def nonce(self) -> str:
        return str(self.post("/api/auth/nonce").json()["nonce"])

    def message(self, nonce: str, **changes: Any) -> str:
        """An EIP-4361 message that would be accepted, with `changes`."""
        now = datetime.now(UTC)
        use: dict[str, Any] = {
            "domain": "testserver",
            "wallet": self.wallet,
            "uri": "http://testserver",
            "version": 1,
            "chain": settings.CHAIN_ID,
            "issued": iso(now),
            "end": "",
        } | changes
        return (
            f"{use['domain']} wants you to sign in with your Ethereum account:\n{use['wallet']}\n\n"
            f"Sign in to ashao.\n\nURI: {use['uri']}\nVersion: {use['version']}\nChain ID: {use['chain']}\n"
            f"Nonce: {nonce}\nIssued At: {use['issued']}{use['end']}"
        )

    def verify(self, message: str, signature: str | None = None) -> Any:
        signature = sign(self.account, message) if signature is None else signature
        return self.post("/api/auth/verify", {"message": message, "signature": signature})

    def sign_in(self) -> Any:
        return self.verify(self.message(self.nonce()))


def ago(seconds: float, *, at: datetime | None = None) -> str:
    return iso((at or datetime.now(UTC)) - timedelta(seconds=seconds))


def in_threads(calls: list[Any]) -> list[Any]:
    """Run them at once, each in a thread with a connection of its own."""
    start = threading.Barrier(len(calls))

    def run(call: Any) -> Any:
        try:
            start.wait(60)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
