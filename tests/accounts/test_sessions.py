"""Where one is signed in: listed with a coarse device, ended at once, a session's own business."""

from datetime import timedelta
from importlib import import_module

import pytest
from accounts_browser import Browser
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework.test import APIClient

from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.devices import LABEL_MAX_CHARS, UNKNOWN_DEVICE, device_label
from ashao_site.accounts.sessions.loading import load_viewer
from ashao_site.accounts.sessions.models import SignIn
from ashao_site.accounts.tidy import forget_expired
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.clock import now
from tests.admin.support import give_second_factor

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge on Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36 OPR/114.0.0.0", "Opera on Windows"),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/130.0 Safari/537.36",
            "Chrome on ChromeOS",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/130.0 Safari/537.36", "Chrome on Linux"),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/130.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} SamsungBrowser/26.0 Chrome/122",
            "Samsung Internet on Android",
        ),
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} CriOS/130.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{IPHONE} FxiOS/132.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (Linux) Something/1.0", "Linux"),
        ("python-httpx/0.28", UNKNOWN_DEVICE),
        ("", UNKNOWN_DEVICE),
        ("x" * 100_000 + "Firefox/1 Linux", UNKNOWN_DEVICE),
        ("<script>\x00\ud800", UNKNOWN_DEVICE),
    ],
)
def test_a_device_is_named_coarsely(user_agent: str, label: str) -> None:
    assert device_label(user_agent) == label
    assert len(label) <= LABEL_MAX_CHARS


def signed_in(browser: Browser, user_agent: str = "") -> Browser:
    browser.client.defaults["HTTP_USER_AGENT"] = user_agent
    assert browser.sign_in().status_code == 200
    return browser


def listed(browser: Browser) -> list[dict[str, object]]:
    return list(browser.get("/api/sessions").json()["sessions"])


def cookie(browser: Browser) -> str:
    return browser.client.cookies["sessionid"].value


@pytest.mark.django_db
def test_one_sees_where_one_is_signed_in(alice: Browser, bob: Browser) -> None:
    signed_in(alice, "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")
    phone = signed_in(Browser(alice.account), f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1")
    signed_in(bob)
    rows = listed(phone)
    assert [(row["device"], row["current"]) for row in rows] == [
        ("Safari on iPhone", True),
        ("Firefox on Linux", False),
    ]
    assert set(rows[0]) == {"id", "device", "createdAt", "lastUsedAt", "current"}
    for secret in (cookie(alice), cookie(phone)):
        assert secret not in str(rows)


@pytest.mark.django_db
def test_ending_one_ends_it_at_once(alice: Browser) -> None:
    signed_in(alice)
    other = signed_in(Browser(alice.account))
    key = cookie(other)
    assert load_viewer(key, None) == Viewer(user_id=User.objects.get().pk)
    (ended,) = [row["id"] for row in listed(alice) if not row["current"]]
    assert alice.delete(f"/api/sessions/{ended}").status_code == 204

    assert other.get("/api/keys").status_code == 401
    assert load_viewer(key, None) == Viewer()
    assert not Session.objects.filter(pk=key).exists()
    assert [row["current"] for row in listed(alice)] == [True]
    assert alice.delete(f"/api/sessions/{ended}").status_code == 404


@pytest.mark.django_db
def test_ending_ones_own_is_signing_out(alice: Browser) -> None:
    signed_in(alice)
    (row,) = listed(alice)
    assert alice.delete(f"/api/sessions/{row['id']}").status_code == 204
    assert alice.client.cookies["sessionid"].value == ""
    assert alice.get("/api/sessions").status_code == 401
    assert not SignIn.objects.exists()


@pytest.mark.django_db
def test_ending_all_others(alice: Browser, bob: Browser) -> None:
    signed_in(alice)
    others = [signed_in(Browser(alice.account)) for _ in range(2)]
    signed_in(bob)
    assert alice.delete("/api/sessions").status_code == 204
    assert [one.get("/api/keys").status_code for one in (alice, bob, *others)] == [200, 200, 401, 401]
    assert [row["current"] for row in listed(alice)] == [True]


@pytest.mark.django_db
def test_sessions_of_somebody_else_do_not_exist(alice: Browser, bob: Browser) -> None:
    signed_in(alice)
    signed_in(bob)
    foreign = listed(alice)[0]["id"]
    for unknown in (foreign, "ses_0123456789abcdefghij", "x", "%00", "%F0%9F", "-" * 300, cookie(alice)):
        refused = bob.delete(f"/api/sessions/{unknown}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert len(listed(alice)) == 1


@pytest.mark.django_db
def test_neither_keys_nor_guests_nor_other_sites(alice: Browser) -> None:
    assert alice.get("/api/sessions").status_code == 401
    signed_in(alice)
    row = listed(alice)[0]["id"]
    by_key = APIClient(enforce_csrf_checks=True)
    by_key.credentials(HTTP_AUTHORIZATION=f"Bearer {alice.post('/api/keys', {'name': 'x'}).json()['key']}")
    for method, path in (("get", ""), ("delete", ""), ("delete", f"/{row}")):
        refused = getattr(by_key, method)(f"/api/sessions{path}")
        assert (refused.status_code, refused.json()["code"]) == (401, "session_needed")
        if method == "delete":
            assert alice.client.delete(f"/api/sessions{path}").json()["code"] == "csrf_failed"
    assert len(listed(alice)) == 1


@pytest.mark.django_db
def test_use_is_noted_once_a_minute(alice: Browser) -> None:
    signed_in(alice)
    recent = now() - timedelta(seconds=30)
    SignIn.objects.update(last_used_at=recent)
    alice.get("/api/me")
    assert SignIn.objects.get().last_used_at == recent
    SignIn.objects.update(last_used_at=recent - timedelta(seconds=31))
    alice.get("/api/me")
    assert SignIn.objects.get().last_used_at > recent


@pytest.mark.django_db
def test_it_goes_with_its_session(alice: Browser, bob: Browser) -> None:
    signed_in(alice)
    alice.post("/api/auth/logout")
    assert not SignIn.objects.exists()
    signed_in(alice)
    signed_in(alice)  # the same browser once more: the session of before is gone
    signed_in(bob)
    assert SignIn.objects.count() == 2
    Session.objects.filter(pk=cookie(bob)).update(expire_date=now())
    assert bob.get("/api/sessions").status_code == 401
    Session.objects.filter(pk=cookie(alice))._raw_delete("default")  # as no code of ours does it
    assert forget_expired() >= 1
    assert not SignIn.objects.exists()


@pytest.mark.django_db
def test_sessions_of_before_are_known(alice: Browser, bob: Browser) -> None:
    signed_in(alice, "Firefox/1 Linux")
    signed_in(bob, "Firefox/1 Linux")
    before = SignIn.objects.get(session_id=cookie(alice)).created_at
    SignIn.objects.all().delete()
    Browser(alice.account).nonce()  # a session of somebody who is not signed in
    bob.get("/api/me")  # used before it was noted
    import_module("ashao_site.accounts.migrations.0006_sign_ins_of_before").note_sessions(apps, None)
    noted = SignIn.objects.get(session_id=cookie(alice))
    assert noted.device == UNKNOWN_DEVICE
    assert abs(noted.created_at - before) < timedelta(seconds=5)
    assert SignIn.objects.get(session_id=cookie(bob)).device == "Firefox on Linux"
    assert SignIn.objects.count() == 2


@pytest.mark.django_db
def test_a_sign_in_of_staff_is_one_of_theirs() -> None:
    staff = User.objects.create_superuser("charlie", "right-horse-7")
    client = Client()
    client.post("/admin/login/", {"username": "charlie", "password": "right-horse-7", "next": "/admin/"})
    (row,) = client.get("/api/sessions").json()["sessions"]
    assert row["current"]
    assert SignIn.objects.get().user == staff


@pytest.mark.django_db
def test_a_sign_in_over_another_ones_is_noted(alice: Browser) -> None:
    signed_in(alice)
    staff = User.objects.create_superuser("charlie", "right-horse-7")
    client = Client()
    client.cookies["sessionid"] = cookie(alice)
    client.post("/admin/login/", {"username": "charlie", "password": "right-horse-7", "next": "/admin/"})
    row = SignIn.objects.get()  # the session of alice is gone, and with it hers
    assert (row.user, row.session_id) == (staff, client.cookies["sessionid"].value)
    assert client.get("/admin/")["Location"].startswith("/admin/second-factor/")


@pytest.mark.django_db
def test_a_session_that_gets_another_key_stays_known() -> None:
    staff = User.objects.create_superuser("charlie", "right-horse-7")
    client = Client()
    client.post("/admin/login/", {"username": "charlie", "password": "right-horse-7", "next": "/admin/"})
    give_second_factor(client, staff)
    before = client.cookies["sessionid"].value
    words = {"new_password1": "an Other passw0rd", "new_password2": "an Other passw0rd"}
    assert (
        client.post("/admin/password_change/", {"old_password": "right-horse-7", **words}).status_code == 302
    )
    after = client.cookies["sessionid"].value
    assert after != before
    assert client.get("/admin/").status_code == 200
    row = SignIn.objects.get()
    assert (row.user, row.session_id) == (staff, after)
