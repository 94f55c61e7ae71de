"""Reading EIP-4361 messages: everything that the grammar allows is read as it was written, and nothing else."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from string import ascii_letters, digits
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from ashao_site.accounts.sign_in import siwe
from ashao_site.accounts.sign_in.siwe import SignInMessage, nonce_of, parse_message
from ashao_site.lib.errors import BadInput

WALLET = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
GOOD = (
    f"ashao.example wants you to sign in with your Ethereum account:\n{WALLET}\n\nSign in to ashao.\n\n"
    "URI: https://ashao.example/x?y=%20#z\nVersion: 1\nChain ID: 8453\nNonce: 32891756abcdef\n"
    "Issued At: 2026-01-02T03:04:05.678Z\nExpiration Time: 2026-01-02T04:09:05+01:00\n"
    "Not Before: 2026-01-02T03:04:05.1234567z\nRequest ID: a-b%20c\nResources:\n- ipfs://Qme\n- https://a.b/c"
)
HOSTILE = (  # twelve such lines took a backtracking pattern over a minute, and each more five times as long
    f"a.b wants you to sign in with your Ethereum account:\n{WALLET}\n\n\nURI: a:b\nVersion: 1\nChain ID: 1\n"
    "Nonce: abcdefgh\nIssued At: 2026-01-02T03:04:05Z\nResources:" + "\n- https://a" * 31 + " "
)


def read(text: str) -> SignInMessage | None:
    """The message, or None where it is refused: nothing else is raised."""
    try:
        return parse_message(text)
    except BadInput:
        return None


def test_a_whole_message() -> None:
    assert parse_message(GOOD) == SignInMessage(
        scheme=None,
        domain="ashao.example",
        wallet=WALLET,
        statement="Sign in to ashao.",
        uri="https://ashao.example/x?y=%20#z",
        chain_id=8453,
        nonce="32891756abcdef",
        issued_at=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC),
        expires_at=datetime(2026, 1, 2, 3, 9, 5, 0, UTC),
        not_before=datetime(2026, 1, 2, 3, 4, 5, 123_456, UTC),
        request_id="a-b%20c",
        resources=("ipfs://Qme", "https://a.b/c"),
    )


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("ashao.example wants", "https://ashao.example wants", "scheme", "https"),
        ("ashao.example wants", "me@[::1]:8000 wants", "domain", "me@[::1]:8000"),
        (WALLET, WALLET.lower(), "wallet", WALLET),
        (WALLET, "0x" + WALLET[2:].upper(), "wallet", WALLET),
        ("\nSign in to ashao.\n", "\n", "statement", None),
        ("\nSign in to ashao.\n\n", "\n", "statement", None),  # as viem writes it
        ("Sign in to ashao.", "URI: a:b", "statement", "URI: a:b"),
        ("Sign in to ashao.", "Nonce: notthisone", "nonce", "32891756abcdef"),
        ("Chain ID: 8453", "Chain ID: 008453", "chain_id", 8453),
        ("Request ID: a-b%20c", "Request ID: ", "request_id", ""),
        ("\nRequest ID: a-b%20c", "", "request_id", None),
        ("\n- ipfs://Qme\n- https://a.b/c", "", "resources", ()),
        ("03:04:05.678Z", "23:59:60Z", "issued_at", datetime(2026, 1, 2, 23, 59, 59, 0, UTC)),
        ("03:04:05.678Z", "03:04:05-23:59", "issued_at", datetime(2026, 1, 3, 3, 3, 5, 0, UTC)),
    ],
)
def test_what_may_be_otherwise(old: str, new: str, field: str, value: Any) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    assert getattr(parse_message(text), field) == value
    assert nonce_of(text) == "32891756abcdef"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ashao.example wants", " wants"),
        ("ashao.example wants", "a b wants"),
        ("ashao.example wants", "1x://ashao.example wants"),
        ("ashao.example wants", "://ashao.example wants"),
        ("ashao.example wants", "a" * 301 + " wants"),
        ("account:", "account: "),
        (WALLET, "0x" + WALLET[2:].swapcase()),
        (WALLET, WALLET[:-1]),
        (WALLET, WALLET + "0"),
        (WALLET, "00" + WALLET[2:]),
        (WALLET, "0X" + WALLET[2:]),
        (WALLET, "0x" + "g" * 40),
        ("Sign in", "Sign\tin"),
        ("Sign in", "Sign\rin"),
        ("Sign in", "Sign in é"),
        ("ashao.\n\n", "ashao.\n"),
        ("ashao.\n\n", "ashao.\nmore\n\n"),
        ("Sign in to ashao.", "x" * 1001),
        ("https://ashao.example/x", "//ashao.example/x"),
        ("https://ashao.example/x", "ashao"),
        ("%20#z", "%2#z"),
        ("%20#z", "%zz#z"),
        ("#z", "#z#"),
        ("#z", "<z>"),
        ("Version: 1", "Version: 2"),
        ("Version: 1", "version: 1"),
        ("Chain ID: 8453", "Chain ID: -1"),
        ("Chain ID: 8453", "Chain ID: "),
        ("Chain ID: 8453", "Chain ID: ²"),
        ("Chain ID: 8453", "Chain ID: " + "1" * 21),
        ("32891756abcdef", "abcdefg"),
        ("32891756abcdef", "abcdefg-"),
        ("32891756abcdef", "a" * 65),
        ("2026-01-02T03:04:05.678Z", "2026-01-02 03:04:05.678Z"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.Z"),
        ("2026-01-02T03:04:05.678Z", "2026-13-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05.678Z", "0000-01-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05.678Z", "0001-01-01T00:00:00+00:01"),
        ("2026-01-02T03:04:05.678Z", "9999-12-31T23:59:59-00:01"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:61.678Z"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05+24:00"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05+0100"),
        ("2026-01-02T03:04:05.678Z", "+026-01-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05." + "1" * 40 + "Z"),
        ("Request ID: a", "Request ID: /"),
        ("Request ID: a", "Request ID: " + "a" * 201),
        ("Resources:", "Resources: "),
        ("\n- ipfs", "\n-ipfs"),
        ("\n- ipfs", "\n" + "- a:b\n" * 32 + "- ipfs"),
        ("a.b/c", "a.b/c\n"),
        ("a.b/c", "a.b/c\n- "),
    ],
)
def test_what_may_not(old: str, new: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    assert read(text) is None


def test_each_line_is_needed_and_in_its_place() -> None:
    lines = GOOD.split("\n")
    for at in {*range(10)} - {3}:  # all up to the time but the statement
        assert read("\n".join(lines[:at] + lines[at + 1 :])) is None, lines[at]
    for at in range(len(lines) - 1):
        changed = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        if changed[-1] != lines[-2]:  # two resources may stand in any order
            assert read("\n".join(changed)) is None, lines[at]


def test_no_line_is_too_long_together() -> None:
    longest = "\n- https://a.b/" + "c" * 1900
    assert read(GOOD + longest) is not None
    assert read(GOOD + longest * 2) is None


PCHAR = ascii_letters + digits + "-._~!$&'()*+,;=:@"
names = st.text(ascii_letters + digits + "-.", min_size=1, max_size=40)
uris = st.builds(
    lambda scheme, rest: f"{scheme}:{rest}", st.sampled_from(["https", "a", "ipfs"]), st.text(PCHAR + "/?")
)
offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=offsets)
messages = st.builds(
    SignInMessage,
    scheme=st.none() | st.sampled_from(["http", "https"]),
    domain=names,
    wallet=st.binary(min_size=20, max_size=20).map(to_checksum_address),
    statement=st.none() | st.text([chr(code) for code in range(0x20, 0x7F)], min_size=1, max_size=80),
    uri=uris,
    chain_id=st.integers(0, 10**20 - 1),
    nonce=st.text(ascii_letters + digits, min_size=8, max_size=64),
    issued_at=times,
    expires_at=st.none() | times,
    not_before=st.none() | times,
    request_id=st.none() | st.text(PCHAR, max_size=60),
    resources=st.lists(uris, max_size=8).map(tuple),
)


def written(message: SignInMessage) -> str:
    """As EIP-4361 wants it."""
    scheme = "" if message.scheme is None else f"{message.scheme}://"
    optional = {
        "Expiration Time": message.expires_at and message.expires_at.isoformat(),
        "Not Before": message.not_before and message.not_before.isoformat(),
        "Request ID": message.request_id,
    }
    return "\n".join(
        [
            f"{scheme}{message.domain} wants you to sign in with your Ethereum account:",
            message.wallet,
            "",
            *([] if message.statement is None else [message.statement]),
            "",
            f"URI: {message.uri}",
            "Version: 1",
            f"Chain ID: {message.chain_id}",
            f"Nonce: {message.nonce}",
            f"Issued At: {message.issued_at.isoformat()}",
            *(f"{name}: {value}" for name, value in optional.items() if value is not None),
            *(["Resources:", *(f"- {uri}" for uri in message.resources)] if message.resources else []),
        ]
    )


@given(messages)
@settings(max_examples=300, deadline=None)
def test_what_is_written_is_read(message: SignInMessage) -> None:
    text = written(message)
    assert parse_message(text) == message
    assert nonce_of(text) == message.nonce


@given(messages, st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_message_is_another_one_or_none(message: SignInMessage, data: st.DataObject) -> None:
    """Whatever one character becomes: what is read then has one right way of writing it."""
    text = written(message)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8"))
    changed = read(text[:at] + other + text[at + 1 :])
    if changed is not None:
        assert parse_message(written(changed)) == changed


@given(st.text(st.sampled_from("\n- :0xaURINonce"), max_size=400) | st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_rubbish_is_refused(text: str) -> None:
    assert read(text) is None


def test_what_froze_a_process_is_refused_at_once() -> None:
    """In a process of its own: what backtracks cannot be interrupted. The old way took hours for this one."""
    script = (
        "import sys\nfrom ashao_site.accounts.sign_in.siwe import parse_message\n"
        "from ashao_site.lib.errors import BadInput\n"
        "for _ in range(100):\n  try:\n    parse_message(sys.argv[1])\n    sys.exit(3)\n  except BadInput:\n    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", script, HOSTILE], timeout=60, check=False)
    assert done.returncode == 0


def test_every_limit_is_below_the_whole() -> None:
    limits = [
        getattr(siwe, name)
        for name in dir(siwe)
        if name.endswith("_MAX_CHARS") and name != "MESSAGE_MAX_CHARS"
    ]
    assert len(limits) >= 7
    assert max(limits) < siwe.MESSAGE_MAX_CHARS
