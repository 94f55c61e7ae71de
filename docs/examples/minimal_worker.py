"""A whole ashao worker in one file of the standard library. Its "model" says the question again, word by word.

ASHAO_NETWORK=http://127.0.0.1:8000 ASHAO_API_KEY=ak_… python3 docs/examples/minimal_worker.py
"""

import http.client
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

NETWORK = os.environ.get("ASHAO_NETWORK", "http://127.0.0.1:8000")


def call(path: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST; repeated while the network is away. A refusal (400, 401, 403, 409, …) is raised: repeating is no use."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    address = f"{NETWORK}/api/worker/{path}"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310 - our network's
    while True:
        pause_s = 1.0
        try:
            with urllib.request.urlopen(request, timeout=40) as response:  # noqa: S310
                return dict(json.load(response))
        except urllib.error.HTTPError as refused:
            if refused.code not in (429, 500, 502, 503, 504):
                raise
            pause_s = float(refused.headers.get("Retry-After") or pause_s)
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(pause_s)


def model(messages: list[dict[str, str]], prefix: str) -> list[str]:
    """The words that are still to be said after `prefix`, which the person has read already."""
    answer = f"You wrote: {messages[-1]['content']}"
    return answer[len(prefix) :].split(" ") if answer.startswith(prefix) else [f" … {answer}"]


def serve(token: str, claimed: dict[str, Any]) -> None:
    """Stream one answer and end it."""
    held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}
    words = model(claimed["messages"], claimed["prefix"])
    for seq, word in enumerate(words):
        value = word if seq == 0 else f" {word}"
        if call("token", token, {**held, "seq": seq, "value": value})["stop"]:
            break
    earned = call("complete", token, {**held, "tokens": len(words)})["earned"]
    sys.stdout.write(f"served {held['jobId']}: {earned} µUSDC\n")


def beat(token: str) -> None:
    """Renew the leases of what is held, whatever the model is doing."""
    while True:
        time.sleep(3)
        call("heartbeat", token, {})


def main() -> None:
    """Register, then claim and serve for ever."""
    worker = {"type": "native", "model": "echo", "tiers": ["pro", "max"]}
    token = call("register", os.environ["ASHAO_API_KEY"], worker)["workerToken"]
    threading.Thread(target=beat, args=(token,), daemon=True).start()
    while True:
        claimed = call("claim", token, {"tiers": ["max", "pro"], "waitMs": 20_000})
        if claimed["job"] is not None:
            try:
                serve(token, claimed)
            except urllib.error.HTTPError as refused:
                sys.stdout.write(f"lost {claimed['job']['id']}: {refused.read().decode()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
