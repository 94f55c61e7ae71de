"""Sign-in with Ethereum: it works, and every check refuses."""

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from accounts_browser import Browser, ago, in_threads, sign

from ashao_site.accounts.models import User, user_created
from ashao_site.accounts.sign_in.signature import verify_signature
from ashao_site.chain.notation import checksummed
from ashao_site.chain.settings import ChainSettings
from ashao_site.lib.clock import now
from tests.chain.nodes import dead_url

_ANY = checksummed("0x" + "a1" * 20)
CHAIN = ChainSettings(
    rpc_url="",
    chain_id=31_337,
    confirmations=2,
    start_block=0,
    timeout_s=1,
    token=_ANY,
    vault=_ANY,
    usdc=_ANY,
    treasury=_ANY,
)
MOMENT = re.compile(r"<(-?\d+) s ago>")


def timed(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with their moments reckoned from one now: a test may run long after it was collected."""
    at = now()
    return {
        key: MOMENT.sub(lambda moment: ago(int(moment[1]), at=at), value) if isinstance(value, str) else value
        for key, value in changes.items()
    }


HALF_ORDER_TIMES_TWO = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.mark.django_db
def test_it_works(alice: Browser) -> None:
    answer = alice.post("/api/auth/nonce")
    assert answer.status_code == 200
    assert answer.json()["chainId"] == 31_337
    before = alice.client.cookies["sessionid"].value

    signed_in = alice.verify(alice.message(answer.json()["nonce"]))

    user = User.objects.get()
    assert signed_in.status_code == 200
    assert signed_in.json() == {"user": {"id": user.public_id, "wallet": alice.wallet}}
    assert user.public_id.startswith("usr_")
    assert not user.has_usable_password()
    assert not user.is_staff
    assert alice.client.cookies["sessionid"].value != before
    assert alice.get("/api/keys").status_code == 200

    assert alice.sign_in().json()["user"]["id"] == user.public_id  # again: the same person
    assert alice.post("/api/auth/logout").status_code == 200
    assert alice.get("/api/keys").status_code == 401


@pytest.mark.django_db
def test_nothing_of_the_guest_is_kept(alice: Browser) -> None:
    nonce = alice.nonce()
    session = alice.client.session
    session["guest_id"] = "gst_0123456789abcdefghij"
    session.save()
    alice.verify(alice.message(nonce))
    assert "guest_id" not in alice.client.session


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"domain": "evil.example"}, 401, "wrong_domain"),
        ({"domain": "testserver:8000"}, 401, "wrong_domain"),
        ({"domain": "https://testserver"}, 401, "wrong_domain"),
        ({"uri": "http://evil.example"}, 401, "wrong_domain"),
        ({"uri": "https://testserver"}, 401, "wrong_domain"),
        ({"uri": "http://testserver@evil.example/"}, 401, "wrong_domain"),
        ({"chain": 1}, 401, "wrong_chain"),
        ({"issued": "<960 s ago>"}, 401, "clock_wrong"),
        ({"issued": "<3600 s ago>", "end": "\nExpiration Time: <3300 s ago>"}, 401, "clock_wrong"),
        ({"issued": "<-960 s ago>"}, 401, "clock_wrong"),
        ({"issued": "<-3600 s ago>"}, 401, "clock_wrong"),
        ({"end": "\nExpiration Time: <1 s ago>"}, 401, "expired"),
        ({"end": "\nNot Before: <-30 s ago>"}, 401, "not_yet_valid"),
        ({"issued": "<600 s ago>", "end": "\nExpiration Time: <601 s ago>"}, 401, "expired"),
        ({"issued": "<-600 s ago>", "end": "\nExpiration Time: <-599 s ago>"}, 401, "expired"),
        ({"issued": "<-600 s ago>", "end": "\nNot Before: <-660 s ago>"}, 401, "not_yet_valid"),
        ({"version": 2}, 400, "bad_message"),
        ({"wallet": "0x" + "aB" * 20}, 400, "bad_message"),
        ({"issued": "yesterday"}, 400, "bad_message"),
        ({"issued": "2026-02-30T00:00:00Z"}, 400, "bad_message"),
        ({"end": "\nRubbish: 1"}, 400, "bad_message"),
        ({"end": "\n"}, 400, "bad_message"),
        ({"uri": "http://testserver/\nVersion: 1"}, 400, "bad_message"),
        ({"domain": "x\ntestserver"}, 400, "bad_message"),
    ],
)
def test_a_wrong_message_is_refused(alice: Browser, changes: dict[str, Any], status: int, code: str) -> None:
    refused = alice.verify(alice.message(alice.nonce(), **timed(changes)))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {
            "end": "\nExpiration Time: <-60 s ago>\nNot Before: <60 s ago>\nRequest ID: 7\nResources:\n- https://a.b/c"
        },
        {"issued": "<840 s ago>"},
        {"issued": "<-70 s ago>"},
        {"issued": "<-120 s ago>"},
        {"issued": "<-840 s ago>", "end": "\nExpiration Time: <-1140 s ago>\nNot Before: <-840 s ago>"},
        {"issued": "<301 s ago>", "end": "\nExpiration Time: <1 s ago>"},
        {"issued": "<840 s ago>", "end": "\nExpiration Time: <540 s ago>\nNot Before: <840 s ago>"},
        {"domain": "http://testserver"},
        {"uri": "http://testserver/login?next=/"},
    ],
)
def test_other_good_messages_are_accepted(alice: Browser, changes: dict[str, Any]) -> None:
    answer = alice.verify(alice.message(alice.nonce(), **timed(changes)))
    assert answer.status_code == 200, answer.json()


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "says"), [(-3600, "60 minutes ahead"), (9000, "2 hours behind")])
def test_a_clock_that_is_far_off_is_named(alice: Browser, seconds: int, says: str) -> None:
    refused = alice.verify(alice.message(alice.nonce(), issued=ago(seconds))).json()
    assert refused["code"] == "clock_wrong"
    assert f"The clock of your device is {says}: here it is {now():%Y-%m-%d} " in refused["error"]


@pytest.mark.django_db
@pytest.mark.parametrize("written", [str.lower, lambda wallet: "0x" + wallet[2:].upper()])
def test_an_address_without_its_checksum(alice: Browser, written: Any) -> None:
    signed_in = alice.verify(alice.message(alice.nonce(), wallet=written(alice.wallet)))
    assert signed_in.status_code == 200, signed_in.json()
    assert signed_in.json()["user"]["wallet"] == alice.wallet
    wrong = alice.wallet[:-1] + alice.wallet[-1].swapcase()
    refused = alice.verify(alice.message(alice.nonce(), wallet=wrong if wrong != alice.wallet else "0xAb"))
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_message")


@pytest.mark.django_db
def test_https_behind_a_proxy_is_a_trusted_origin(alice: Browser, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://testserver"]
    assert alice.verify(alice.message(alice.nonce(), uri="https://testserver/")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": "x"},
        {"message": 5, "signature": "0x"},
        {"message": ["x"], "signature": {}},
        {"message": "x" * 4001, "signature": "0x"},
        {"message": "\x00", "signature": "0x"},
        {"message": "a" * 4000, "signature": "0x"},
        {"message": "", "signature": ""},
        [],
        "text",
    ],
)
def test_a_malformed_body_is_a_400(alice: Browser, body: object) -> None:
    refused = alice.post("/api/auth/verify", body)
    assert refused.status_code == 400
    assert refused.json()["code"] in {"bad_input", "bad_message", "bad_json"}
    assert refused.json()["error"]


def bad_signatures(good: str) -> dict[str, str]:
    raw = bytes.fromhex(good[2:])
    s, v = int.from_bytes(raw[32:64]), raw[64]
    high_s = raw[:32] + (HALF_ORDER_TIMES_TWO - s).to_bytes(32) + bytes([55 - v])
    return {
        "empty": "",
        "no hex": "0x",
        "garbage": "0x" + "zz" * 65,
        "no prefix": good[2:],
        "short": good[:-2],
        "long": good + "00",
        "high s": "0x" + high_s.hex(),
        "v 26": "0x" + (raw[:64] + b"\x1a").hex(),
        "other v of 0 and 1": "0x" + (raw[:64] + bytes([28 - v])).hex(),
        "v 29": "0x" + (raw[:64] + b"\x1d").hex(),
        "v 255": "0x" + (raw[:64] + b"\xff").hex(),
        "other v": "0x" + (raw[:64] + bytes([55 - v])).hex(),
        "zeros": "0x" + "00" * 64 + "1b",
        "r over the order": "0x" + "ff" * 32 + raw[32:].hex(),
        "not ascii": "0x" + "é" * 130,
        "eip-1271 sized": "0x" + "ab" * 500,
    }


def test_bad_signatures_are_false_and_never_an_exception(alice: Browser) -> None:
    good = sign(alice.account, "hello")
    assert verify_signature(alice.wallet, "hello", good)
    assert not verify_signature(alice.wallet, "hello!", good)
    for name, signature in bad_signatures(good).items():
        assert not verify_signature(alice.wallet, "hello", signature), name


def test_the_forms_of_a_key_s_signature(alice: Browser, bob: Browser, settings: Any) -> None:
    """`v` of 27 and 28, of 0 and 1, and the compact form (ERC-2098). None of them needs a chain."""
    settings.CHAIN = replace(CHAIN, rpc_url=dead_url())
    parities = set()
    for number in range(8):
        text = f"hello {number}"
        for person in (alice, bob):
            raw = bytes.fromhex(sign(person.account, text)[2:])
            r, s, parity = raw[:32], raw[32:64], raw[64] - 27
            parities.add(parity)
            compact = r + bytes([s[0] | parity << 7]) + s[1:]
            for form in (raw, raw[:64] + bytes([parity]), compact):
                assert verify_signature(person.wallet, text, "0x" + form.hex())
    assert parities == {0, 1}


@pytest.mark.django_db
def test_a_bad_signature_is_refused_and_uses_the_nonce_up(alice: Browser, bob: Browser) -> None:
    message = alice.message(alice.nonce())
    refused = alice.verify(message, sign(bob.account, message))
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_signature")
    assert "Bearer" in refused.headers["WWW-Authenticate"]
    again = alice.verify(message)
    assert (again.status_code, again.json()["code"]) == (401, "bad_nonce")


@pytest.mark.django_db
def test_a_disabled_user_stays_out(alice: Browser) -> None:
    alice.sign_in()
    User.objects.update(is_active=False)
    assert alice.get("/api/keys").status_code == 401
    refused = alice.sign_in()
    assert (refused.status_code, refused.json()["code"]) == (403, "account_disabled")


@pytest.mark.django_db(transaction=True)
def test_concurrent_first_sign_ins_make_one_user_and_one_signal(alice: Browser) -> None:
    created: list[User] = []

    def receive(user: User, **_: Any) -> None:
        created.append(user)
        time.sleep(0.2)  # the others arrive while this row is not committed yet

    user_created.connect(receive)
    try:
        browsers = [Browser(alice.account) for _ in range(8)]
        answers = in_threads([browser.sign_in for browser in browsers])
    finally:
        user_created.disconnect(receive)
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.json()["user"]["id"] for answer in answers}) == 1
    assert User.objects.count() == len(created) == 1


@pytest.mark.django_db
def test_a_receiver_that_fails_undoes_the_user(alice: Browser) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("no grant")

    user_created.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            alice.sign_in()
        assert not User.objects.exists()
    finally:
        user_created.disconnect(fail)
    assert alice.sign_in().status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/auth/nonce", "/api/auth/verify", "/api/auth/logout", "/api/keys"])
def test_unsafe_calls_by_session_need_the_csrf_token(alice: Browser, path: str) -> None:
    for _ in range(2):  # as a guest, then signed in
        refused = alice.client.post(path, {}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
        wrong = alice.client.post(path, {}, format="json", HTTP_X_CSRFTOKEN="d" * 32)
        assert (wrong.status_code, wrong.json()["code"]) == (403, "csrf_failed")
        in_a_form = alice.client.post(path, {"csrfmiddlewaretoken": alice.client.cookies["csrftoken"].value})
        assert in_a_form.status_code == 403
        assert alice.sign_in().status_code == 200


@pytest.mark.django_db
def test_a_foreign_origin_is_refused(alice: Browser) -> None:
    refused = alice.post("/api/auth/nonce", HTTP_ORIGIN="https://evil.example")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    assert alice.post("/api/auth/nonce", HTTP_ORIGIN="http://testserver").status_code == 200
