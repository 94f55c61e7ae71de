"""Files that are written while they are read: one response for every download that comes from the database.

`lib.handler` has given the request's database connection back before the first byte; the pieces come through
`in_db`, whose connections are its own. How many downloads run at once is bounded, for one person and for the
process; so is how long one may take, and how long its reader may take nothing.
"""

import asyncio
import threading
import time
import weakref
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator

import structlog
from django.http import StreamingHttpResponse

from ashao_site.lib.aio import DB_THREADS
from ashao_site.lib.errors import RateLimited, Unavailable

DOWNLOADS_PER_PERSON = 2
DOWNLOADS_PER_PROCESS = DB_THREADS - 2
"""Fewer than the threads of `in_db`: downloads that are all at work leave some for claims and streams."""
DOWNLOAD_MAX_S = 600.0
STALL_MAX_S = 30.0
"""How long a reader may take nothing before its download ends: it holds one of a few places."""
PART_MAX_BYTES = 64 * 1024
RETRY_AFTER_S = 10

log = structlog.get_logger("ashao.download")


class CutOff(Exception):
    """A download ended early; the reason is logged. What was sent must not look like a whole file."""


class Places:
    """How many downloads run in this process, and for whom."""

    def __init__(self, *, each: int, together: int) -> None:
        self.each = each
        self.together = together
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, person: str) -> None:
        """Take a place. Raises `RateLimited` where the person has all of theirs, `Unavailable` where all are taken."""
        with self._lock:
            if self._taken[person] >= self.each:
                raise RateLimited(
                    "Your other downloads are still running. Please wait for them.",
                    code="downloads_running",
                    retry_after_s=RETRY_AFTER_S,
                )
            if self._taken.total() >= self.together:
                raise Unavailable(
                    "Too many files are being downloaded at the moment. Please try again soon.",
                    code="downloads_busy",
                    retry_after_s=RETRY_AFTER_S,
                )
            self._taken[person] += 1

    def leave(self, person: str) -> None:
        """Give a place back."""
        with self._lock:
            self._taken[person] -= 1
            if self._taken[person] <= 0:
                del self._taken[person]

    def __len__(self) -> int:
        with self._lock:
            return self._taken.total()


places = Places(each=DOWNLOADS_PER_PERSON, together=DOWNLOADS_PER_PROCESS)


class Download(StreamingHttpResponse):
    """A file made of pieces of text. Its place is given back when it ends, however it ends.

    `person` tells one person from another. Raises `RateLimited` and `Unavailable` when there is no place.
    """

    def __init__(
        self, pieces: AsyncGenerator[str, None], *, person: str, content_type: str, disposition: str
    ) -> None:
        places.take(person)
        # A response that nobody closes, for an error on its way out, gives its place back when it is forgotten.
        self._leave = weakref.finalize(self, places.leave, person)
        body = _body(pieces, self._leave)
        super().__init__(body, content_type=content_type, headers={"Content-Disposition": disposition})

    def close(self) -> None:
        """Give the place back, whether or not the body was ever asked for."""
        self._leave()
        super().close()


async def _body(
    pieces: AsyncGenerator[str, None], leave: Callable[[], object]
) -> AsyncGenerator[bytes, None]:
    """The pieces in parts that a slow reader can take in time."""
    until = time.monotonic() + DOWNLOAD_MAX_S
    try:
        async for piece in pieces:
            for part in _parts(piece.encode()):
                if time.monotonic() > until:
                    raise TimeoutError(f"a download of more than {DOWNLOAD_MAX_S:.0f} s")
                async with asyncio.timeout(STALL_MAX_S):  # cancels the request that waits for its reader
                    yield part
    except Exception as error:
        log.error("download_cut_off", error=type(error).__name__, exc_info=error)
        raise CutOff from error
    finally:
        leave()
        await pieces.aclose()


def _parts(raw: bytes) -> Iterator[bytes]:
    for start in range(0, len(raw), PART_MAX_BYTES):
        yield raw[start : start + PART_MAX_BYTES]
