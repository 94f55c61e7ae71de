"""The application's one way to the chain: a web3 client that never waits long and says what is wrong.

It holds no key. The node's URL may hold one (a provider's), so no message and no log line names it, nor
what the node says in words.
"""

import functools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, assert_never
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from web3 import Web3
from web3.exceptions import Web3Exception, Web3RPCError
from web3.middleware import ExtraDataToPOAMiddleware
from web3.providers import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from ashao_site.chain_settings import ChainSettings
from ashao_site.lib.db import forbid_open_transaction
from ashao_site.lib.errors import Unavailable

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANSWER_MAX_BYTES = 32 * 1024 * 1024
CONNECTIONS_MAX = 32


class ChainUnavailable(Unavailable):
    """No chain is configured, or its node does not answer as a node does."""

    default_code = "chain_unavailable"


@dataclass(frozen=True)
class NotConfigured:
    """There is no CHAIN_RPC_URL."""


@dataclass(frozen=True)
class Reachable:
    """The right chain answers, and the contracts are there. `age_s` is that of its latest block."""

    block: int
    age_s: int


@dataclass(frozen=True)
class Unreachable:
    """Its node does not answer, or not as a node does; later it may."""

    sentence: str


@dataclass(frozen=True)
class Wrong:
    """It answers and is not what was configured: somebody has to change something."""

    sentence: str


ChainStatus = NotConfigured | Reachable | Unreachable | Wrong


class Chain:
    """A chain by its settings. Threads may share it.

    Calls of `web3` raise ChainUnavailable when the node cannot be reached or takes longer than
    `settings.timeout_s`, and web3's own exceptions for what the node refuses. Nothing is repeated. The time
    to look up the node's name comes on top: that is the system's.
    """

    def __init__(self, config: ChainSettings) -> None:
        self.config = config
        self.web3 = Web3(_Provider(config.rpc_url, config.timeout_s))
        # Without it, a block of a proof-of-authority chain (its extra data is long) is refused.
        self.web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)

    def status(self) -> ChainStatus:
        """Ask the node what it is. Up to five calls, which end at the first that gets no answer."""
        try:
            with _understanding():
                return self._problem() or self._head()
        except ChainUnavailable as error:
            return Unreachable(error.message)

    def _problem(self) -> Wrong | None:
        eth, config = self.web3.eth, self.config
        found = eth.chain_id
        if found != config.chain_id:
            return Wrong(f"The chain at CHAIN_RPC_URL has id {found}, not {config.chain_id} (CHAIN_ID).")
        contracts = {
            "ASHAO_TOKEN_ADDRESS": config.token,
            "STAKING_VAULT_ADDRESS": config.vault,
            "USDC_ADDRESS": config.usdc,
        }
        for name, address in contracts.items():
            if not eth.get_code(Web3.to_checksum_address(address)):
                return Wrong(f"The chain has no contract at {address} ({name}).")
        return None

    def _head(self) -> Reachable:
        block = self.web3.eth.get_block("latest")
        return Reachable(block["number"], max(0, int(time.time()) - block["timestamp"]))


def chain() -> Chain:
    """The configured chain, one for the process. Raises ChainUnavailable where none is configured."""
    config: ChainSettings | None = settings.CHAIN
    if config is None:
        raise ChainUnavailable("No chain is configured.", retry_after_s=None)
    return _opened(config)


def status() -> ChainStatus:
    """What the configured chain is like now. Never raises; may wait for the node."""
    return NotConfigured() if settings.CHAIN is None else chain().status()


def describe(found: ChainStatus) -> str:
    """A status in one sentence, for staff."""
    match found:
        case NotConfigured():
            return "No chain is configured."
        case Reachable(block, age_s):
            return f"The chain answers: block {block:,}, {age_s} s old."
        case Unreachable(sentence) | Wrong(sentence):
            return sentence
        case _:
            assert_never(found)


@functools.cache
def _opened(config: ChainSettings) -> Chain:
    return Chain(config)


@contextmanager
def _understanding() -> Iterator[None]:
    """Turn answers that make no sense into ChainUnavailable."""
    try:
        yield
    except Web3RPCError as error:
        details = (error.rpc_response or {}).get("error")
        number = details.get("code") if isinstance(details, dict) else None
        code = f" (error {number})" if isinstance(number, int) else ""
        raise ChainUnavailable(f"The chain's node refuses to answer{code}.") from None
    except (Web3Exception, ValueError, TypeError, LookupError, AttributeError):
        raise ChainUnavailable("The chain's node answers with something that is no chain's.") from None


class _Provider(JSONBaseProvider):
    """JSON-RPC by httpx. web3's own provider follows redirects, and its timeout is for each read."""

    def __init__(self, rpc_url: str, timeout_s: float) -> None:
        super().__init__()
        self.global_ccip_read_enabled = False  # else a contract could name a URL for us to fetch
        self._rpc_url = rpc_url
        self._timeout_s = timeout_s
        self._client = httpx.Client(
            timeout=timeout_s,
            follow_redirects=False,
            headers={"Content-Type": "application/json"},
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            trust_env=urlsplit(rpc_url).hostname not in LOOPBACK,  # no proxy on the way to ourselves
        )

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Send one call. Raises ChainUnavailable, and NetworkInTransaction, which is a bug of the caller."""
        forbid_open_transaction("A call to the chain")
        body = self._post(self.encode_rpc_request(method, params))
        try:
            answer = self.decode_rpc_response(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise ChainUnavailable("The chain's node answers with something that is not JSON-RPC.")
        return answer

    def _post(self, body: bytes) -> bytes:
        late = ChainUnavailable(f"The chain did not answer within {self._timeout_s:g} s.")
        deadline = time.monotonic() + self._timeout_s
        found = bytearray()
        try:
            with self._client.stream("POST", self._rpc_url, content=body) as response:
                if response.status_code != httpx.codes.OK:
                    raise ChainUnavailable(f"The chain's node answers with HTTP {response.status_code}.")
                for part in response.iter_bytes():
                    found += part
                    if len(found) > ANSWER_MAX_BYTES:
                        raise ChainUnavailable("The chain's node answers with more than can be read.")
                    if time.monotonic() > deadline:
                        raise late
        except httpx.TimeoutException:
            raise late from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise ChainUnavailable("The chain's node cannot be reached.") from None
        return bytes(found)
