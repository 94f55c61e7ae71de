"""The one client of a chain's node: JSON-RPC that never waits long, and says in a sentence what is wrong.

It holds no key. The node's URL may hold one (a provider's), so no message and no log line names it, nor what the
node says in words. Imports no framework: the contracts are deployed with it, too.
"""

import itertools
import json
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx

from ashao_site.lib.errors import Unavailable

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANSWER_MAX_BYTES = 32 * 1024 * 1024
CONNECTIONS_MAX = 32
REVERTED = 3
"""The error's number where a call was executed and undone, as go-ethereum began it and others took it over."""

_ids = itertools.count(1)


class ChainUnavailable(Unavailable):
    """No chain is configured, or its node does not answer as a node does."""

    default_code = "chain_unavailable"


class Refused(ChainUnavailable):
    """The node understood the call and does not want to answer it, or not for so many blocks."""

    def __init__(self, message: str, *, is_revert: bool = False) -> None:
        super().__init__(message)
        self.is_revert = is_revert


class Nonsense(ChainUnavailable):
    """The node's answer is none to what was asked."""

    def __init__(self, message: str = "The chain's node answers with something that is no chain's.") -> None:
        super().__init__(message)


class Client:
    """Asks one node. Threads may share it.

    Nothing is repeated, and no call takes longer than `timeout_s`; the time to look up the node's name comes on top:
    that is the system's. `guard` is called before each call, and may refuse it by raising.
    """

    def __init__(self, rpc_url: str, *, timeout_s: float, guard: Callable[[], None] | None = None) -> None:
        self._rpc_url = rpc_url
        self._timeout_s = timeout_s
        self._guard = guard
        self._http = httpx.Client(
            timeout=timeout_s,
            follow_redirects=False,
            headers={"Content-Type": "application/json"},
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            trust_env=urlsplit(rpc_url).hostname not in LOOPBACK,  # no proxy on the way to ourselves
        )

    def ask(self, method: str, *params: object) -> object:
        """The result of one call. Raises ChainUnavailable, `Refused` and `Nonsense` among its kinds."""
        answer = self.request(method, params)
        if "error" in answer:
            raise _refusal(answer["error"])
        if answer.get("jsonrpc") != "2.0" or "result" not in answer:
            raise Nonsense
        return answer["result"]

    def request(self, method: str, params: object) -> dict[str, object]:
        """The whole answer to one call, of which is known only that it is an object of JSON."""
        if self._guard is not None:
            self._guard()
        call = {"jsonrpc": "2.0", "id": next(_ids), "method": method, "params": params}
        try:
            answer = json.loads(self._post(json.dumps(call).encode()))
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise Nonsense("The chain's node answers with something that is not JSON-RPC.")
        return answer

    def _post(self, body: bytes) -> bytes:
        late = ChainUnavailable(f"The chain did not answer within {self._timeout_s:g} s.")
        deadline = time.monotonic() + self._timeout_s
        answer = bytearray()
        try:
            with self._http.stream("POST", self._rpc_url, content=body) as response:
                if response.status_code != httpx.codes.OK:
                    raise ChainUnavailable(f"The chain's node answers with HTTP {response.status_code}.")
                for part in response.iter_bytes():
                    answer += part
                    if len(answer) > ANSWER_MAX_BYTES:
                        raise ChainUnavailable("The chain's node answers with more than can be read.")
                    if time.monotonic() > deadline:
                        raise late
        except httpx.TimeoutException:
            raise late from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise ChainUnavailable("The chain's node cannot be reached.") from None
        return bytes(answer)


def _refusal(error: object) -> Refused:
    details: Mapping[str, object] = error if isinstance(error, dict) else {}
    number, message, data = details.get("code"), details.get("message"), details.get("data")
    is_revert = (
        number == REVERTED
        or (isinstance(message, str) and "revert" in message.lower())
        or (isinstance(data, str) and data.startswith(("0x", "Reverted")))
    )
    code = f" (error {number})" if isinstance(number, int) else ""
    return Refused(f"The chain's node refuses to answer{code}.", is_revert=is_revert)
