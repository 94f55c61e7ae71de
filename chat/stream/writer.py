"""The response that a stream is: headers when there is something to write, then events."""

import time

from ashao_site.lib.http import Send, error_response, send_json
from chat.stream import sse
from workers import jobs

KEEP_ALIVE_S = 15.0
KEEP_ALIVE_SLACK_S = 0.5
"""`Quiet` comes every five seconds or a little later: the third must count, not the fourth."""


class StreamWriter:
    """The response: headers when there is something to write, then events."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._opened = False
        self._wrote_at = time.monotonic()
        self.at = sse.Position()
        """Up to where the client has the answer."""

    async def open(self) -> None:
        """Send the headers, if they have not gone yet."""
        if not self._opened:
            self._opened = True
            await self._send({"type": "http.response.start", "status": 200, "headers": sse.HEADERS})
            # Without a body daphne and some proxies hold the headers back.
            await self._send({"type": "http.response.body", "body": b"", "more_body": True})

    async def tell(self, event: jobs.Event) -> None:
        """Write one event of the network."""
        await self.open()
        if isinstance(event, jobs.Text):
            self.at = sse.Position(event.end, event.mark)
            await self._write(sse.token_event(event.value, at=self.at))
        elif isinstance(event, jobs.Reset):
            self.at = sse.Position()
            await self._write(sse.reset_event())
        elif isinstance(event, jobs.Thought):
            await self._write(sse.reasoning_event(event.value, at=self.at))
        elif isinstance(event, jobs.Ended):
            await self._write(sse.done_event(tokens=event.tokens, finish=event.finish, at=self.at))
        elif isinstance(event, jobs.Broke):
            await self._write(sse.error_event(event.message, at=self.at))
        elif time.monotonic() - self._wrote_at >= KEEP_ALIVE_S - KEEP_ALIVE_SLACK_S:
            await self._write(sse.KEEP_ALIVE)

    async def close(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def nothing_left(self) -> None:
        """Answer 204: the client has everything."""
        headers = [(b"cache-control", b"no-store")]
        await self._send({"type": "http.response.start", "status": 204, "headers": headers})
        await self.close()

    async def refuse(self, error: Exception) -> None:
        """Answer with the error; a stream that has begun just ends, and the browser comes back to hear why."""
        status, body, headers = error_response(error)
        if self._opened:
            await self.close()
            return
        if status == 405:
            headers = [*headers, (b"allow", b"GET")]
        await send_json(self._send, status, body, headers)

    async def _write(self, raw: bytes) -> None:
        self._wrote_at = time.monotonic()
        await self._send({"type": "http.response.body", "body": raw, "more_body": True})
