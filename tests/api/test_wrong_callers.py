"""Odd paths, queries and headers, and unknown ids."""

import json

import pytest

from ashao_site.embedded.stack import Stack

from .support import (
    PEOPLES_CALLS,
    STREAM_PATH,
    UNKNOWN,
    WORKER_CALLS,
    Json,
    Person,
    WorkerClient,
    answered,
    body_problem,
    exchange,
    guest_with_history,
    problem_of,
    refused,
    request_head,
)

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("books_agree")]

ODD_IDS = [
    UNKNOWN,
    "%00",
    "a%00b",
    "%ff%fe",
    "%0a",
    "%0d%0aX-Header:%20y",
    "..%2f..%2fadmin",
    "%2e%2e",
    "'%20OR%201=1--",
    "%F0%9F%A6%8A",
    "x" * 5_000,
    "0",
    "-1",
    "null",
    "{}",
]


# Paths, queries and headers


def test_unknown_paths(alice: Person) -> None:
    for path in ("/api/", "/api/nothing", "/api/worker", "/api/chat/", "/api/worker/claim/x", "/api/me/x"):
        for method in ("GET", "POST", "DELETE"):
            refused(alice.call(method, path), 404, "not_found")


def test_a_slash_too_many(alice: Person, worker: WorkerClient) -> None:
    for method, path in (*PEOPLES_CALLS, *WORKER_CALLS, ("GET", STREAM_PATH)):
        if "{" not in path:
            person = worker.caller if (method, path) in WORKER_CALLS else alice
            assert problem_of(person.call(method, path + "/", {}), 404) is None, path


def test_odd_ids_in_paths(stack: Stack, alice: Person) -> None:
    found = []
    for method, template in [call for call in PEOPLES_CALLS if "{" in call[1]]:
        before, _, after = template.partition("{")
        for prefix in (
            "",
            {"key_id}": "key_", "session_id}": "ses_", "worker_id}": "wrk_"}.get(after, "conv_"),
        ):
            for odd in ODD_IDS:
                raw = json.dumps({"title": "x", "paused": True})
                headers = {**alice.headers(), "Cookie": alice.cookie(), "Content-Type": "application/json"}
                head = request_head(
                    method, before + prefix + odd, stack.base_url, **headers, Content_Length=str(len(raw))
                )
                status, kind, body = exchange(stack.base_url, head, [raw.encode()])
                if status != 404 or body_problem(kind, body):
                    found.append((method, prefix + odd, status, body[:100]))
    assert not found


def test_odd_ids_in_bodies(alice: Person, worker: WorkerClient) -> None:
    found = []
    _, conversation_id = alice.send()
    for odd in (
        "x",
        "job_x",
        "job_" + UNKNOWN,
        "msg_" + UNKNOWN,
        "conv_\n",
        "a\x00b",
        "🦊",
        "x" * 64,
        "x" * 65,
        "x" * 5_000,
        " ",
    ):
        for path in ("/api/chat/stop", "/api/chat/retry", "/api/chat/rate"):
            body: Json = {"jobId": odd, "rating": 1}
            found.append((path, odd, problem_of(alice.call("POST", path, body), 400, 404)))
        body = {"tier": "pro", "content": "Hi", "conversationId": odd}
        found.append(("send", odd, problem_of(alice.call("POST", "/api/chat/send", body), 400, 404)))
        body = {"tier": "pro", "content": "Hi", "conversationId": conversation_id, "editOf": odd}
        found.append(("edit", odd, problem_of(alice.call("POST", "/api/chat/send", body), 400, 404)))
        branch = alice.call("POST", "/api/chat/branch", {"messageId": odd})
        found.append(("branch", odd, problem_of(branch, 400, 404)))
        body = {"jobId": odd, "lease": odd, "seq": 0, "value": "x", "tokens": 1}
        for name in ("token", "complete", "fail"):
            found.append((name, odd, problem_of(worker.call(name, body), 400, 409)))
        for name in ("claim", "heartbeat", "release"):
            body = {"workerId": odd, "waitMs": 0}
            found.append((name, odd, problem_of(worker.call(name, body), 400, 403)))
    assert not [one for one in found if one[2]]


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=x", "limit=-1", "limit=1.5", "limit=%D9%A3", "limit=", "limit=%00"),
        *("cursor=x", "cursor=%00", "cursor=", "cursor=1-conv_x", f"cursor={'9' * 17}-conv_{UNKNOWN}"),
        *(f"cursor={'9' * 5_000}", "cursor=%ff", "cursor=-1"),
        *("q=", "q=%20", "q=%00", f"q={'x' * 201}", "q=x&cursor=x", "q=x&limit=0"),
    ],
)
def test_odd_queries(alice: Person, query: str) -> None:
    refused(alice.call("GET", f"/api/chat/conversations?{query}"), 400)


@pytest.mark.parametrize(
    "query", ["format=", "format=xml", "format=%00", "format=%ff", f"format={'x' * 5_000}"]
)
def test_odd_formats(alice: Person, query: str) -> None:
    _, conversation_id = alice.send()
    for path in ("/api/chat/export", f"/api/chat/conversations/{conversation_id}/export"):
        refused(alice.call("GET", f"{path}?{query}"), 400, "bad_input")


def test_what_is_searched_may_be_any_text(alice: Person) -> None:
    for query in (
        "%25",
        "_",
        "%5C",
        "'%20OR%201=1--",
        "%F0%9F%A6%8A",
        "%ff",
        "%E2%80%AE",
        "{}",
        "(.*",
        "%ED%A0%80",
    ):
        found = alice.ok("GET", f"/api/chat/conversations?q={query}zqxj")
        assert found == {"conversations": [], "next": None}, query


@pytest.mark.parametrize(
    "cookie",
    [
        b'sessionid="\\000aaaaaaaa"',
        b'csrftoken="\\000"; sessionid=aaaaaaaaaa',
        b"sessionid=" + b"a" * 6_000,
        b"sessionid=\xff\xfe\xfd; csrftoken=\xff",
        b"sessionid=''; a=b=c; =; ;;",
        b'sessionid="; csrftoken="',
        b"sessionid[]=x; $Version=1",
    ],
)
def test_bad_cookies(stack: Stack, cookie: bytes) -> None:
    """They are nobody's: what a visitor may do goes on, and the rest is refused."""
    for method, path, status in (
        ("GET", "/api/me", 200),
        ("GET", "/api/credits", 401),
        ("GET", "/api/chat/export", 401),
        ("GET", f"{STREAM_PATH}?jobId=job_{UNKNOWN}", 401),
        ("POST", "/api/chat/send", 403),
        ("POST", "/api/auth/logout", 403),
    ):
        head = request_head(method, path, stack.base_url, Content_Length="0").encode()
        head = head.removesuffix(b"\r\n") + b"Cookie: " + cookie + b"\r\n\r\n"
        got, kind, body = exchange(stack.base_url, head)
        assert got == status, (method, path, body[:200])
        assert status == 200 or body_problem(kind, body) is None


@pytest.mark.parametrize(
    "value",
    [
        b"Bearer",
        b"Bearer ",
        b"Bearer \xff\xfe",
        b"Bearer ak_" + b"x" * 7_000,
        b"Bearer wt_x y z",
        b"bearer null",
        b"Bearer ak_x",
        b"Bearer \xc3\xa9\xf0\x9f\xa6\x8a",
        b"BEARER  \t wt_" + UNKNOWN.encode(),
    ],
)
def test_bad_bearer_tokens(stack: Stack, alice: Person, value: bytes) -> None:
    """A token that is not known is refused, with a good cookie beside it too."""
    calls = [("GET", "/api/credits"), ("GET", f"{STREAM_PATH}?jobId=job_{UNKNOWN}"), *WORKER_CALLS]
    for method, path in calls:
        head = request_head(method, path, stack.base_url, Cookie=alice.cookie(), Content_Length="2").encode()
        head = head.removesuffix(b"\r\n") + b"Authorization: " + value + b"\r\n\r\n"
        status, kind, body = exchange(stack.base_url, head, [b"{}"])
        assert status == 401, (path, body)
        assert body_problem(kind, body) is None


@pytest.mark.parametrize("value", ["", "Basic YTpi", "Digest x", "x", ":"])
def test_other_schemes_are_no_token(stack: Stack, guest: Person, value: str) -> None:
    for method, path in (("GET", "/api/credits"), *WORKER_CALLS):
        refused(guest.call(method, path, {}, Authorization=value), 401)


def test_each_kind_of_token_at_the_other_door(alice: Person, worker: WorkerClient) -> None:
    key = alice.ok("POST", "/api/keys", {"name": "doors"})
    by_key = Person(alice.base_url, bearer=key["key"])
    for method, path in WORKER_CALLS:
        refused(by_key.call(method, path, {}), 401, "bad_token")
        refused(alice.call(method, path, {}), 401, "bad_token")
    refused(worker.caller.call("GET", "/api/credits"), 401, "bad_token")
    refused(worker.caller.call("POST", "/api/chat/send", {"tier": "pro", "content": "x"}), 401, "bad_token")
    refused(by_key.call("POST", "/api/keys", {"name": "more"}), 401, "session_needed")
    alice.ok("DELETE", f"/api/keys/{key['id']}")
    refused(by_key.call("GET", "/api/credits"), 401, "bad_token")


def test_odd_headers(alice: Person) -> None:
    for value in ("", "http://[", "null", "https://evil.example", "é"):
        body = {"jobId": "job_" + UNKNOWN}
        assert problem_of(alice.call("POST", "/api/chat/stop", body, Origin=value)) is None, value
    for name, value, status in (
        ("Accept", "text/html", 406),
        ("Accept", ";;;", 406),
        ("Host", "evil.example", 400),
        ("Host", "a b", 400),
    ):
        assert problem_of(alice.call("GET", "/api/me", **{name: value}), status) is None, (name, value)
    for token in ("", "x", "c" * 64, "é" * 32):
        refused(alice.call("POST", "/api/auth/logout", X_CSRFToken=token), 403, "csrf_failed")


# The stream


def test_a_stream_that_is_not_there(alice: Person, bob: Person, stack: Stack) -> None:
    job_id, _ = alice.send()
    for who in (alice, bob, guest_with_history(stack)):
        for unknown in ("job_" + UNKNOWN, "x", "%00", "%ff", "x" * 5_000, f"{job_id}0"):
            refused(who.call("GET", f"{STREAM_PATH}?jobId={unknown}"), 404, "not_found")
    refused(bob.call("GET", f"{STREAM_PATH}?jobId={job_id}"), 404, "not_found")
    refused(Person(stack.base_url).call("GET", f"{STREAM_PATH}?jobId={job_id}"), 401)
    refused(alice.call("GET", STREAM_PATH), 400)
    refused(alice.call("GET", f"{STREAM_PATH}?jobId="), 400)
    refused(alice.call("GET", f"{STREAM_PATH}?" + "&".join(f"a{n}=1" for n in range(50))), 400)
    refused(alice.call("POST", f"{STREAM_PATH}?jobId={job_id}", {}), 405)
    alice.ok("POST", "/api/chat/stop", {"jobId": job_id})


@pytest.mark.parametrize(
    "value", ["x", "-1", "1.5", "end", "end-", "end-x", "9" * 10, "1 2", "+1", "\u00b2", "99999", "0x1"]
)
def test_a_last_event_id_that_never_was(bob: Person, worker: WorkerClient, value: str) -> None:
    job_id, _ = answered(bob, worker, "An answer.")
    path = f"{STREAM_PATH}?jobId={job_id}"
    response = bob.http.get(path, headers=[(b"Last-Event-ID", value.encode())])
    refused(response, 400, "bad_event_id")
    refused(bob.http.get(path, params={"jobId": job_id, "lastEventId": value}), 400, "bad_event_id")
    assert '"type":"done"' in bob.http.get(path).text
