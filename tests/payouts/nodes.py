"""A node between us and the real chain that hides something, or refuses it."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx

from tests.chain.nodes import Answer, say

Change = Callable[[dict[str, Any]], dict[str, Any] | None]
"""What to answer to a call in place of the chain's answer; None for the chain's own."""


def between(url: str, change: Change) -> Answer:
    """An answer for `tests.chain.nodes.node`."""

    client = httpx.Client(trust_env=False, verify=False, timeout=60)

    def answer(handler: BaseHTTPRequestHandler, call: dict[str, Any]) -> None:
        changed = change(call)
        head = {"jsonrpc": "2.0", "id": call["id"]}
        body = (
            client.post(url, json=call).content
            if changed is None
            else json.dumps({**head, **changed}).encode()
        )
        say(body)(handler, call)

    return answer


def without_logs(call: dict[str, Any]) -> dict[str, Any] | None:
    """It says that nothing ever happened."""
    return {"result": []} if call["method"] == "eth_getLogs" else None


def refusing_logs(call: dict[str, Any]) -> dict[str, Any] | None:
    """It answers no search."""
    wrong = {"error": {"code": -32005, "message": "limit exceeded"}}
    return wrong if call["method"] == "eth_getLogs" else None


def with_empty_receipts(url: str) -> Change:
    """It knows each transaction, and nothing of what it did."""

    def change(call: dict[str, Any]) -> dict[str, Any] | None:
        if call["method"] != "eth_getTransactionReceipt":
            return None
        found = httpx.post(url, json=call, trust_env=False, verify=False, timeout=60).json()["result"]
        return {"result": found and {**found, "logs": []}}

    return change
