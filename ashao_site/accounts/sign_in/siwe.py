"""Reading EIP-4361 messages, line by line. https://eips.ethereum.org/EIPS/eip-4361

The text comes from anybody. No pattern meets it: every character is looked at a fixed number of times, each field
has a limit, and each line has exactly one reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from string import ascii_letters, digits, hexdigits

from eth_utils.address import to_checksum_address

from ashao_site.chain.notation import ADDRESS_CHARS
from ashao_site.lib.errors import BadInput

MESSAGE_MAX_CHARS = 4000
SCHEME_MAX_CHARS = 32
DOMAIN_MAX_CHARS = 300
STATEMENT_MAX_CHARS = 1000
URI_MAX_CHARS = 2000
CHAIN_ID_MAX_DIGITS = 20
NONCE_MIN_CHARS, NONCE_MAX_CHARS = 8, 64
TIME_MAX_CHARS = 40
REQUEST_ID_MAX_CHARS = 200
RESOURCES_MAX = 32
_MICROSECOND_DIGITS = 6

_ASKS = " wants you to sign in with your Ethereum account:"
_ALPHANUMERIC = frozenset(ascii_letters + digits)
_SCHEME = _ALPHANUMERIC | frozenset("+-.")
_PCHAR = _ALPHANUMERIC | frozenset("-._~!$&'()*+,;=:@%")
_AUTHORITY = _PCHAR | frozenset("[]")
_URI = _AUTHORITY | frozenset("/?#")
_PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))
_FIRST_NONCE_LINE, _LAST_NONCE_LINE = 6, 8
"""Of the lines, counted from 0, the one that may hold the nonce: what stands before it has a fixed number of them,
with a statement or without. So a statement that looks like a nonce's line is not taken for it."""


@dataclass(frozen=True)
class SignInMessage:
    """What a wallet was asked to sign. Times are aware; `wallet` is EIP-55 checksummed."""

    scheme: str | None
    domain: str
    wallet: str
    statement: str | None
    uri: str
    chain_id: int
    nonce: str
    issued_at: datetime
    expires_at: datetime | None
    not_before: datetime | None
    request_id: str | None
    resources: tuple[str, ...]


def nonce_of(text: str) -> str:
    """The nonce of what may be a sign-in message, whatever else is wrong with it.

    Raises `BadInput`, code `bad_message`, where there is none. It can be used up before the rest is read.
    """
    for line in _lines(text)[_FIRST_NONCE_LINE : _LAST_NONCE_LINE + 1]:
        if line.startswith("Nonce: "):
            return _nonce(line.removeprefix("Nonce: "))
    raise _bad_message()


def parse_message(text: str) -> SignInMessage:
    """Read an EIP-4361 message, version 1. Raises `BadInput`, code `bad_message`.

    The address may be in small letters or in capitals alone (the specification only recommends the checksum); in mixed
    letters the checksum must be right. Without a statement one empty line is accepted as well as two: widely used
    libraries write only one.
    """
    lines = _Lines(_lines(text))
    scheme, domain = _site(lines.next())
    wallet = _address(lines.next())
    statement = _statement(lines)
    uri = _uri(lines.field("URI: "))
    if lines.field("Version: ") != "1":
        raise _bad_message()
    chain_id = _number(lines.field("Chain ID: "))
    nonce = _nonce(lines.field("Nonce: "))
    issued_at = _time(lines.field("Issued At: "))
    expires_at = lines.optional("Expiration Time: ")
    not_before = lines.optional("Not Before: ")
    request_id = lines.optional("Request ID: ")
    return SignInMessage(
        scheme=scheme,
        domain=domain,
        wallet=wallet,
        statement=statement,
        uri=uri,
        chain_id=chain_id,
        nonce=nonce,
        issued_at=issued_at,
        expires_at=None if expires_at is None else _time(expires_at),
        not_before=None if not_before is None else _time(not_before),
        request_id=None if request_id is None else _text(request_id, _PCHAR, 0, REQUEST_ID_MAX_CHARS),
        resources=tuple(_resources(lines)),
    )


class _Lines:
    """The lines of a message, read once, from the first to the last."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def left(self) -> bool:
        """Whether there are more."""
        return self._at < len(self._lines)

    def peek(self) -> str | None:
        """The line that would be read next, if there is one."""
        return self._lines[self._at] if self.left() else None

    def next(self) -> str:
        """The next line. Raises `BadInput` at the end."""
        line = self.peek()
        if line is None:
            raise _bad_message()
        self._at += 1
        return line

    def put_back(self) -> None:
        """Have the last line read again."""
        self._at -= 1

    def field(self, name: str) -> str:
        """What the next line says behind `name`, with which it must begin."""
        line = self.next()
        if not line.startswith(name):
            raise _bad_message()
        return line.removeprefix(name)

    def optional(self, name: str) -> str | None:
        """As `field`, if the next line begins so; otherwise it stays."""
        line = self.peek()
        return self.field(name) if line is not None and line.startswith(name) else None


def _lines(text: str) -> list[str]:
    if len(text) > MESSAGE_MAX_CHARS:
        raise _bad_message()
    return text.split("\n")


def _site(line: str) -> tuple[str | None, str]:
    if not line.endswith(_ASKS):
        raise _bad_message()
    scheme, separator, domain = line.removesuffix(_ASKS).partition("://")
    if not separator:
        return None, _text(scheme, _AUTHORITY, 1, DOMAIN_MAX_CHARS)
    return _scheme(scheme), _text(domain, _AUTHORITY, 1, DOMAIN_MAX_CHARS)


def _address(line: str) -> str:
    hexadecimal = line.removeprefix("0x")
    if len(line) != ADDRESS_CHARS or len(hexadecimal) != ADDRESS_CHARS - 2:
        raise _bad_message()
    _text(hexadecimal, frozenset(hexdigits), 1, ADDRESS_CHARS)
    checksummed = to_checksum_address(line)
    if line != checksummed and hexadecimal not in (hexadecimal.lower(), hexadecimal.upper()):
        raise _bad_message()
    return checksummed


def _statement(lines: _Lines) -> str | None:
    """Read on to the URI's line."""
    _empty(lines.next())
    first = lines.next()
    if not first:
        return None
    if first.startswith("URI: ") and lines.peek() != "":
        lines.put_back()
        return None
    _empty(lines.next())
    return _text(first, _PRINTABLE, 1, STATEMENT_MAX_CHARS)


def _empty(line: str) -> None:
    if line:
        raise _bad_message()


def _scheme(text: str) -> str:
    _text(text, _SCHEME, 1, SCHEME_MAX_CHARS)
    if text[0] not in ascii_letters:
        raise _bad_message()
    return text


def _uri(text: str) -> str:
    """A URI of RFC 3986: a scheme, and behind it only characters that may be in one."""
    scheme, separator, rest = _text(text, _URI, 1, URI_MAX_CHARS).partition(":")
    _scheme(scheme)
    if not separator or rest.count("#") > 1:
        raise _bad_message()
    for escape in rest.split("%")[1:]:
        _text(escape[:2], frozenset(hexdigits), 2, 2)
    return text


def _number(text: str) -> int:
    return int(_text(text, frozenset(digits), 1, CHAIN_ID_MAX_DIGITS))


def _nonce(text: str) -> str:
    return _text(text, _ALPHANUMERIC, NONCE_MIN_CHARS, NONCE_MAX_CHARS)


def _resources(lines: _Lines) -> Iterator[str]:
    """The rest of the message."""
    if not lines.left():
        return
    if lines.next() != "Resources:":
        raise _bad_message()
    count = 0
    while lines.left():
        count += 1
        if count > RESOURCES_MAX:
            raise _bad_message()
        yield _uri(lines.field("- "))


def _time(text: str) -> datetime:
    """A `date-time` of RFC 3339. Beyond microseconds it is cut; a leap second is read as the second before it."""
    _text(text, _PRINTABLE, len("2026-01-02T03:04:05Z"), TIME_MAX_CHARS)
    try:
        if (text[4], text[7], text[10].upper(), text[13], text[16]) != ("-", "-", "T", ":", ":"):
            raise _bad_message()
        year, month, day = _digits(text[:4]), _digits(text[5:7]), _digits(text[8:10])
        hour, minute, second = _digits(text[11:13]), _digits(text[14:16]), _digits(text[17:19])
        microsecond, zone = _fraction(text[19:])
        at = datetime(year, month, day, hour, minute, min(second, 59), microsecond, _zone(zone))
        if second > 60:
            raise _bad_message()
        return at.astimezone(UTC)
    except (ValueError, OverflowError):  # a day that no month has; a moment outside of the years 1 to 9999
        raise _bad_message() from None


def _fraction(text: str) -> tuple[int, str]:
    """The microseconds that `text` begins with, and what follows them."""
    if not text.startswith("."):
        return 0, text
    zone = text[1:].lstrip(digits)
    fraction = text[1 : len(text) - len(zone)]
    if not fraction:
        raise _bad_message()
    return int(fraction[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0")), zone


def _zone(text: str) -> timezone:
    if text in ("Z", "z"):
        return UTC
    if len(text) != len("+00:00") or text[0] not in "+-" or text[3] != ":":
        raise _bad_message()
    hours, minutes = _digits(text[1:3]), _digits(text[4:])
    if hours > 23 or minutes > 59:
        raise _bad_message()
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _digits(text: str) -> int:
    return int(_text(text, frozenset(digits), 1, 4))


def _text(text: str, allowed: frozenset[str], least: int, most: int) -> str:
    """The text itself. Raises `BadInput` where it is shorter or longer, or has another character."""
    if not least <= len(text) <= most or not allowed.issuperset(text):
        raise _bad_message()
    return text


def _bad_message() -> BadInput:
    return BadInput("This is not a sign-in message (EIP-4361, version 1).", code="bad_message")
