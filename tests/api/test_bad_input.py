"""Bad bodies on every call: a clear 4xx in JSON, never a 500, and nothing is changed by it."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from ashao_site.embedded.stack import Stack

from .support import (
    PEOPLES_CALLS,
    STREAM,
    UNKNOWN,
    WORKER_CALLS,
    Json,
    Operation,
    Person,
    WorkerClient,
    body_problem,
    exchange,
    problem_of,
    request_head,
)

pytestmark = pytest.mark.stack

TEN_MB = 10 * 1024 * 1024
PART = b"x" * 65_536
NUL = "a\x00b"
SAMPLES: dict[str, list[object]] = {
    "null": [None],
    "text": ["", "x" * 20_000, "\ud800", NUL],
    "number": [-1, 10**400, 1.5, -(10**18)],
    "bool": [True, False],
    "list": [[], ["x"], [None]],
    "object": [{}, {"a": 1}],
}
NOT_OBJECTS = [b"", b"[]", b'"text"', b"null", b"5", b"true", b"[{}]"]
NOT_JSON = [
    b"{",
    b"{'a': 1}",
    b"hello",
    b"\xff\xfe{}",
    b'{"a": "\xc3\x28"}',
    b'\xef\xbb\xbf{"a": 1}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": 1' + b"0" * 5_000 + b"}",
    b'{"a": 1, "a": 2}',
    b'{"a": "\\ud800"}',
    b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b"[" * 100_000,
]


@dataclass(frozen=True)
class Call:
    """A call with a body: one that is right, the names that it must have, and what else each may be."""

    method: str
    path: str
    who: str
    body: Json
    required: tuple[str, ...]
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By name: kinds of `SAMPLES` that are no mistake there."""

    def __str__(self) -> str:
        return f"{self.method}-{self.path}"


JOB = "job_" + UNKNOWN
LEASE = {"jobId": JOB, "lease": "ls_none"}
OPTIONAL = ("null",)
CALLS = [
    Call("POST", "/api/auth/verify", "guest", {"message": "a", "signature": "0x"}, ("message", "signature")),
    Call("POST", "/api/keys", "alice", {"name": "a key"}, ("name",)),
    Call("DELETE", "/api/account/data", "alice", {"confirm": "delete everything"}, ("confirm",)),
    Call("POST", "/api/credits/buy", "alice", {"amount": 1_000_000}, ("amount",)),
    Call("POST", "/api/deposits", "alice", {"txHash": "0x" + "ab" * 32, "amount": 1}, ("txHash", "amount")),
    Call("POST", "/api/staking/stake", "alice", {"amount": "5"}, ("amount",)),
    Call("POST", "/api/staking/unstake", "alice", {"amount": "5"}, ("amount",)),
    Call("POST", "/api/payouts", "alice", {"amount": 1, "wallet": "0x"}, ("amount",), {"wallet": OPTIONAL}),
    Call(
        "POST", "/api/payouts/wallets", "alice", {"message": "a", "signature": "0x"}, ("message", "signature")
    ),
    Call(
        "POST",
        "/api/chat/send",
        "alice",
        {"tier": "pro", "content": "Hi", "conversationId": "conv_" + UNKNOWN, "editOf": "msg_" + UNKNOWN},
        ("tier", "content"),
        {"conversationId": OPTIONAL, "editOf": OPTIONAL},
    ),
    Call("POST", "/api/chat/stop", "alice", {"jobId": JOB}, ("jobId",)),
    Call("POST", "/api/chat/retry", "alice", {"jobId": JOB}, ("jobId",)),
    Call("POST", "/api/chat/branch", "alice", {"messageId": "msg_" + UNKNOWN}, ("messageId",)),
    Call("POST", "/api/chat/rate", "alice", {"jobId": JOB, "rating": 1}, ("jobId", "rating")),
    Call(
        "PATCH",
        "/api/chat/conversations/conv_" + UNKNOWN,
        "alice",
        {"title": "A title", "pinned": True},
        (),
        {"pinned": ("bool",)},
    ),
    Call(
        "POST",
        "/api/worker/register",
        "alice",
        {"type": "native", "model": "m", "tiers": ["max"]},
        ("type", "model"),
    ),
    Call(
        "POST",
        "/api/worker/claim",
        "worker",
        {"tier": "max", "tiers": ["max"], "waitMs": 0},
        (),
        {"tier": OPTIONAL, "tiers": OPTIONAL},
    ),
    Call("POST", "/api/worker/token", "worker", {**LEASE, "seq": 0, "value": "x"}, ("seq", "value", *LEASE)),
    Call(
        "POST",
        "/api/worker/complete",
        "worker",
        {**LEASE, "tokens": 1, "finish": "stop"},
        ("tokens", *LEASE),
    ),
    Call("POST", "/api/worker/fail", "worker", {**LEASE, "reason": "x"}, tuple(LEASE)),
    Call(
        "POST", "/api/worker/heartbeat", "worker", {"tokensPerSecond": 1}, (), {"tokensPerSecond": OPTIONAL}
    ),
    Call(
        "POST",
        "/api/worker/release",
        "worker",
        {"workerToken": "wt_x", "token": "wt_x"},
        (),
        {"workerToken": OPTIONAL, "token": OPTIONAL},
    ),
]
WITHOUT_BODY = {*PEOPLES_CALLS, *WORKER_CALLS} - {
    (call.method, call.path.replace("conv_" + UNKNOWN, "{conversation_id}")) for call in CALLS
}
# Texts that are texts: too long, with a NUL or half a surrogate pair they are still refused, by name below.
IDS = {"jobId", "conversationId", "editOf", "messageId"}
"""Some calls only say that there is nothing of that name, whatever text it is."""
NO_MISTAKES = [("tokensPerSecond", 1.5), ("rating", -1)]
FREE_TEXT = {"lease", "reason", "value", "workerToken", "token"}


@pytest.fixture
def people(alice: Person, guest: Person, worker: WorkerClient) -> dict[str, Person]:
    return {"alice": alice, "guest": guest, "worker": worker.caller}


@pytest.fixture(autouse=True, scope="module")
def nothing_changes(alice: Person, stack: Stack) -> Iterator[None]:
    """What alice has is the same after all of it."""
    alice.send("Something to lose")
    before = belongings(alice)
    yield
    assert belongings(alice) == before


def belongings(person: Person) -> list[object]:
    pages = [person.ok("GET", path) for path in ("/api/credits", "/api/keys")]
    told = person.ok("GET", "/api/chat/export")["conversations"]
    return [*pages, [(one["id"], one["title"], one["messages"][0]) for one in told]]


def path_of(call: Operation) -> str:
    """The call's path with well-formed ids that nobody has."""
    return call[1].format(
        key_id="key_" + UNKNOWN,
        session_id="ses_" + UNKNOWN,
        conversation_id="conv_" + UNKNOWN,
        worker_id="wrk_" + UNKNOWN,
        wallet="0x" + "0" * 40,
    )


def wrong_values(call: Call, name: str) -> Iterator[object]:
    """Values of `SAMPLES` that this field must not have."""
    for kind, values in SAMPLES.items():
        if kind in call.also.get(name, ()):
            continue
        for value in values:
            if (name in FREE_TEXT and value in ("", NUL)) or (name, value) in NO_MISTAKES:
                continue
            yield value


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_bodies_of_the_wrong_shape(call: Call, people: dict[str, Person]) -> None:
    person = people[call.who]
    found = []
    for raw in (*NOT_OBJECTS, *NOT_JSON):
        if call.path in ("/api/worker/release",) and raw == b"":
            continue
        problem = problem_of(person.call(call.method, call.path, raw=raw), 400)
        if problem:
            found.append((raw[:40], problem))
    assert not found


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_missing_and_wrong_fields(call: Call, people: dict[str, Person]) -> None:
    person = people[call.who]
    found = []
    for missing in call.required:
        body = {name: value for name, value in call.body.items() if name != missing}
        found.append((missing, None, problem_of(person.call(call.method, call.path, body), 400)))
    for name in call.body:
        for value in wrong_values(call, name):
            allowed = (400, 404) if isinstance(value, str) and name in IDS else (400,)
            response = person.call(call.method, call.path, {**call.body, name: value})
            found.append((name, repr(value)[:60], problem_of(response, *allowed)))
    assert not [one for one in found if one[2]]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_the_wrong_content_type(call: Call, people: dict[str, Person]) -> None:
    """The worker calls read JSON whatever it is called: `sendBeacon` cannot say."""
    if call.who == "worker":
        return
    for kind in (
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "garbage",
        "a/b;c=é",
    ):
        response = people[call.who].call(call.method, call.path, call.body, Content_Type=kind)
        assert problem_of(response, 400, 415) is None, (kind, problem_of(response, 400, 415))


def test_what_needs_no_body_ignores_it(people: dict[str, Person]) -> None:
    for method, template in sorted(WITHOUT_BODY - {("DELETE", "/api/chat/conversations")}):
        path = path_of((method, template))
        for raw in (b"{", b"\xff", b"[]", b"[" * 50_000):
            response = people["guest"].call(method, path, raw=raw)
            assert response.is_success or problem_of(response) is None, (method, path, response.text)


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_ten_megabytes(stack: Stack, people: dict[str, Person], chunked: bool) -> None:
    found = []
    for method, template in sorted({*PEOPLES_CALLS, *WORKER_CALLS}):
        person = people["worker" if (method, template) in WORKER_CALLS else "alice"]
        length = {"Transfer_Encoding": "chunked"} if chunked else {"Content_Length": str(TEN_MB)}
        headers = {**person.headers(), **length, "Content-Type": "application/json"}
        if person.bearer is None:
            headers["Cookie"] = person.cookie()
        head = request_head(method, path_of((method, template)), stack.base_url, **headers)
        status, kind, body = exchange(stack.base_url, head, ten_megabytes(chunked))
        if status != 413 or body_problem(kind, body):
            found.append((method, template, status, body[:100]))
    assert not found
    assert people["alice"].call("GET", "/api/me").status_code == 200


def ten_megabytes(chunked: bool) -> Iterator[bytes]:
    part = b"%x\r\n%s\r\n" % (len(PART), PART) if chunked else PART
    for _ in range(TEN_MB // len(PART)):
        yield part
    if chunked:
        yield b"0\r\n\r\n"


def test_bodies_at_the_limit_are_read(people: dict[str, Person]) -> None:
    for size, status in ((256 * 1024, 400), (256 * 1024 + 1, 413)):
        raw = json.dumps({"jobId": JOB, "x": ""}).encode()
        raw = raw[:-2] + b"x" * (size - len(raw)) + raw[-2:]
        response = people["alice"].call("POST", "/api/chat/stop", raw=raw)
        assert problem_of(response, 404 if status == 400 else status) is None


@pytest.mark.parametrize(
    "tell",
    [
        lambda head: head + "Content-Length: 50\r\n\r\n{",
        lambda head: head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["declared", "chunked"],
)
def test_a_body_that_ends_early_hurts_nobody(stack: Stack, alice: Person, tell: Callable[[str], str]) -> None:
    for path in ("/api/chat/send", "/api/worker/claim"):
        head = request_head("POST", path, stack.base_url, **alice.headers(), Cookie=alice.cookie())
        hang_up(stack.base_url, tell(head.removesuffix("\r\n")))
    assert alice.call("GET", "/api/me").status_code == 200


def hang_up(base_url: str, text: str) -> None:
    """Send this, and go."""
    url = urlsplit(base_url)
    assert url.hostname is not None
    assert url.port is not None
    with socket.create_connection((url.hostname, url.port), timeout=120) as connection:
        connection.sendall(text.encode("latin-1"))


def test_the_wrong_method(people: dict[str, Person]) -> None:
    by_path: dict[str, set[str]] = {}
    for method, path in (*PEOPLES_CALLS, *WORKER_CALLS, STREAM):
        by_path.setdefault(path, set()).add(method)
    found = []
    for template, allowed in by_path.items():
        person = people["worker" if ("POST", template) in WORKER_CALLS else "alice"]
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"} - allowed:
            problem = problem_of(person.call(method, path_of((method, template)), {}), 405)
            if problem:
                found.append((method, template, problem))
    assert not found
