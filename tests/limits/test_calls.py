"""Every limited call, through HTTP: 429 with Retry-After beyond its burst, and to nobody else.

With small limits in the place of the table's: a burst of three, of which one comes back in two thirds of a second.
"""

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from eth_account import Account
from rest_framework.test import APIClient

from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.accounts.models import User
from ashao_site.lib import limits
from ashao_site.lib.limits.table import Rate
from chat.conversation.models import Conversation
from tests.accounts.accounts_browser import Browser

pytestmark = pytest.mark.django_db(transaction=True)

CSRF = "c" * 32
BURST = 3
SMALL = Rate(BURST, 3, 2)
ALICE_AT, BOB_AT = "203.0.113.7", "198.51.100.9"
WAIT_MAX_S = 120.0


@pytest.fixture(autouse=True)
def proxied(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the limit of that name small, for addresses and accounts."""

    def shrink(name: str) -> None:
        limit: limits.Limit = getattr(limits, name)
        tiny = dataclasses.replace(limit, address=limit.address and SMALL, account=limit.account and SMALL)
        monkeypatch.setattr(limits, name, tiny)

    return shrink


class Caller:
    """A cookie jar at an address; perhaps somebody who is signed in."""

    def __init__(self, address: str, user: User | None = None) -> None:
        self.address = address
        self.client = APIClient(enforce_csrf_checks=True)
        if user is not None:
            self.client.force_login(user)
        self.client.cookies["csrftoken"] = CSRF

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            path,
            raw,
            content_type="application/json",
            HTTP_X_CSRFTOKEN=self.client.cookies["csrftoken"].value,
            HTTP_X_FORWARDED_FOR=f"192.0.2.1, {self.address}",
            **headers,
        )


def user(byte: str) -> User:
    return User.objects.get_or_create_wallet("0x" + byte * 20)[0]


@pytest.fixture
def alice(transactional_db: None) -> User:
    return user("a1")


@pytest.fixture
def bob(transactional_db: None) -> User:
    return user("b0")


def refusal(response: Any) -> int:
    """The seconds that a 429 of a limit names."""
    assert response.status_code == 429, (response.status_code, response.content)
    assert response.json()["code"] == "rate_limited"
    assert "try again in" in response.json()["error"]
    seconds = int(response.headers["Retry-After"])
    assert seconds >= 1
    return seconds


def is_limited(call: Callable[[], Any]) -> int:
    """Call until it is refused: not at once, and soon."""
    for count in range(200):
        response = call()
        if response.status_code == 429:
            assert count >= BURST
            return refusal(response)
        getattr(response, "close", lambda: None)()
    raise AssertionError("nothing was ever refused")


def works_again(call: Callable[[], Any]) -> None:
    """It does, once some time has passed."""
    deadline = time.monotonic() + WAIT_MAX_S
    while True:
        response = call()
        if response.status_code != 429:
            return
        assert time.monotonic() < deadline
        time.sleep(refusal(response) / 5)


SIGNED: dict[str, Any] = {"message": "x", "signature": "0x"}
ANYBODY: list[tuple[str, str, str, object]] = [
    ("NONCE", "POST", "/api/auth/nonce", None),
    ("SIGN_IN", "POST", "/api/auth/verify", SIGNED),
    ("SEND", "POST", "/api/chat/send", {"tier": "pro", "content": ""}),
]
PEOPLE: list[tuple[str, str, str, object]] = [
    *ANYBODY,
    ("SIGN_IN", "POST", "/api/payouts/wallets", SIGNED),
    ("API_KEY", "POST", "/api/keys", {"name": "k"}),
    ("REGISTER", "POST", "/api/worker/register", {"type": "browser", "model": "m"}),
    ("SEND", "POST", "/api/chat/retry", {"jobId": "job_0123456789abcdefghij"}),
    ("SEND", "POST", "/api/chat/branch", {"messageId": "msg_0123456789abcdefghij"}),
    ("SEARCH", "GET", "/api/chat/conversations?q=x", None),
    ("READ", "GET", "/api/chat/conversations", None),
    ("READ", "GET", "/api/chat/conversations/CONVERSATION", None),
    ("READ", "GET", "/api/account", None),
    ("READ", "GET", "/api/statement", None),
    ("READ", "GET", "/api/payouts", None),
    ("READ", "GET", "/api/worker/stats", None),
    ("DOWNLOAD", "GET", "/api/chat/export", None),
    ("DOWNLOAD", "GET", "/api/chat/conversations/CONVERSATION/export", None),
    ("DOWNLOAD", "GET", "/api/account/export", None),
    ("DOWNLOAD", "GET", "/api/statement.csv", None),
    ("MONEY", "POST", "/api/credits/buy", {"amount": 1_000_000}),
    ("MONEY", "POST", "/api/deposits", {"txHash": "0x" + "1" * 64, "amount": 1}),
    ("MONEY", "POST", "/api/staking/stake", {"amount": "1"}),
    ("MONEY", "POST", "/api/staking/unstake", {"amount": "1"}),
    ("MONEY", "POST", "/api/payouts", {"amount": 1, "wallet": "0x" + "a1" * 20}),
    ("CHAIN_LOOK", "GET", "/api/staking", None),
    ("FAUCET", "POST", "/api/faucet", None),
]


@pytest.mark.parametrize(("name", "method", "path", "body"), ANYBODY, ids=lambda one: str(one)[:40])
def test_an_address_is_refused_beyond_its_burst_and_served_again_later(
    name: str, method: str, path: str, body: object, small: Callable[[str], None]
) -> None:
    small(name)
    call = lambda: Caller(ALICE_AT).call(method, path, body)  # noqa: E731 - a new visitor each time
    is_limited(call)
    assert Caller(BOB_AT).call(method, path, body).status_code != 429, "bob is somewhere else"
    works_again(call)


@pytest.mark.parametrize(("name", "method", "path", "body"), PEOPLE, ids=lambda one: str(one)[:40])
def test_each_call_that_costs_is_limited_for_people_too(
    name: str, method: str, path: str, body: object, small: Callable[[str], None], alice: User, bob: User
) -> None:
    small(name)
    conversation = Conversation.objects.create(user=alice, title="x")
    path = path.replace("CONVERSATION", conversation.public_id)
    is_limited(lambda: Caller(ALICE_AT, alice).call(method, path, body))
    assert Caller(BOB_AT, bob).call(method, path, body).status_code != 429


def test_an_account_is_limited_wherever_it_comes_from(small: Callable[[str], None], alice: User) -> None:
    small("API_KEY")
    places = iter(range(200))
    is_limited(lambda: Caller(f"203.0.113.{next(places)}", alice).call("POST", "/api/keys", {"name": "k"}))


def test_what_is_refused_does_nothing(small: Callable[[str], None], alice: User) -> None:
    small("REGISTER")
    caller = Caller(ALICE_AT, alice)
    is_limited(lambda: caller.call("POST", "/api/worker/register", {"type": "browser", "model": "m"}))
    made = len(caller.call("GET", "/api/worker/stats").json()["workers"])
    small("REGISTER")
    refused = 0
    for _ in range(20):
        refused += (
            caller.call("POST", "/api/worker/register", {"type": "browser", "model": "m"}).status_code == 429
        )
    now = len(caller.call("GET", "/api/worker/stats").json()["workers"])
    assert refused > 0
    assert now - made == 20 - refused


def test_ipv6_neighbours_in_a_64_are_one_and_another_64_is_another(small: Callable[[str], None]) -> None:
    small("NONCE")
    hosts = iter(range(1, 200))
    is_limited(lambda: Caller(f"2001:db8:1:1::{next(hosts):x}").call("POST", "/api/auth/nonce"))
    assert Caller("2001:db8:1:2::1").call("POST", "/api/auth/nonce").status_code == 200


def test_a_whole_48_is_limited_wider(small: Callable[[str], None]) -> None:
    small("SIGN_IN")
    served = 0
    for network in range(400):
        response = Caller(f"2001:db8:1:{network:x}::1").call("POST", "/api/auth/verify", SIGNED)
        if response.status_code == 429:
            break
        served += 1
    assert BURST * limits.SITE_TIMES <= served < 400
    assert Caller("2001:db8:2:1::1").call("POST", "/api/auth/verify", SIGNED).status_code != 429


def test_a_client_cannot_choose_its_address(small: Callable[[str], None]) -> None:
    """Only what the one proxy appended counts."""
    small("NONCE")
    client = APIClient(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = CSRF
    tries = iter(range(1, 250))

    def call() -> Any:
        forged = f"10.0.0.{next(tries)}, {ALICE_AT}"
        return client.post("/api/auth/nonce", HTTP_X_CSRFTOKEN=CSRF, HTTP_X_FORWARDED_FOR=forged)

    is_limited(call)


# Bearer tokens that nobody has


@pytest.mark.parametrize("token", ["ak_" + "0" * 43, "wt_nonsense", "x"])
def test_guessing_api_keys_is_limited_and_a_good_key_elsewhere_works(
    small: Callable[[str], None], token: str, alice: User
) -> None:
    small("BAD_TOKEN")
    secret = create_api_key(user=alice, name="test").secret
    good = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    bad = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    for _ in range(10):
        assert Caller(ALICE_AT).call("GET", "/api/credits", **good).status_code == 200
    guess = lambda: Caller(ALICE_AT).call("GET", "/api/credits", **bad)  # noqa: E731
    assert guess().status_code == 401
    is_limited_after_one(guess)
    assert Caller(BOB_AT).call("GET", "/api/credits", **good).status_code == 200
    works_again(guess)


def is_limited_after_one(call: Callable[[], Any]) -> None:
    for _ in range(200):
        if call().status_code == 429:
            return
    raise AssertionError("nothing was ever refused")


# The table's own limits


def test_a_script_with_a_thousand_new_wallets_stops_early(transactional_db: None) -> None:
    """As found: a nonce, a signature and 500 free credits each, as fast as they go."""
    signed_in = 0
    for number in range(1, 1_001):
        browser = Browser(Account.from_key(number.to_bytes(32)))
        browser.client.defaults["HTTP_X_FORWARDED_FOR"] = ALICE_AT
        asked = browser.post("/api/auth/nonce")
        if asked.status_code == 429:
            break
        response = browser.verify(browser.message(asked.json()["nonce"]))
        if response.status_code == 429:
            break
        assert response.status_code == 200
        signed_in += 1
    assert 20 < signed_in < 400
    assert User.objects.count() == signed_in
    elsewhere = Browser(Account.from_key("0x" + "b0" * 32))
    elsewhere.client.defaults["HTTP_X_FORWARDED_FOR"] = BOB_AT
    assert elsewhere.sign_in().status_code == 200


def test_a_household_meets_no_limit(alice: User) -> None:
    """Forty people behind one address, each signing in and looking around."""
    for _ in range(40):
        assert Caller(ALICE_AT).call("POST", "/api/auth/nonce").status_code == 200
        assert Client().get("/api/network").status_code == 200
