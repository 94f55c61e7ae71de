"""The helpers of plain ASGI endpoints."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import OperationalError
from pydantic import BaseModel, ValidationError

from ashao_site.lib.errors import AppError, BadInput, NotSignedIn, RateLimited, TooLarge
from ashao_site.lib.http import (
    BodyLimit,
    ClientGone,
    bearer_token,
    cookies,
    error_response,
    read_json_object,
    send_json,
)


def scope(*headers: tuple[str, str]) -> dict[str, Any]:
    return {"type": "http", "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers]}


class Client:
    """Hands out messages in order and keeps what is sent."""

    def __init__(self, messages: Iterable[dict[str, Any]]) -> None:
        self.messages = list(messages)
        self.sent: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        return self.messages.pop(0) if self.messages else {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def json(self) -> Any:
        return json.loads(b"".join(message.get("body", b"") for message in self.sent[1:]))


def body(*parts: bytes) -> list[dict[str, Any]]:
    last = len(parts) - 1
    return [{"type": "http.request", "body": p, "more_body": n < last} for n, p in enumerate(parts)]


async def test_a_body_in_parts_is_read() -> None:
    client = Client(body(b'{"a"', b"", b": 1}"))
    assert await read_json_object(client.receive, scope(), 8) == {"a": 1}


@pytest.mark.parametrize(
    ("parts", "headers", "error"),
    [
        ([b'{"a": 1}x'], [], TooLarge),
        ([b'{"a"', b': "' + b"x" * 99 + b'"}'], [], TooLarge),
        ([b"{}"], [("content-length", "9")], TooLarge),
        ([b"{}"], [("content-length", "9" * 18)], TooLarge),
        ([b""], [], BadInput),
        ([b"[]"], [], BadInput),
        ([b"\xff"], [], BadInput),
        ([b'{"a":NaN'], [], BadInput),
    ],
)
async def test_a_bad_body_is_refused(
    parts: list[bytes], headers: list[tuple[str, str]], error: type[AppError]
) -> None:
    with pytest.raises(error):
        await read_json_object(Client(body(*parts)).receive, scope(*headers), 8)


async def test_reading_stops_at_the_limit() -> None:
    client = Client(body(b"x" * 5, b"x" * 5, b"x" * 5))
    with pytest.raises(TooLarge):
        await read_json_object(client.receive, scope(("content-length", "rubbish")), 8)
    assert len(client.messages) == 1


async def test_a_client_that_hangs_up() -> None:
    client = Client([{"type": "http.request", "body": b"{", "more_body": True}])
    with pytest.raises(ClientGone):
        await read_json_object(client.receive, scope(), 8)


async def test_json_is_sent() -> None:
    client = Client([])
    await send_json(client.send, 201, {"a": "é"}, [(b"x-test", b"1")])
    assert (client.status, client.json) == (201, {"a": "é"})
    headers = dict(client.sent[0]["headers"])
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == str(len(client.sent[1]["body"])).encode()
    assert headers[b"x-test"] == b"1"


class Claim(BaseModel):
    waitMs: int


def test_errors_in_asgi_terms() -> None:
    assert error_response(RateLimited("Later.", retry_after_s=3)) == (
        429,
        {"error": "Later.", "code": "rate_limited"},
        [(b"retry-after", b"3")],
    )
    assert error_response(NotSignedIn("No."))[2] == [(b"www-authenticate", b"Bearer")]
    status, said, headers = error_response(OperationalError("secret"))
    assert (status, said["code"], headers) == (503, "unavailable", [(b"retry-after", b"1")])
    assert "secret" not in said["error"]
    with pytest.raises(ValidationError) as wrong:
        Claim.model_validate({"waitMs": "a prompt"})
    status, said, _ = error_response(wrong.value)
    assert (status, said["code"]) == (400, "bad_input")
    assert said["error"].startswith("waitMs: ")
    assert "prompt" not in said["error"]
    assert error_response(RuntimeError("secret")) == (
        500,
        {"error": "Something went wrong on our side.", "code": "internal"},
        [],
    )


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer wt_1", "wt_1"),
        ("bearer  wt_1 ", "wt_1"),
        ("Bearer", ""),
        ("Basic abc", None),
        ("", None),
        ("Bearerx", None),
    ],
)
def test_bearer_tokens(value: str, token: str | None) -> None:
    assert bearer_token(scope(("authorization", value))) == token
    assert bearer_token(scope()) is None


def test_cookies() -> None:
    read = cookies(scope(("cookie", 'sessionid=abc; b="q;x"; bad[]=1; =; c'), ("cookie", "d=2")))
    assert read["sessionid"] == "abc"
    assert read["d"] == "2"
    assert cookies(scope()) == {}


async def read_all(scope: Any, receive: Any, send: Any) -> None:
    """An application that holds the whole body before it answers, as Django does."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send_json(send, 200, {"size": size})


@pytest.mark.parametrize(
    ("parts", "headers", "status"),
    [
        ([b"x" * 8], [], 200),
        ([b"x" * 9], [], 413),
        ([b"x" * 4, b"x" * 5], [], 413),
        ([b"x"], [("content-length", "9")], 413),
    ],
)
async def test_the_body_limit_around_an_application(
    parts: list[bytes], headers: list[tuple[str, str]], status: int
) -> None:
    client = Client(body(*parts))
    await BodyLimit(read_all, 8)(scope(*headers), client.receive, client.send)
    assert client.status == status
    assert status == 200 or client.json["code"] == "too_large"
