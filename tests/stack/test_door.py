"""What no client may do to either server: bodies without end, and headers that speak for a proxy."""

import json
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ashao_site.embedded.stack import WEB, Stack
from tests.stack.support import Person

pytestmark = pytest.mark.stack

BODY_BYTES = 399_000_000
LIMIT_BYTES = 256 * 1024
TAKEN_MAX_BYTES = 128_000_000
"""What goes into sockets before a client of a busy server notices that nobody reads; far from the whole body."""
PATHS = (
    "/api/me",
    "/api/chat/send",
    "/api/worker/claim",
    "/api/chat/stream?jobId=job_x",
    "/nowhere",
    "/healthz",
)
SPOOFED = {
    "X-Forwarded-For": "203.0.113.{n}",
    "Forwarded": "for=203.0.113.{n};proto=https;host=evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "443",
    "X-Real-IP": "203.0.113.{n}",
    "X-Script-Name": "/x",
    "X-Forwarded-Prefix": "/x",
    "Daphne-Root-Path": "/x",
}


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def stack(request) -> Iterator[Stack]:
    env = {"GUEST_MESSAGES_PER_ADDRESS": "2", "TRUSTED_PROXIES": "0"}
    with Stack(asgi_server=request.param, only=WEB, env=env) as running:
        yield running


def pour(stack: Stack, path: str, *, chunked: bool, method: str = "POST") -> tuple[bytes, int]:
    """Send a body for as long as somebody takes it; what was answered, and how much was taken."""
    part = b"x" * 65_536
    framed = b"%x\r\n%s\r\n" % (len(part), part) if chunked else part
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {BODY_BYTES}"
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{stack.port}\r\n{length}\r\n"
    taken = 0
    with socket.create_connection(("127.0.0.1", stack.port), timeout=120) as talk:
        talk.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode())
        try:
            while taken < BODY_BYTES:
                talk.sendall(framed)
                taken += len(part)
        except OSError:  # nobody reads any more
            pass
        return read_rest(talk), taken


def read_rest(talk: socket.socket) -> bytes:
    """What was answered before the connection ended; a reset may have taken it away."""
    said = b""
    try:
        while part := talk.recv(65_536):
            said += part
    except ConnectionError:
        pass
    return said


def memory_kib(pid: int) -> int:
    """The most that the process has held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def spooled_bytes(pid: int) -> int:
    """How much of files without a name the process keeps on disk."""
    found = 0
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if str(fd.readlink()).startswith(tempfile.gettempdir()):
                found += fd.stat().st_size
        except OSError:
            continue
    return found


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("path", PATHS)
def test_a_body_without_end_is_cut_off(stack: Stack, path: str, chunked: bool) -> None:
    pid = stack.pid_of("web")
    before_kib = memory_kib(pid)
    said, taken = pour(stack, path, chunked=chunked)
    assert taken < TAKEN_MAX_BYTES
    if said:
        assert said.split(b" ", 2)[1] in (b"401", b"404", b"405", b"413"), said
    assert memory_kib(pid) - before_kib < 40_000
    assert spooled_bytes(pid) == 0
    assert httpx.get(f"{stack.base_url}/healthz", trust_env=False, timeout=120).status_code == 200


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_over_the_limit_is_told_so(stack: Stack, chunked: bool) -> None:
    body = b'{"content": "' + b"x" * LIMIT_BYTES + b'"}'
    sent = iter([body[:100_000], body[100_000:]]) if chunked else body
    answer = httpx.post(f"{stack.base_url}/api/me", content=sent, trust_env=False, timeout=120)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "262,144 bytes" in answer.json()["error"]


def test_a_length_alone_is_refused_before_any_of_the_body(stack: Stack) -> None:
    head = f"POST /api/me HTTP/1.1\r\nHost: 127.0.0.1:{stack.port}\r\nContent-Length: {BODY_BYTES}\r\n"
    with socket.create_connection(("127.0.0.1", stack.port), timeout=120) as talk:
        talk.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        said = read_rest(talk)  # to the end: the connection is closed
    assert said.startswith(b"HTTP/1.1 413 ")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["code"] == "too_large"
    assert b"100 Continue" not in said


def test_a_body_within_the_limit_keeps_the_connection(stack: Stack) -> None:
    """A worker that is refused for its token goes on over the same connection."""
    request = (
        f"POST /api/worker/claim HTTP/1.1\r\nHost: 127.0.0.1:{stack.port}\r\nAuthorization: Bearer wt_x\r\n"
        f"Content-Length: 30\r\n\r\n{'{}'.ljust(30)}"
    )
    with socket.create_connection(("127.0.0.1", stack.port), timeout=120) as talk:
        for _ in range(2):
            talk.sendall(request.encode())
            said = b""
            while not said.endswith(b"}"):
                part = talk.recv(65_536)
                assert part
                said += part
            assert said.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "name", ["Daphne-Root-Path", "daphne-root-path", "Daphne_Root_Path", "X-Script-Name"]
)
def test_no_header_moves_the_site_below_a_prefix(stack: Stack, name: str) -> None:
    """A proxy's rule for /admin is passed by no other path."""
    answer = httpx.get(f"{stack.base_url}/x/admin/login/", headers={name: "/x"}, trust_env=False, timeout=120)
    assert answer.status_code == 404
    answer = httpx.get(f"{stack.base_url}/admin/login/", headers={name: "/x"}, trust_env=False, timeout=120)
    assert answer.status_code == 200
    assert "/x/admin" not in answer.text


async def test_without_a_proxy_no_header_speaks_for_one(stack: Stack) -> None:
    """All guests behind one address share one day's messages, whatever they say of themselves."""
    found = []
    for n in range(3):
        async with Person(stack.base_url) as guest:
            for name, value in SPOOFED.items():
                guest.http.headers[name] = value.format(n=n)
            answer = await guest.answer("POST", "/api/chat/send", {"tier": "pro", "content": "Hello"})
            found.append(answer.status_code)
            assert all("secure" not in cookie.lower() for cookie in answer.headers.get_list("set-cookie"))
            redirected = await guest.http.get("/admin/")
            assert redirected.headers["location"].startswith("/admin/login/")
            assert "server" not in redirected.headers
    assert found[:2] == [201, 201]
    assert found[2] in (402, 403, 429)


@pytest.mark.parametrize("many", [False, True], ids=["one line", "many lines"])
def test_headers_without_end_are_cut_off(stack: Stack, many: bool) -> None:
    pid = stack.pid_of("web")
    before_kib, taken = memory_kib(pid), 0
    part = (b"\r\nX-A: " if many else b"") + b"a" * 65_536
    with socket.create_connection(("127.0.0.1", stack.port), timeout=120) as talk:
        talk.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{stack.port}\r\nX-B: ".encode())
        try:
            while taken < BODY_BYTES:
                talk.sendall(part)
                taken += len(part)
        except OSError:
            pass
        said = read_rest(talk)
    assert taken < TAKEN_MAX_BYTES
    assert not said or said.split(b" ", 2)[1] in (b"400", b"431")
    assert memory_kib(pid) - before_kib < 40_000
