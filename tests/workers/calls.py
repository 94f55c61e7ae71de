"""A worker that calls the API's plain ASGI applications, in whatever event loop stands for a process."""

import asyncio
import json
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ashao_site.accounts.models import User
from ashao_site.lib.aio import background_loop
from workers.api import calls
from workers.jobs import Tier, WorkerKind
from workers.machines import actions


class Process:
    """An event loop in a thread of its own: its own connections, waiting claims and listening, as a process has."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """As a process that is killed: nothing is tidied up."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)


@dataclass
class Client:
    """A registered worker and its token."""

    id: str
    token: str
    loop: asyncio.AbstractEventLoop

    def start(self, name: str, **body: object) -> "Future[tuple[int, dict[str, Any]]]":
        """Begin a call; its result is the status and the JSON that was answered."""
        return asyncio.run_coroutine_threadsafe(_post(name, self.token, body), self.loop)

    def call(self, name: str, **body: object) -> tuple[int, dict[str, Any]]:
        return self.start(name, **body).result(120)

    def run(self, coro: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coro, self.loop).result(120)


def client_of(owner: User, *, process: Process | None = None) -> Client:
    new = actions.register_worker(owner=owner, kind=WorkerKind.BROWSER, model="tiny", tiers=[Tier.PRO])
    loop = process.loop if process else background_loop()
    return Client(new.worker.public_id, new.token, loop)


async def _post(name: str, token: str, body: dict[str, object]) -> tuple[int, dict[str, Any]]:
    raw = json.dumps(body).encode()
    headers = [(b"authorization", b"Bearer " + token.encode())]
    sent: list[Any] = []
    messages = [{"type": "http.request", "body": raw}]

    async def receive() -> Any:
        if not messages:
            await asyncio.Event().wait()  # the connection stays open
        return messages.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await getattr(calls, name)({"type": "http", "method": "POST", "headers": headers}, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])
