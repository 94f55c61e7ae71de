"""Who is behind a cookie or a token, asked outside of Django's request cycle."""

import pytest
from accounts_browser import Browser
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from ashao_site.accounts.keys.scopes import Scope
from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.loading import load_viewer
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.errors import Forbidden, NotSignedIn

NOBODY = Viewer()


def cookie(browser: Browser) -> str:
    return str(browser.client.cookies["sessionid"].value)


@pytest.mark.django_db
def test_a_signed_in_person_and_a_guest(alice: Browser, bob: Browser) -> None:
    alice.sign_in()
    assert load_viewer(cookie(alice), None) == Viewer(user_id=User.objects.get().pk)
    bob.nonce()
    assert load_viewer(cookie(bob), None) == NOBODY
    session = SessionStore(cookie(bob))
    session["guest_id"] = "gst_0123456789abcdefghij"
    session.save()
    assert load_viewer(cookie(bob), None) == Viewer(guest_id="gst_0123456789abcdefghij")


@pytest.mark.django_db
@pytest.mark.parametrize("unknown", [None, "", "x" * 32, "\x00", "é" * 32, "a" * 1000, "a;b"])
def test_an_unknown_cookie_is_nobody(unknown: str | None) -> None:
    assert load_viewer(unknown, None) == NOBODY


@pytest.mark.django_db
def test_a_session_that_no_longer_counts_is_nobody(alice: Browser) -> None:
    alice.sign_in()
    key = cookie(alice)
    session = SessionStore(key)
    right = session[HASH_SESSION_KEY]
    session[HASH_SESSION_KEY] = "wrong"
    session.save()
    assert load_viewer(key, None) == NOBODY
    session[HASH_SESSION_KEY] = right
    session.save()
    assert load_viewer(key, None) != NOBODY

    User.objects.update(is_active=False)
    assert load_viewer(key, None) == NOBODY
    User.objects.update(is_active=True)

    user = User.objects.get()
    user.set_password("changed")  # as Django does: a new password ends the other sessions
    user.save()
    assert load_viewer(key, None) == NOBODY


@pytest.mark.django_db
def test_after_logout_the_old_cookie_is_nobody(alice: Browser) -> None:
    alice.sign_in()
    key = cookie(alice)
    alice.post("/api/auth/logout")
    assert load_viewer(key, None) == NOBODY


@pytest.mark.django_db
def test_a_bearer_token_decides_alone(alice: Browser) -> None:
    alice.sign_in()
    secret = alice.post("/api/keys", {"name": "x"}).json()["key"]
    assert load_viewer(None, secret, Scope.CHAT) == Viewer(user_id=User.objects.get().pk)
    assert load_viewer(cookie(alice), "ak_unknown") == NOBODY
    assert load_viewer(cookie(alice), "wt_worker") == NOBODY
    assert load_viewer(cookie(alice), "") == NOBODY


@pytest.mark.django_db
def test_an_api_key_needs_the_scope_that_is_asked_for(alice: Browser) -> None:
    alice.sign_in()
    secret = alice.post("/api/keys", {"name": "x", "scopes": ["worker"]}).json()["key"]
    assert load_viewer(None, secret, Scope.WORKER).user_id is not None
    for needed in (Scope.CHAT, Scope.READ):
        with pytest.raises(Forbidden):
            load_viewer(None, secret, needed)
    with pytest.raises(NotSignedIn):
        load_viewer(None, secret)
