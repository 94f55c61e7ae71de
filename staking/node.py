"""A connection to a chain for the commands here: web3 over the one client, and the chain that was meant."""

from typing import Any
from urllib.parse import urlsplit

from web3 import Web3
from web3.exceptions import Web3Exception
from web3.middleware import ExtraDataToPOAMiddleware
from web3.providers import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from ashao_site.chain.client import ChainUnavailable, Client

CALL_TIMEOUT_S = 15.0


class ChainError(Exception):
    """What a chain did not do, in one sentence. Never carries the URL: it may hold a provider's key."""


class _Provider(BaseProvider):
    def __init__(self, client: Client) -> None:
        super().__init__()
        self.global_ccip_read_enabled = False  # else a contract could name a URL for us to fetch
        self._client = client

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One call, as web3 makes it."""
        answer: Any = self._client.request(method, params)
        response: RPCResponse = answer
        return response


def connect(rpc_url: str, *, chain_id: int, timeout_s: float = CALL_TIMEOUT_S) -> Web3:
    """The chain behind the URL. Raises ChainError unless it answers and has this id."""
    if urlsplit(rpc_url).scheme not in ("http", "https"):
        raise ChainError("CHAIN_RPC_URL must be an http or https address.")
    web3 = Web3(_Provider(Client(rpc_url, timeout_s=timeout_s)))
    # Without it, a block of a proof-of-authority chain (its extra data is long) is refused.
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    try:
        answered = web3.eth.chain_id
    except (ChainUnavailable, ValueError, Web3Exception) as error:
        raise ChainError(f"The chain does not answer ({type(error).__name__}).") from None
    if answered != chain_id:
        raise ChainError(f"The chain has id {answered}, not {chain_id}.")
    return web3
