"""Every limit there is: how much one address, and one account, may do of what costs. docs/operations.md shows it.

They are set where no person and no honest program comes, with many people behind one address; what they stop is
a script. `RATE_LIMITS` makes all of them so many times wider, or turns them off but for the staff's.
"""

from dataclasses import dataclass

MINUTE_S = 60
HOUR_S = 3_600
SITE_TIMES = 8
"""An IPv6 /48, in which one customer may have 65,536 networks, has this many times what a /64 has."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and from then on so many in a span of time."""

    burst: int
    refill: int
    per_s: int


@dataclass(frozen=True, slots=True)
class Limit:
    """What is limited: by the address that it comes from, by whose account it is, or by both."""

    name: str
    what: str
    """In the words of the operators' table."""
    address: Rate | None = None
    account: Rate | None = None
    never_off: bool = False
    """Whether it holds as it is also where `RATE_LIMITS` turns the others off."""


NONCE = Limit(
    "nonce", "asking for a nonce: each is a row, and a session's for a new visitor", Rate(120, 30, MINUTE_S)
)
SIGN_IN = Limit(
    "sign_in", "showing a signed message, at sign-in or for a payout wallet", Rate(120, 30, MINUTE_S)
)
NEW_ACCOUNT = Limit("new_account", "a wallet's first sign-in", Rate(100, 60, HOUR_S))
CONTRACT_WALLET = Limit(
    "contract_wallet", "a signature that the chain's node is asked about", Rate(30, 10, MINUTE_S)
)
STAFF_NAME_HERE = Limit(
    "staff_name_here",
    "a password at the staff's sign-in for one name from one network: an IPv4 address, or a /48",
    account=Rate(10, 20, HOUR_S),
    never_off=True,
)
STAFF_PASSWORD = Limit(
    "staff_password",
    "a password at the staff's sign-in; the account is the name that was typed, from wherever",
    address=Rate(30, 60, HOUR_S),
    account=Rate(200, 400, HOUR_S),
    never_off=True,
)
BAD_TOKEN = Limit(
    "bad_token", "a bearer token that nobody has, of a worker or an API key", Rate(120, 60, MINUTE_S)
)
REGISTER = Limit(
    "register", "registering a worker", address=Rate(400, 240, HOUR_S), account=Rate(120, 60, HOUR_S)
)
API_KEY = Limit("api_key", "making an API key", address=Rate(200, 120, HOUR_S), account=Rate(60, 30, HOUR_S))
SEND = Limit(
    "send",
    "a message, trying again, another branch",
    address=Rate(1_200, 1_200, MINUTE_S),
    account=Rate(600, 300, MINUTE_S),
)
SEARCH = Limit("search", "a page of hits", address=Rate(600, 600, MINUTE_S), account=Rate(240, 240, MINUTE_S))
READ = Limit(
    "read",
    "a page of what is kept: conversations, account, statement, payouts, workers",
    address=Rate(4_800, 4_800, MINUTE_S),
    account=Rate(1_200, 1_200, MINUTE_S),
)
DOWNLOAD = Limit(
    "download",
    "a file: conversations, statement, everything of an account",
    address=Rate(240, 60, MINUTE_S),
    account=Rate(120, 30, MINUTE_S),
)
STREAM = Limit("stream", "opening the stream of an answer", Rate(1_200, 1_200, MINUTE_S))
SOCKET = Limit("socket", "opening a page's socket for news", Rate(600, 300, MINUTE_S))
MONEY = Limit(
    "money",
    "what asks the chain or moves money: buying, staking, deposits, payouts",
    address=Rate(240, 120, MINUTE_S),
    account=Rate(120, 60, MINUTE_S),
)
CHAIN_LOOK = Limit(
    "chain_look",
    "what the stake page shows of a wallet, which the chain's node is asked about",
    address=Rate(600, 600, MINUTE_S),
    account=Rate(120, 60, MINUTE_S),
)
FAUCET = Limit("faucet", "test money, on the dev chain", Rate(60, 60, HOUR_S))

LIMITS = (
    NONCE,
    SIGN_IN,
    NEW_ACCOUNT,
    CONTRACT_WALLET,
    STAFF_NAME_HERE,
    STAFF_PASSWORD,
    BAD_TOKEN,
    REGISTER,
    API_KEY,
    SEND,
    SEARCH,
    READ,
    DOWNLOAD,
    STREAM,
    SOCKET,
    MONEY,
    CHAIN_LOOK,
    FAUCET,
)
