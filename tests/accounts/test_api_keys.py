"""API keys: made by a session, shown once, used as a bearer token, revoked."""

import time
from datetime import timedelta
from typing import Any

import pytest
from accounts_browser import Browser, in_threads
from rest_framework.test import APIClient

from ashao_site.accounts import personal
from ashao_site.accounts.keys import actions
from ashao_site.accounts.keys.actions import API_KEYS_MAX_PER_USER
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.models import User
from ashao_site.accounts.tidy import REVOKED_KEY_KEPT, forget_expired
from ashao_site.lib.clock import now
from ashao_site.lib.text import hash_secret


def bearer(token: str) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.mark.django_db
def test_a_key_lives_and_ends(alice: Browser) -> None:
    alice.sign_in()
    made = alice.post("/api/keys", {"name": " my script "})
    assert made.status_code == 201
    secret = made.json()["key"]
    assert secret.startswith("ak_")
    assert set(made.json()) == {"id", "name", "key"}
    row = ApiKey.objects.get()
    assert row.key_hash == hash_secret(secret)

    listed = bearer(secret).get("/api/keys").json()["keys"]  # no cookie, no CSRF token
    assert [(key["id"], key["name"], key["hint"]) for key in listed] == [
        (made.json()["id"], "my script", secret[-4:])
    ]
    assert set(listed[0]) == {"id", "name", "hint", "scopes", "createdAt", "lastUsedAt"}
    assert secret not in str(listed)
    row.refresh_from_db()
    assert row.last_used_at is not None

    assert alice.delete(f"/api/keys/{made.json()['id']}").status_code == 204
    refused = bearer(secret).get("/api/keys")
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_token")
    assert alice.get("/api/keys").json() == {"keys": []}
    assert alice.delete(f"/api/keys/{made.json()['id']}").status_code == 404


@pytest.mark.django_db
def test_keys_need_a_session_to_be_made(alice: Browser) -> None:
    refused = alice.post("/api/keys", {"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    alice.sign_in()
    client = bearer(alice.post("/api/keys", {"name": "x"}).json()["key"])
    refused = client.post("/api/keys", {"name": "y"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (401, "session_needed")
    assert ApiKey.objects.count() == 1


@pytest.mark.django_db
def test_a_key_of_somebody_else_does_not_exist(alice: Browser, bob: Browser) -> None:
    alice.sign_in()
    bob.sign_in()
    key = alice.post("/api/keys", {"name": "x"}).json()["id"]
    assert bob.get("/api/keys").json() == {"keys": []}
    for unknown in (key, "key_0123456789abcdefghij", "x", "%00", "%F0%9F", "-" * 300):
        refused = bob.delete(f"/api/keys/{unknown}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert len(alice.get("/api/keys").json()["keys"]) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "  "},
        {"name": 5},
        {"name": None},
        {"name": ["x"]},
        {"name": "x" * 81},
        {"name": "\x00"},
        {"name": "\ud800"},
        {"name": True},
        [],
    ],
)
def test_a_bad_name_is_refused(alice: Browser, body: object) -> None:
    alice.sign_in()
    refused = alice.post("/api/keys", body)
    assert refused.status_code == 400
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_the_sentence_names_the_field(alice: Browser) -> None:
    alice.sign_in()
    assert alice.post("/api/keys", {"name": 5}).json() == {
        "error": "name: Not a valid string.",
        "code": "bad_input",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "ak_", "ak_unknown", "wt_0123456789", "x" * 500, "ak_\xff", "a b c"])
def test_an_unknown_token_is_refused_even_with_a_session(alice: Browser, token: str) -> None:
    alice.sign_in()
    refused = alice.get("/api/keys", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_token")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_a_key_of_a_disabled_user_is_refused(alice: Browser) -> None:
    alice.sign_in()
    secret = alice.post("/api/keys", {"name": "x"}).json()["key"]
    User.objects.update(is_active=False)
    assert bearer(secret).get("/api/keys").status_code == 401


@pytest.mark.django_db
def test_use_is_noted_once_a_minute(alice: Browser) -> None:
    alice.sign_in()
    client = bearer(alice.post("/api/keys", {"name": "x"}).json()["key"])
    recent = now() - timedelta(seconds=30)
    ApiKey.objects.update(last_used_at=recent)
    client.get("/api/keys")
    assert ApiKey.objects.get().last_used_at == recent
    ApiKey.objects.update(last_used_at=recent - timedelta(seconds=31))
    client.get("/api/keys")
    assert (ApiKey.objects.get().last_used_at or recent) > recent


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_under_concurrency(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    alice.sign_in()
    for number in range(API_KEYS_MAX_PER_USER - 1):
        alice.post("/api/keys", {"name": str(number)})

    def slow_hash(secret: str) -> str:
        time.sleep(0.2)  # between the count and the insert: all five are in there, if they can be
        return hash_secret(secret)

    monkeypatch.setattr(actions, "hash_secret", slow_hash)
    cookies = {name: morsel.value for name, morsel in alice.client.cookies.items()}

    def attempt() -> int:
        one = Browser(alice.account)
        for name, value in cookies.items():
            one.client.cookies[name] = value
        return int(one.post("/api/keys", {"name": "last"}).status_code)

    assert sorted(in_threads([attempt] * 5)) == [201] + [409] * 4
    assert ApiKey.objects.count() == API_KEYS_MAX_PER_USER


@pytest.mark.django_db
def test_a_session_that_ended_meanwhile_makes_none(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the same person deletes everything just then, which this waits for."""
    alice.sign_in()
    make = actions.create_api_key

    def make_late(**asked: Any) -> actions.NewApiKey:
        personal.forget(asked["user"])
        return make(**asked)

    monkeypatch.setattr(actions, "create_api_key", make_late)
    assert alice.post("/api/keys", {"name": "x"}).status_code == 401
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_revoked_keys_are_forgotten_in_time(alice: Browser) -> None:
    alice.sign_in()
    for name in ("live", "revoked", "old"):
        alice.post("/api/keys", {"name": name})
    ApiKey.objects.filter(name="revoked").update(revoked_at=now())
    ApiKey.objects.filter(name="old").update(revoked_at=now() - REVOKED_KEY_KEPT)
    assert forget_expired() == 1
    assert set(ApiKey.objects.values_list("name", flat=True)) == {"live", "revoked"}
