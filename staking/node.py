"""A connection to a chain for the commands here: a timeout on everything, and the chain that was meant."""

from urllib.parse import urlsplit

import requests
from web3 import HTTPProvider, Web3
from web3.exceptions import Web3Exception
from web3.middleware import ExtraDataToPOAMiddleware

CALL_TIMEOUT_S = 15.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ChainError(Exception):
    """What a chain did not do, in one sentence. Never carries the URL: it may hold a provider's key."""


def connect(rpc_url: str, *, chain_id: int, timeout_s: float = CALL_TIMEOUT_S) -> Web3:
    """The chain behind the URL. Raises ChainError unless it answers and has this id."""
    if urlsplit(rpc_url).scheme not in ("http", "https"):
        raise ChainError("CHAIN_RPC_URL must be an http or https address.")
    session = requests.Session()
    session.trust_env = urlsplit(rpc_url).hostname not in LOOPBACK  # no proxy on the way to ourselves
    kwargs = {"timeout": timeout_s}
    # No repeats: each would wait for the whole timeout again.
    provider = HTTPProvider(rpc_url, kwargs, session=session, exception_retry_configuration=None)
    web3 = Web3(provider)
    # Without it, a block of a proof-of-authority chain (its extra data is long) is refused.
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    try:
        found = web3.eth.chain_id
    except (OSError, ValueError, Web3Exception) as error:
        raise ChainError(f"The chain does not answer ({type(error).__name__}).") from None
    if found != chain_id:
        raise ChainError(f"The chain has id {found}, not {chain_id}.")
    return web3
