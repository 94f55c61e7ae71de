"""How much of what costs one address and one account may do: one token bucket for each, in Redis.

From a Django or REST framework view, before the work:

    limits.spend_now(limits.NONCE, address=client_address(request))
    limits.spend_now(limits.API_KEY, address=client_address(request), account=user.pk)

From a coroutine: `await limits.spend(limits.STREAM, address=scope_address(scope), account=user_id)`. Both raise
`RateLimited` (429 `rate_limited`, with `Retry-After`) when any bucket is empty, and then take from none. `address`
is what `lib.addresses` says; an IPv6 address has a bucket for its /64 and a wider one for its /48. `account` is
whatever the limit counts by: a user's row id, a worker's id, a name that was typed. `refuse_known` asks nobody: it
goes before a look-up whose misses alone are counted (`misses` does both). While Redis is away each process counts by
itself. What stays open has a count beside its rate: `STREAMS_OPEN.hold(address)`.

The limits stand in `table`, and nowhere else. No address and no id is in Redis: a key has a keyed hash of it.
"""

from ashao_site.lib.limits.at_once import SOCKETS_OPEN, STREAMS_OPEN
from ashao_site.lib.limits.spend import misses, refuse_known, spend, spend_now
from ashao_site.lib.limits.table import (
    API_KEY,
    BAD_TOKEN,
    CHAIN_LOOK,
    CONTRACT_WALLET,
    DOWNLOAD,
    FAUCET,
    LIMITS,
    MONEY,
    NEW_ACCOUNT,
    NONCE,
    READ,
    REGISTER,
    SEARCH,
    SEND,
    SIGN_IN,
    SITE_TIMES,
    SOCKET,
    STAFF_NAME_HERE,
    STAFF_PASSWORD,
    STREAM,
    Limit,
    Rate,
)

__all__ = [
    "API_KEY",
    "BAD_TOKEN",
    "CHAIN_LOOK",
    "CONTRACT_WALLET",
    "DOWNLOAD",
    "FAUCET",
    "LIMITS",
    "MONEY",
    "NEW_ACCOUNT",
    "NONCE",
    "READ",
    "REGISTER",
    "SEARCH",
    "SEND",
    "SIGN_IN",
    "SITE_TIMES",
    "SOCKET",
    "SOCKETS_OPEN",
    "STAFF_NAME_HERE",
    "STAFF_PASSWORD",
    "STREAM",
    "STREAMS_OPEN",
    "Limit",
    "Rate",
    "misses",
    "refuse_known",
    "spend",
    "spend_now",
]
