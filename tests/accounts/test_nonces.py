"""Nonces of a sign-in: good once, in their session, in their time."""

from datetime import datetime, timedelta

import pytest
from accounts_browser import Browser, in_threads

from ashao_site.accounts.sign_in.actions import NONCE_TTL_S, NONCES_MAX_PER_SESSION
from ashao_site.accounts.sign_in.models import SignInNonce
from ashao_site.accounts.tidy import forget_expired
from ashao_site.lib.clock import now


@pytest.mark.django_db
def test_the_nonce_s_answer_has_the_times_for_the_message(alice: Browser) -> None:
    """A page that takes them from there needs no clock of its own."""
    answer = alice.post("/api/auth/nonce").json()
    issued, expires = (datetime.fromisoformat(answer[name]) for name in ("issuedAt", "expiresAt"))
    assert abs(now() - issued) < timedelta(minutes=1)
    assert expires - issued == timedelta(seconds=NONCE_TTL_S)
    end = f"\nExpiration Time: {answer['expiresAt']}"
    message = alice.message(answer["nonce"], issued=answer["issuedAt"], end=end)
    assert alice.verify(message).status_code == 200


@pytest.mark.django_db
def test_a_nonce_is_used_up_by_what_cannot_be_read(alice: Browser) -> None:
    nonce = alice.nonce()
    assert alice.verify(alice.message(nonce, version=2)).json()["code"] == "bad_message"
    assert alice.verify(alice.message(nonce)).json()["code"] == "bad_nonce"


@pytest.mark.django_db
def test_a_nonce_is_good_once_in_its_session_in_its_time(alice: Browser, bob: Browser) -> None:
    alice_nonce = alice.nonce()
    stolen = bob.verify(bob.message(alice_nonce))
    assert (stolen.status_code, stolen.json()["code"]) == (401, "bad_nonce")
    bob.nonce()  # with a session of his own too
    assert bob.verify(bob.message(alice_nonce)).json()["code"] == "bad_nonce"
    assert alice.verify(alice.message(alice_nonce)).status_code == 200

    used = alice.message(alice_nonce)
    assert alice.verify(used).json()["code"] == "bad_nonce"

    late = alice.nonce()
    SignInNonce.objects.update(expires_at=now() - timedelta(seconds=1))
    assert alice.verify(alice.message(late)).json()["code"] == "bad_nonce"
    assert forget_expired() == 2  # alice's and bob's
    assert alice.verify(alice.message("neverissued1")).json()["code"] == "bad_nonce"


@pytest.mark.django_db
def test_a_session_holds_a_limited_number_of_nonces(alice: Browser) -> None:
    nonces = [alice.nonce() for _ in range(NONCES_MAX_PER_SESSION + 3)]
    assert SignInNonce.objects.count() == NONCES_MAX_PER_SESSION
    assert alice.verify(alice.message(nonces[0])).json()["code"] == "bad_nonce"
    assert alice.verify(alice.message(nonces[-1])).status_code == 200


@pytest.mark.django_db
def test_a_cookie_of_no_session_gets_one(alice: Browser) -> None:
    alice.client.cookies["sessionid"] = "x" * 32
    assert alice.sign_in().status_code == 200
    assert alice.client.cookies["sessionid"].value != "x" * 32


@pytest.mark.django_db(transaction=True)
def test_a_nonce_is_single_use_under_concurrency(alice: Browser) -> None:
    message = alice.message(alice.nonce())
    cookie = alice.client.cookies["sessionid"].value

    def attempt() -> int:
        one = Browser(alice.account)
        one.client.cookies["sessionid"] = cookie
        return int(one.verify(message).status_code)

    assert sorted(in_threads([attempt] * 8)) == [200] + [401] * 7
