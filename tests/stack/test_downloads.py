"""Downloads by the dozen, read whole, aborted and not read at all, leave the web process as it was."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from itertools import count

import httpx
import psycopg
import pytest

from ashao_site.embedded.stack import WEB, Stack
from ashao_site.lib.download import DOWNLOADS_PER_PERSON, DOWNLOADS_PER_PROCESS
from tests.stack.support import Person, until

pytestmark = pytest.mark.stack

POOL = 20
"""`DATABASE_POOL_MAX` as it comes."""
AT_ONCE = POOL // 2
"""So many views run at once."""
MESSAGES, MESSAGE_CHARS = 1_000, 8_000
"""More than the sockets between hold: who stops reading holds up the writing."""
ALL = "/api/chat/export"
MANY_MESSAGES = """
WITH first AS (SELECT id, conversation_id FROM chat_message WHERE role = 'user' ORDER BY id DESC LIMIT 1),
top AS (SELECT nextval('chat_message_id_seq') AS id)
INSERT INTO chat_message (id, public_id, conversation_id, parent_id, role, content, status, tier, tokens, finish,
                          error, created_at)
SELECT top.id + n, 'msg_' || md5(n::text || top.id), first.conversation_id,
       CASE n WHEN 1 THEN first.id ELSE top.id + n - 1 END, 'user', repeat('x', %s), 'done', '', 0, '', '', now()
FROM first, top, generate_series(1, %s) AS n
"""
ADDRESSES = (f"10.{n // 250}.{n % 250}.1" for n in count(1))
"""Everybody comes from a network of their own: what is limited for each address is not what is tested here."""


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def stack(request) -> Iterator[Stack]:
    env = {"TRUSTED_PROXIES": "1"}
    with Stack(asgi_server=request.param, only=WEB, env=env) as running:
        yield running


async def guest(stack: Stack) -> Person:
    """Somebody with one conversation."""
    person = await Person(stack.base_url).__aenter__()
    person.http.headers["X-Forwarded-For"] = next(ADDRESSES)
    await person.call("POST", "/api/chat/send", {"tier": "pro", "content": "Hello"})
    return person


def lengthen(stack: Stack) -> None:
    """The conversation that was begun last gets a long history."""
    with psycopg.connect(stack.database_url) as db:
        db.execute(MANY_MESSAGES, (MESSAGE_CHARS, MESSAGES))
        db.execute("SELECT setval('chat_message_id_seq', (SELECT max(id) FROM chat_message))")


def begin(stack: Stack, person: Person, path: str = ALL) -> socket.socket:
    """A download whose answer has begun, and is read no further."""
    talk = socket.socket()
    talk.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    talk.settimeout(60)
    talk.connect(("127.0.0.1", stack.port))
    cookies = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
    head = f"Host: 127.0.0.1:{stack.port}\r\nCookie: {cookies}\r\nX-Forwarded-For: {next(ADDRESSES)}"
    talk.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode())
    assert talk.recv(9) == b"HTTP/1.1 "
    return talk


async def read_whole(person: Person) -> int:
    """The status of a download that is read to its end."""
    response = await person.http.get(ALL, timeout=120, headers={"X-Forwarded-For": next(ADDRESSES)})
    if response.status_code == 200:
        assert len(response.json()["conversations"]) == 1
    else:
        assert response.status_code in (429, 503), response.text
        assert int(response.headers["retry-after"]) > 0
    return response.status_code


async def all_free(stack: Stack, person: Person) -> None:
    """The connections of the pool can be had: as many requests as may be at work wait in the database at once."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with await psycopg.AsyncConnection.connect(stack.database_url, autocommit=True) as watcher:
        async with await psycopg.AsyncConnection.connect(stack.database_url) as holder:
            await holder.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
            calls = [asyncio.create_task(person.http.get("/api/chat/conversations")) for _ in range(POOL)]

            async def all_wait() -> bool:
                row = await (await watcher.execute(waiting)).fetchone()
                return row == (AT_ONCE,)

            await until(all_wait, timeout_s=240, otherwise="connections of the pool were lost")
            await holder.rollback()
        assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}


async def test_twice_the_pool_at_once_aborted_and_whole(stack: Stack) -> None:
    alice = await guest(stack)
    lengthen(stack)
    bob, charlie = await guest(stack), await guest(stack)
    aborted = [asyncio.to_thread(begin, stack, alice) for _ in range(POOL)]
    whole = [read_whole(person) for person in (alice, bob) for _ in range(POOL // 2)]
    results = await asyncio.gather(*aborted, *whole)
    sockets = [one for one in results if isinstance(one, socket.socket)]
    found = Counter(one for one in results if isinstance(one, int))
    assert found[200] > 0
    assert sum(found.values()) == POOL
    for talk in sockets:
        talk.close()
    await all_free(stack, charlie)
    for person in (alice, bob, charlie):  # and no place is taken for ever
        await until(
            lambda who=person: is_read(who), timeout_s=240, otherwise="no download was possible again"
        )
    for path in ("/api/me", "/readyz", "/healthz"):
        assert (await charlie.http.get(path)).status_code == 200
    assert "answer_cut_off" not in stack.logs("web")


async def is_read(person: Person) -> bool:
    return await read_whole(person) == 200


async def test_readers_that_stop_reading_hold_no_connection(stack: Stack) -> None:
    """Only uvicorn waits for its readers; daphne writes all at once to memory."""
    people = []
    for _ in range(DOWNLOADS_PER_PROCESS // DOWNLOADS_PER_PERSON):
        people.append(await guest(stack))
        lengthen(stack)
    talks = [begin(stack, person) for person in people for _ in range(DOWNLOADS_PER_PERSON)]
    charlie = await guest(stack)
    if stack.env["ASGI_SERVER"] == "uvicorn":
        answer = await people[0].http.get(ALL, headers={"X-Forwarded-For": next(ADDRESSES)})
        assert (answer.status_code, answer.json()["code"]) == (429, "downloads_running")
        answer = await charlie.http.get(ALL)
        assert (answer.status_code, answer.json()["code"]) == (503, "downloads_busy")
        assert answer.headers["retry-after"] == "10"
    await all_free(stack, charlie)
    for talk in talks:
        talk.close()
    await until(lambda: is_read(charlie), timeout_s=240, otherwise="no download was possible again")


async def test_a_large_answer_that_nobody_reads_holds_no_connection(stack: Stack) -> None:
    """Not only what is streamed: a conversation of some megabytes."""
    alice = await guest(stack)
    conversation = (await alice.call("GET", "/api/chat/conversations"))["conversations"][0]["id"]
    lengthen(stack)
    with psycopg.connect(stack.database_url) as db:  # it is the path that is shown
        top = db.execute("SELECT max(id) FROM chat_message").fetchone()[0]
        db.execute("UPDATE chat_conversation SET head_id = %s WHERE public_id = %s", (top, conversation))
    talks = []
    for _ in range(POOL):
        talks.append(begin(stack, alice, f"/api/chat/conversations/{conversation}"))
    await all_free(stack, await guest(stack))
    for talk in talks:
        talk.close()


def test_what_is_bounded() -> None:
    assert DOWNLOADS_PER_PERSON < DOWNLOADS_PER_PROCESS < POOL


async def test_an_error_on_the_way_is_no_whole_file(stack: Stack) -> None:
    """The answer has begun when the database fails: it ends without its end, and nothing is kept."""
    alice = await guest(stack)
    with psycopg.connect(stack.database_url, autocommit=True) as db:
        db.execute("ALTER TABLE chat_message RENAME TO chat_message_away")
        try:
            for _ in range(POOL + 1):
                with pytest.raises(httpx.RemoteProtocolError):
                    await alice.http.get(ALL, timeout=120, headers={"X-Forwarded-For": next(ADDRESSES)})
        finally:
            db.execute("ALTER TABLE chat_message_away RENAME TO chat_message")
    assert "download_cut_off" in stack.logs("web")
    await all_free(stack, await guest(stack))
    assert await read_whole(alice) == 200
