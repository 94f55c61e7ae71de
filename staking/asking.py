"""What a node answers, understood or refused: nonsense of a chain's node becomes ChainUnavailable."""

from collections.abc import Iterator
from contextlib import contextmanager

from web3.exceptions import Web3Exception

from ashao_site.lib.chain import ChainUnavailable


@contextmanager
def understood() -> Iterator[None]:
    """Raise ChainUnavailable for whatever web3 raises. Only calls of the chain belong in its body.

    What the node says is not repeated: it may name the node's URL, which can hold a provider's key.
    """
    try:
        yield
    except Web3Exception:
        raise ChainUnavailable("The chain's node refuses to answer this.") from None
    except (ValueError, TypeError, LookupError, AttributeError):
        raise ChainUnavailable("The chain's node answers with something that is no chain's.") from None
