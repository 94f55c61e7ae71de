"""Two attacks that once stopped a web process, and what everybody else notices of them.

    make bench BENCH_ARGS="attacks"                                  # 200 connections, 60 s each
    make bench BENCH_ARGS="attacks --connections 50 --seconds 10"
    make bench BENCH_ARGS="attacks --url http://127.0.0.1:8000"      # a network that runs already

Against a network of its own, as `make run` starts it, or one on this machine: never against another host. The
attackers are processes of their own; who measures `/readyz` meanwhile comes as anybody else does.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from ashao_site.embedded.app import EVERYTHING
from ashao_site.embedded.config import home_from
from ashao_site.embedded.stack import Stack

CONNECTIONS, CONNECTIONS_MAX = 200, 1_000
SECONDS, SECONDS_MAX = 60.0, 600.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ASK_EVERY_S = 0.2
ANSWER_MAX_S = 30.0
SETTLE_S = 15.0
"""What is still there after this time stays."""
AGREED_P99_S = 1.0
ESTABLISHED = "01"
AT_ONCE = 10
"""So many views run at once in a web process as it comes: `ashao_site.lib.handler.views_at_once`."""
HOSTILE_LINES = 40
"""Lines of `Resources:` of which none is one: a pattern that backtracks doubles its work with each."""


@dataclass
class Seen:
    """What the others noticed of one attack, and what it left behind."""

    waits_s: list[float] = field(default_factory=list)
    """How long each `/readyz` took; infinite where nothing came."""
    statuses: Counter[int] = field(default_factory=Counter)
    """What `/readyz` said; 0 for nothing."""
    attack: Counter[str] = field(default_factory=Counter)
    """What the attackers were told."""
    left: dict[str, int | None] = field(default_factory=dict)

    def quantile_s(self, part: float) -> float:
        """How long that part of them took at most."""
        ordered = sorted(self.waits_s)
        return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * part) - 1)] if ordered else math.inf


class Attacker:
    """One connection after the other, with one guest's cookies."""

    def __init__(self, base_url: str, number: int) -> None:
        self.base_url = base_url
        self.number = number
        self.told: Counter[str] = Counter()
        self.cookies: dict[str, str] = {}

    async def become_a_guest(self, http: httpx.AsyncClient) -> None:
        """A session with a conversation, where the network still lets one begin."""
        await http.get("/api/me")
        csrf = {"X-CSRFToken": http.cookies.get("csrftoken") or ""}
        await http.post("/api/chat/send", json={"tier": "pro", "content": "Hello"}, headers=csrf)
        self.cookies = dict(http.cookies)

    async def export(self, until: float) -> None:
        """Downloads: every third is read whole, every third aborted, every third not read for a while."""
        count = self.number
        while time.monotonic() < until:
            count += 1
            self.told[await self._bounded(self._export_once(count % 3), until)] += 1

    async def sign_in(self, until: float) -> None:
        """Hostile messages, as fast as they are refused."""
        body = json.dumps({"message": hostile_message(self.base_url), "signature": "0x" + "11" * 65})
        while time.monotonic() < until:
            self.told[await self._bounded(self._post("/api/auth/verify", body), until)] += 1

    async def _bounded(self, call: Coroutine[Any, Any, str], until: float) -> str:
        try:
            return await asyncio.wait_for(call, min(ANSWER_MAX_S, max(0.1, until - time.monotonic())))
        except TimeoutError:
            return "no answer in time" if time.monotonic() < until else "at the end"
        except OSError as error:
            return type(error).__name__

    async def _export_once(self, kind: int) -> str:
        reader, writer = await self._request("GET", "/api/chat/export", b"")
        try:
            status = (await reader.readline()).split(b" ")[1].decode()
            if kind == 1:
                return f"{status} aborted"
            if kind == 2:
                await asyncio.sleep(1.0)
                return f"{status} not read"
            await reader.read()
            return f"{status} read"
        except IndexError:
            return "closed"
        finally:
            writer.close()

    async def _post(self, path: str, body: str) -> str:
        reader, writer = await self._request("POST", path, body.encode())
        try:
            answer = await reader.read()
            return answer.split(b" ", 2)[1].decode() if answer.startswith(b"HTTP/1.1 ") else "closed"
        finally:
            writer.close()

    async def _request(
        self, method: str, path: str, body: bytes
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        url = urlsplit(self.base_url)
        reader, writer = await asyncio.open_connection(url.hostname, url.port or 80)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\nCookie: {cookies}\r\n"
            f"X-CSRFToken: {self.cookies.get('csrftoken', '')}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        return reader, writer


def hostile_message(base_url: str) -> str:
    """A sign-in message whose resources are none."""
    lines = "\n".join(["Resources:", *["- https://a.example/" + "a" * 8] * HOSTILE_LINES, "- ^"])
    return (
        f"{urlsplit(base_url).netloc} wants you to sign in with your Ethereum account:\n0x{'0' * 40}\n\nSign in.\n\n"
        f"URI: {base_url}\nVersion: 1\nChain ID: 31337\nNonce: {'0' * 16}\nIssued At: 2026-01-01T00:00:00Z\n{lines}"
    )


ATTACKS: dict[str, Callable[[Attacker, float], Coroutine[Any, Any, None]]] = {
    "exports": Attacker.export,
    "sign-ins": Attacker.sign_in,
}


async def attack(name: str, base_url: str, connections: int, seconds: float) -> Counter[str]:
    """That many attackers at once; what they were told."""
    attackers = [Attacker(base_url, number) for number in range(connections)]
    for attacker in attackers[: connections // 10 or 1]:
        async with httpx.AsyncClient(base_url=base_url, timeout=ANSWER_MAX_S, trust_env=False) as http:
            await attacker.become_a_guest(http)
    guests = [attacker.cookies for attacker in attackers if attacker.cookies]
    for attacker in attackers:
        attacker.cookies = guests[attacker.number % len(guests)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(ATTACKS[name](attacker, until) for attacker in attackers))
    return sum((attacker.told for attacker in attackers), Counter[str]())


def attack_process(name: str, base_url: str, connections: int, seconds: float, told: Any) -> None:
    told.put(dict(asyncio.run(attack(name, base_url, connections, seconds))))


def ask_meanwhile(base_url: str, seen: Seen, is_over: Callable[[], bool]) -> None:
    """Ask `/readyz` as a load balancer does, over a new connection each time."""
    while not is_over():
        begun = time.monotonic()
        try:
            status = httpx.get(f"{base_url}/readyz", timeout=ANSWER_MAX_S, trust_env=False).status_code
        except httpx.TransportError:
            status = 0
        took_s = time.monotonic() - begun
        seen.statuses[status] += 1
        seen.waits_s.append(took_s if status else math.inf)
        time.sleep(max(0.0, ASK_EVERY_S - took_s))


def run_attack(name: str, base_url: str, *, connections: int, seconds: float, database_url: str) -> Seen:
    """One attack, from its begin to what it leaves behind."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=attack_process, args=(name, base_url, connections, seconds, told))
    seen = Seen()
    process.start()
    ask_meanwhile(base_url, seen, lambda: not told.empty() or not process.is_alive())
    seen.attack.update(told.get(timeout=ANSWER_MAX_S))
    process.join(ANSWER_MAX_S)
    seen.left = what_is_left(base_url, database_url)
    return seen


def what_is_left(base_url: str, database_url: str) -> dict[str, int | None]:
    """What the attackers may have left in the network, each 0 when all is as before; None where it isn't known."""
    return {
        "connections of the pool that are lost": AT_ONCE - free_connections(base_url, database_url)
        if database_url
        else None,
        "open sockets": sockets_in_the_end(urlsplit(base_url).port or 80),
    }


def free_connections(base_url: str, database_url: str) -> int:
    """How many connections the web process can still have: so many requests wait in the database at once."""
    session = {"sessionid": "a" * 32}
    with (
        psycopg.connect(database_url, autocommit=True) as watcher,
        psycopg.connect(database_url) as holder,
    ):
        holder.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")

        async def ask() -> int:
            async with httpx.AsyncClient(base_url=base_url, cookies=session, trust_env=False) as http:
                calls = [
                    asyncio.create_task(http.get("/api/chat/conversations", timeout=ANSWER_MAX_S))
                    for _ in range(AT_ONCE)
                ]
                waiting, until = 0, time.monotonic() + SETTLE_S
                while waiting < AT_ONCE and time.monotonic() < until:
                    await asyncio.sleep(0.1)
                    row = watcher.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    ).fetchone()
                    waiting = max(waiting, int(row[0]) if row else 0)
                holder.rollback()
                await asyncio.gather(*calls, return_exceptions=True)
                return waiting

        return asyncio.run(ask())


def sockets_in_the_end(port: int) -> int | None:
    """How many connections stay open."""
    until = time.monotonic() + SETTLE_S
    while (open_now := open_sockets(port)) and time.monotonic() < until:
        time.sleep(ASK_EVERY_S)
    return open_now


def open_sockets(port: int) -> int | None:
    """Connections to the web server that are still open; None where the system does not tell."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        return None
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == ESTABLISHED for row in rows)


def refuse_others(url: str) -> str:
    """The URL, which must be of this machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or not parts.port:
        sys.exit(f"{url!r} is not a network on this machine: http://127.0.0.1:PORT is.")
    return url.rstrip("/")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="bench attacks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--url", help="a network that runs on this machine")
    options = parser.parse_args(argv)
    connections = min(max(1, options.connections), CONNECTIONS_MAX)
    seconds = min(max(1.0, options.seconds), SECONDS_MAX)
    with ExitStack() as stack:
        if options.url:
            base_url, database_url = refuse_others(options.url), running_database()
        else:
            network = stack.enter_context(Stack(only=EVERYTHING))
            base_url, database_url = network.base_url, network.database_url
        print(f"{connections} connections, {seconds:.0f} s each; /readyz every {ASK_EVERY_S} s")
        for name in ATTACKS:
            show(
                name,
                run_attack(
                    name, base_url, connections=connections, seconds=seconds, database_url=database_url
                ),
            )


def running_database() -> str:
    """The database of the network that `make run` has started in this checkout; empty where it isn't known."""
    try:
        return str(json.loads((home_from({}) / "services.json").read_text())["database_url"])
    except (OSError, ValueError, KeyError):
        return ""


def show(name: str, seen: Seen) -> None:
    p50_s, p99_s = seen.quantile_s(0.5), seen.quantile_s(0.99)
    fine = p99_s <= AGREED_P99_S and set(seen.statuses) == {200} and not any(seen.left.values())
    print(f"\n{name}: {'as agreed' if fine else 'NOT as agreed'}")
    print(f"  /readyz   {dict(seen.statuses)}, p50 {p50_s * 1000:.0f} ms, p99 {p99_s * 1000:.0f} ms")
    print(f"  attackers {dict(seen.attack.most_common())}")
    print(f"  left      {seen.left}", flush=True)
