"""Servers that answer and take no write: a Valkey that was demoted, a PostgreSQL that became read only.

While it lasts, everybody hears 503, /readyz too, and nothing is half done. Then everything goes on by itself, in
the same processes.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
import redis

from ashao_site.embedded.stack import Stack
from tests.demo_cloud import demo_cloud
from tests.stack.support import Database, Person, Sent, until

pytestmark = pytest.mark.stack

SOON_S = 240.0
"""Far above what it takes, on a busy machine too."""
ROUNDS = 3
SYSTEM = (
    "ALTER SYSTEM SET default_transaction_read_only = on",
    "ALTER SYSTEM RESET default_transaction_read_only",
)
DATABASE = (
    "ALTER DATABASE ashao SET default_transaction_read_only = on",
    "ALTER DATABASE ashao RESET default_transaction_read_only",
)


END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with (
        demo_cloud(tokens_per_second=400) as cloud,  # one whose answers are charged
        Stack(env={"WORKER_GRACE_MS": "0", **cloud}) as running,
    ):
        yield running


@contextmanager
def demoted(stack: Stack) -> Iterator[None]:
    client: Any = redis.Redis.from_url(stack.redis_url)
    try:
        client.execute_command("REPLICAOF", "127.0.0.1", "1")
        yield
    finally:
        client.execute_command("REPLICAOF", "NO", "ONE")
        client.close()


def read_only(begin: str, end: str) -> Callable[[Stack], Any]:
    """What makes PostgreSQL read only: for everybody at once, or for each session that begins."""

    @contextmanager
    def lasting(stack: Stack) -> Iterator[None]:
        options = "-c default_transaction_read_only=off"
        with psycopg.connect(stack.database_url, autocommit=True, options=options) as own:
            try:
                own.execute(begin)
                own.execute("SELECT pg_reload_conf()")
                if begin == DATABASE[0]:
                    own.execute(END_OTHERS)
                yield
            finally:
                own.execute(end)
                own.execute("SELECT pg_reload_conf()")

    return lasting


async def ready(stack: Stack) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        return (await client.get(f"{stack.base_url}/readyz")).status_code


async def becomes(stack: Stack, status: int) -> None:
    async def told() -> bool:
        return await ready(stack) == status

    await until(told, timeout_s=SOON_S, otherwise=f"/readyz did not answer {status}")


async def ask_everything(person: Person, worker: dict[str, str], key: str) -> dict[str, int]:
    """One call of each kind that writes; their statuses."""
    bearer = {"Authorization": f"Bearer {worker['workerToken']}"}
    csrf = {"X-CSRFToken": person.http.cookies.get("csrftoken", "")}
    claim = {"workerId": worker["workerId"], "tier": "max", "waitMs": 0}
    calls = {
        "send": ("/api/chat/send", {"tier": "pro", "content": "Hello"}, {**csrf, "Idempotency-Key": key}),
        "claim": ("/api/worker/claim", claim, bearer),
        "heartbeat": ("/api/worker/heartbeat", {"workerId": worker["workerId"]}, bearer),
    }
    answers = await asyncio.gather(
        *[
            person.http.post(path, json=body, headers=headers, timeout=120)
            for path, body, headers in calls.values()
        ]
    )
    return {name: answer.status_code for name, answer in zip(calls, answers, strict=True)}


@pytest.mark.parametrize(
    ("name", "outage"),
    [("valkey", demoted), ("postgres", read_only(*SYSTEM)), ("postgres", read_only(*DATABASE))],
    ids=["valkey demoted", "postgres read only", "postgres read only for new sessions"],
)
async def test_a_server_that_takes_no_write_is_an_outage_and_ends(
    name: str, outage: Callable[[Stack], Any], stack: Stack
) -> None:
    pids = stack.pids()
    async with Person(stack.base_url) as alice, Person(stack.base_url) as bob:
        await alice.sign_in()
        await bob.sign_in()
        worker = await bob.register("max")
        keys, told = [], []
        with outage(stack):
            await becomes(stack, 503)
            for _ in range(ROUNDS):
                keys.append(uuid.uuid4().hex)
                told.append(await ask_everything(alice, worker, keys[-1]))
            assert await ready(stack) == 503
        for statuses in told:
            assert set(statuses.values()) <= {201, 503}, told
            assert 503 in (statuses["claim"], statuses["heartbeat"]), told
            assert name == "valkey" or statuses["send"] == 503, told
        await becomes(stack, 200)
        await all_is_whole(alice, keys, Database(stack), [s["send"] for s in told])
    assert stack.pids() == pids, "a process had to be started again"


async def all_is_whole(person: Person, keys: list[str], database: Database, told: list[int]) -> None:
    """What was taken in the meantime is answered, what was refused was not begun: a repeat makes one message."""
    before = len((await person.call("GET", "/api/chat/conversations"))["conversations"])
    assert before == told.count(201), "a message that was refused is there"
    sent = []
    for key in keys:
        body = {"tier": "pro", "content": "Hello"}
        ids = await person.call("POST", "/api/chat/send", body, {"Idempotency-Key": key})
        sent.append(Sent(ids["jobId"], ids["conversationId"], "pro"))
    for message in sent:
        await person.read(message, timeout_s=SOON_S)
        assert [ending["type"] for ending in message.endings] == ["done"]
        assert (await person.answer_kept(message))["content"] == message.text
    after = len((await person.call("GET", "/api/chat/conversations"))["conversations"])
    assert after == len(keys)
    database.assert_true_to(sent)
    database.check_books()
