"""The model's host does what a hub does, and fails as it is told."""

import time
from collections.abc import Iterator

import httpx
import pytest

from .chats import MODEL_ID, REVISION
from .host import ModelHost, padding
from .store import WEIGHTS, ensure

pytestmark = pytest.mark.timeout(1_500)  # the first test that needs the model makes it
Q4 = WEIGHTS["q4"]
PADDING_BYTES = 2_500_000


@pytest.fixture
def host() -> Iterator[ModelHost]:
    with ModelHost(padding_bytes=PADDING_BYTES) as running:
        yield running


@pytest.fixture
def client(host: ModelHost) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{host.url}{MODEL_ID}/resolve/{REVISION}/", timeout=60) as ready:
        yield ready


def test_a_file_comes_whole_and_is_noted(host: ModelHost, client: httpx.Client) -> None:
    answer = client.get(Q4)
    assert answer.content == (ensure() / Q4).read_bytes()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in answer.headers["access-control-expose-headers"]
    (noted,) = host.requests()
    assert (noted.path, noted.status, noted.bytes_sent) == (Q4, 200, len(answer.content))
    assert host.weights_bytes() == len(answer.content) == host.weights_size() - PADDING_BYTES
    host.forget_requests()
    assert host.requests() == []


def test_head_tells_the_size_and_sends_nothing(host: ModelHost, client: httpx.Client) -> None:
    answer = client.head("padding.bin")
    assert int(answer.headers["content-length"]) == PADDING_BYTES
    assert answer.headers["accept-ranges"] == "bytes"
    assert host.weights_bytes() == 0


@pytest.mark.parametrize(
    ("asked", "first", "end"), [("bytes=0-0", 0, 1), ("bytes=5-99", 5, 100), ("bytes=400-", 400, None)]
)
def test_a_part_of_a_file(client: httpx.Client, asked: str, first: int, end: int | None) -> None:
    whole = client.get("config.json")
    part = client.get("config.json", headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == whole.content[first:end]
    last = len(whole.content) - 1 if end is None else end - 1
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole.content)}"
    assert part.headers["etag"] == whole.headers["etag"]


def test_a_part_beyond_the_end_and_a_part_of_another_file(client: httpx.Client) -> None:
    assert client.get("config.json", headers={"Range": "bytes=99999-"}).status_code == 416
    changed = client.get("config.json", headers={"Range": "bytes=5-9", "If-Range": '"another"'})
    assert changed.status_code == 200


def test_a_preflight_allows_a_range(host: ModelHost, client: httpx.Client) -> None:
    answer = client.options(Q4, headers={"Access-Control-Request-Headers": "range"})
    assert answer.status_code == 204
    assert "Range" in answer.headers["access-control-allow-headers"]
    assert host.requests() == []


def test_a_connection_that_breaks_and_a_download_that_goes_on(host: ModelHost, client: httpx.Client) -> None:
    host.cut_after = 1_000
    got = b"".join(_until_it_breaks(client, Q4))
    assert len(got) == 1_000
    rest = client.get(Q4, headers={"Range": f"bytes={len(got)}-"})
    assert got + rest.content == (ensure() / Q4).read_bytes()
    broken, resumed = host.requests()
    assert (broken.cut, broken.bytes_sent) == (True, 1_000)
    assert (resumed.cut, resumed.first_byte) == (False, 1_000)


def _until_it_breaks(client: httpx.Client, path: str) -> Iterator[bytes]:
    with client.stream("GET", path) as answer:
        pieces = answer.iter_raw()
        while True:
            try:
                yield next(pieces)
            except httpx.RemoteProtocolError:
                return


def test_a_wrong_byte_comes_once(host: ModelHost, client: httpx.Client) -> None:
    right = client.get(Q4).content
    host.corrupt = Q4
    wrong = client.get(Q4).content
    assert len(wrong) == len(right)
    assert sum(a != b for a, b in zip(wrong, right, strict=True)) == 1
    assert client.get(Q4).content == right


def test_the_rate_is_held(host: ModelHost, client: httpx.Client) -> None:
    host.bytes_per_second = 1_000_000
    begun = time.monotonic()
    assert len(client.get(Q4).content) / 1_000_000 * 0.9 < time.monotonic() - begun < 60


def test_switches_and_their_reset(host: ModelHost, client: httpx.Client) -> None:
    host.missing.add("config.json")
    assert client.get("config.json").status_code == 404
    host.no_ranges = True
    assert client.get("tokenizer.json", headers={"Range": "bytes=0-0"}).status_code == 200
    host.down = True
    assert client.get("tokenizer.json").status_code == 503
    host.reset()
    assert client.get("config.json", headers={"Range": "bytes=0-0"}).status_code == 206
    assert client.get("/etc/passwd").status_code == 404


def test_padding_is_always_the_same(client: httpx.Client) -> None:
    assert client.get("padding.bin").content == padding(PADDING_BYTES)
    assert padding(3_000_000)[:1000] == padding(1000)
