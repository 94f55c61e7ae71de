"""Downloads: how many at once, and what ends one."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Iterator

import pytest

from ashao_site.lib import download
from ashao_site.lib.download import CutOff, Download, Places, places
from ashao_site.lib.errors import RateLimited, Unavailable


@pytest.fixture(autouse=True)
def no_place_is_left_taken() -> Iterator[None]:
    gc.collect()
    assert len(places) == 0
    yield
    gc.collect()
    assert len(places) == 0


async def pieces(*texts: str, then: Exception | None = None) -> AsyncGenerator[str, None]:
    for text in texts:
        yield text
    if then is not None:
        raise then


def of(person: str, *texts: str, then: Exception | None = None) -> Download:
    return Download(
        pieces(*texts, then=then), person=person, content_type="text/plain", disposition="attachment"
    )


async def read(response: Download) -> bytes:
    return b"".join([part async for part in response])


async def test_it_is_written_in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PART_MAX_BYTES", 4)
    response = of("alice", "Grüße", "", "b", "c" * 9)
    parts = [part async for part in response]
    assert b"".join(parts) == "Grüßeb".encode() + b"c" * 9
    assert max(map(len, parts)) == 4


def test_places_for_one_person_and_for_all() -> None:
    held = Places(each=2, together=3)
    held.take("alice")
    held.take("alice")
    with pytest.raises(RateLimited) as refused:
        held.take("alice")
    assert refused.value.retry_after_s
    held.take("bob")
    with pytest.raises(Unavailable) as busy:
        held.take("charlie")
    assert (busy.value.status, busy.value.retry_after_s) == (503, download.RETRY_AFTER_S)
    held.leave("bob")
    held.take("charlie")
    assert len(held) == 3


async def test_a_place_comes_back_however_it_ends() -> None:
    assert await read(of("alice", "a")) == b"a"
    assert len(places) == 0
    closed = of("alice", "a")
    closed.close()  # never asked for its body
    assert len(places) == 0
    closed.close()
    begun = of("alice", "a", "b")
    content = aiter(begun)
    await anext(content)
    assert len(places) == 1
    await content.aclose()
    begun.close()
    assert len(places) == 0
    forgotten = of("alice", "a")
    assert len(places) == 1
    del forgotten


async def test_an_error_inside_cuts_it_off() -> None:
    response = of("alice", "a", then=RuntimeError("away"))
    with pytest.raises(CutOff):
        await read(response)
    assert len(places) == 0


async def test_one_that_takes_too_long_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "DOWNLOAD_MAX_S", -1.0)
    with pytest.raises(CutOff):
        await read(of("alice", "a"))


async def test_a_reader_that_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "STALL_MAX_S", 0.01)

    async def stall() -> None:
        async for _ in of("alice", "a"):
            await asyncio.Event().wait()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(stall())
    gc.collect()
    await asyncio.sleep(0)
