"""Reading EIP-4361 messages with the `siwe` package. https://eips.ethereum.org/EIPS/eip-4361

The package's regular expression is used, not its ABNF grammar: that one takes seconds for 4,000 characters of
rubbish. The expression lets a line feed into a field, so that is refused here, and each line then has exactly
one reading. The package's `verify` is not used: it signs a message written anew, not the one that was sent.
"""

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

from ashao_site.lib.errors import BadInput

with warnings.catch_warnings():
    # Its grammar modules redefine rules on import, and say so on stderr.
    warnings.simplefilter("ignore")
    from siwe import ISO8601Datetime, SiweMessage

MESSAGE_MAX_CHARS = 4000
_PRINTABLE_LINES = re.compile(r"[\x20-\x7e]+(?:\n[\x20-\x7e]*)*")


@dataclass(frozen=True)
class SignInMessage:
    """What a wallet was asked to sign. Times are aware; `wallet` is EIP-55 checksummed."""

    scheme: str | None
    domain: str
    wallet: str
    uri: str
    chain_id: int
    nonce: str
    issued_at: datetime
    expires_at: datetime | None
    not_before: datetime | None


def parse_message(text: str) -> SignInMessage:
    """Read an EIP-4361 message, version 1. Raises `BadInput`, code `bad_message`."""
    if len(text) > MESSAGE_MAX_CHARS or text.endswith("\n") or _PRINTABLE_LINES.fullmatch(text) is None:
        raise _bad_message()
    try:
        parsed = SiweMessage.from_message(text, abnf=False)
        fields = [parsed.domain, parsed.uri, parsed.statement or "", *(parsed.resources or [])]
        if any("\n" in field for field in fields):
            raise _bad_message()
        return SignInMessage(
            scheme=parsed.scheme,
            domain=parsed.domain,
            wallet=str(parsed.address),
            uri=parsed.uri,
            chain_id=parsed.chain_id,
            nonce=parsed.nonce,
            issued_at=_time(parsed.issued_at),
            expires_at=_time(parsed.expiration_time) if parsed.expiration_time else None,
            not_before=_time(parsed.not_before) if parsed.not_before else None,
        )
    except (ValueError, OverflowError):  # pydantic's ValidationError is a ValueError
        raise _bad_message() from None


def _time(text: ISO8601Datetime) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC)


def _bad_message() -> BadInput:
    return BadInput("This is not a sign-in message (EIP-4361, version 1).", code="bad_message")
