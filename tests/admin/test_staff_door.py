"""The door of the admin: passwords, tries, the second factor before every page, recovery codes, how long it is open."""

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.recovery_codes import (
    RECOVERY_CODES,
    RecoveryCode,
    make_recovery_codes,
    use_recovery_code,
)
from ashao_site.accounts.staff_door import OPEN_PAGES
from ashao_site.lib import limits
from ashao_site.lib.errors import RateLimited
from ashao_site.lib.limits import buckets
from tests.limits.conftest import empty_redis

from .support import PASSWORD, code_of, give_second_factor, signed_in, staff_member, verified

pytestmark = pytest.mark.django_db

LOGIN, ENTER, RECOVERY = "/admin/login/", "/admin/second-factor/", "/admin/second-factor/recovery-codes/"
WEAK = ("x", "short-pass1", "eleven-char", "123456789012345", "charlie-1234", "password1234")


def post_login(name: str, password: str, address: str = "192.0.2.1", client: Client | None = None) -> Any:
    form = {"username": name, "password": password, "next": "/admin/"}
    return (client or Client()).post(LOGIN, form, REMOTE_ADDR=address)


@pytest.mark.parametrize("password", WEAK)
def test_weak_passwords_are_refused_by_every_way(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--noinput", "--staff_name", "charlie", verbosity=0)
    assert not User.objects.exists()

    root = User.objects.create_superuser("alice", PASSWORD)
    bob = staff_member("charlie")
    pair = {"usable_password": "true", "password1": password, "password2": password}
    client = verified(root)
    assert client.post("/admin/accounts/user/add/", {"staff_name": "charlie2", **pair}).status_code == 200
    assert client.post(f"/admin/accounts/user/{bob.pk}/password/", pair).status_code == 200
    own = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert verified(bob).post("/admin/password_change/", own).status_code == 200
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
    assert not User.objects.filter(staff_name="charlie2").exists()


@pytest.fixture
def limited(settings: Any) -> Iterator[None]:
    settings.RATE_LIMITS = 1
    empty_redis()
    yield
    empty_redis()


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed."""
    found: list[str] = []
    verify = hashers.verify_password

    def spy(password: str, encoded: str, *args: Any, **more: Any) -> Any:
        found.append(password)
        return verify(password, encoded, *args, **more)

    monkeypatch.setattr(hashers, "verify_password", spy)
    return found


@pytest.mark.usefixtures("limited")
def test_who_tries_a_name_is_stopped_and_its_owner_comes_in_from_elsewhere(hashed: list[str]) -> None:
    staff_member("alice")
    answers = [post_login("alice", f"wrong-{n}", "192.0.2.7") for n in range(25)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(hashed) == len(answers) - len(refused) < 15
    assert int(refused[0]["Retry-After"]) > 0
    assert post_login("alice", PASSWORD, "192.0.2.7").status_code == 429
    assert post_login("bob", PASSWORD, "192.0.2.7").status_code == 200  # another name, another bucket
    assert post_login("alice", PASSWORD, "192.0.2.250").status_code == 302


@pytest.mark.usefixtures("limited")
def test_the_networks_of_one_site_try_a_name_together(hashed: list[str]) -> None:
    staff_member("alice")
    answers = [post_login("alice", f"wrong-{n}", f"2001:db8:1:{n:x}::1") for n in range(25)]
    assert [answer.status_code for answer in answers].count(429) > 10
    assert post_login("alice", PASSWORD, "2001:db8:2::1").status_code == 302


@pytest.mark.usefixtures("limited")
def test_one_name_is_not_tried_for_ever_from_wherever(hashed: list[str]) -> None:
    staff_member("alice")
    assert limits.STAFF_PASSWORD.account is not None
    tried = 0
    with contextlib.suppress(RateLimited):
        for tried in range(10 * limits.STAFF_PASSWORD.account.burst):
            limits.spend_now(
                limits.STAFF_PASSWORD, address=f"198.51.{tried // 250}.{tried % 250}", account="alice"
            )
    assert tried < 2 * limits.STAFF_PASSWORD.account.burst
    assert post_login("alice", PASSWORD, "192.0.2.250").status_code == 429
    assert hashed == []


@pytest.mark.usefixtures("limited")
def test_passwords_are_limited_where_nothing_else_is(hashed: list[str], settings: Any) -> None:
    settings.RATE_LIMITS = 0
    staff_member("alice")
    answers = [post_login("alice", f"wrong-{n}") for n in range(25)]
    assert [answer.status_code for answer in answers].count(429) > 10
    assert len(hashed) < 15


@pytest.mark.usefixtures("limited")
def test_one_address_does_not_try_all_names(hashed: list[str]) -> None:
    answers = [post_login(f"name{n}", "wrong") for n in range(60)]
    assert [answer.status_code for answer in answers].count(429) > 10
    staff_member("alice")
    assert post_login("alice", PASSWORD, "198.51.100.7").status_code == 302


@pytest.mark.usefixtures("limited")
def test_without_redis_staff_come_in_and_guessing_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> Any:
        raise ConnectionError

    monkeypatch.setattr(buckets, "_ask", away)
    staff_member("alice")
    assert post_login("alice", PASSWORD).status_code == 302
    answers = [post_login("alice", f"wrong-{n}", "192.0.2.7") for n in range(1, 40)]
    assert 429 in [answer.status_code for answer in answers]


def admin_pages(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if not route.startswith("admin/") and not "admin/".startswith(route):
            continue
        if isinstance(pattern, URLResolver):
            yield from admin_pages(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("admin/"):
            yield route


def path_of(route: str) -> str:
    """A path that this route takes."""
    filled = re.sub(r"<(?:str|path|slug):[^>]*>", "1", re.sub(r"<int:[^>]*>", "1", route))
    filled = re.sub(r"\(\?P<app_label>([^|)]*)[^)]*\)", r"\1", filled)
    return "/" + re.sub(r"\(\?P<url>\.\*\)\$", "x", filled).replace("^", "").replace("$", "")


def test_no_page_of_the_admin_opens_without_the_second_factor() -> None:
    root = User.objects.create_superuser("alice", PASSWORD)
    client = signed_in(root)
    routes = list(admin_pages(get_resolver().url_patterns))
    assert len(routes) > 60
    opened = []
    for route in routes:
        for method in ("get", "post"):
            answer = getattr(client, method)(path_of(route))
            there = answer.status_code == 302 and answer["Location"].startswith(ENTER)
            if not there and answer.status_code != 405:
                opened.append((method, path_of(route), answer.status_code))
                client = signed_in(root)  # one of them may have been the way out
    assert {path for _, path, _ in opened} <= {LOGIN, "/admin/logout/", ENTER, ENTER + "set-up/"}, opened
    assert len(OPEN_PAGES) == 4


@pytest.mark.parametrize("path", ["/admin/./", "/ADMIN/", "/admin", "/admin/ledger/account/../account/"])
def test_no_spelling_of_a_path_goes_by_it(path: str) -> None:
    answer = signed_in(User.objects.create_superuser("alice", PASSWORD)).get(path)
    assert answer.status_code in (301, 302, 404), answer.content


def test_a_wallet_of_the_staff_is_asked_too() -> None:
    user, _ = User.objects.get_or_create_wallet("0x" + "ab" * 20)
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    assert signed_in(user).get("/admin/")["Location"].startswith(ENTER)


def test_a_session_of_staff_ends_twelve_hours_after_its_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = timedelta()
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + passed)
    alice = staff_member("alice", "ledger.view_account")
    client = Client()
    assert post_login("alice", PASSWORD, client=client).status_code == 302
    give_second_factor(client, alice)
    cookie = client.cookies["sessionid"]
    assert int(cookie["max-age"]) <= 12 * 3600
    passed = timedelta(hours=11, minutes=50)
    assert client.get("/admin/").status_code == 200
    give_second_factor(
        client, alice, ago_s=-int(passed.total_seconds())
    )  # entered anew: it is no new sign-in
    assert client.get("/admin/").status_code == 200
    passed = timedelta(hours=12, minutes=1)
    assert LOGIN in client.get("/admin/")["Location"]


def test_who_becomes_staff_signs_in_anew() -> None:
    root = User.objects.create_superuser("alice", PASSWORD)
    bob, _ = User.objects.get_or_create_wallet("0x" + "ab" * 20)
    client = signed_in(bob)
    assert client.get("/api/credits").status_code == 200
    form = {"staff_name": "bob", "is_active": "on", "is_staff": "on"}
    assert verified(root).post(f"/admin/accounts/user/{bob.pk}/change/", form).status_code == 302
    assert client.get("/api/credits").status_code == 401


# Recovery codes


def shown_codes(page: str) -> list[str]:
    return re.findall(r"<code[^>]*>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</code>", page)


def test_codes_are_shown_once_when_the_device_is_set_up() -> None:
    alice = staff_member("alice")
    client = signed_in(alice)
    page = client.get(ENTER + "set-up/").content.decode()
    key = client.session["second_factor_pending"]
    device = TOTPDevice(user=alice, key=key)
    assert "secret" in page
    done = client.post(ENTER + "set-up/", {"code": code_of(device), "next": "/admin/"})
    codes = shown_codes(done.content.decode())
    assert (len(codes), len(set(codes))) == (RECOVERY_CODES, RECOVERY_CODES)
    assert "no-store" in done["Cache-Control"]
    assert shown_codes(client.get(RECOVERY).content.decode()) == []
    kept = [str(row) for row in RecoveryCode.objects.values_list("code_hash", flat=True)]
    assert not {code.replace("-", "") for code in codes} & set(kept)
    assert AuditEntry.objects.filter(action="second_factor.recovery_codes_made").count() == 1


def test_a_code_opens_once_in_place_of_the_device() -> None:
    alice = staff_member("alice")
    TOTPDevice.objects.create(user=alice)
    code, other, *_ = make_recovery_codes(alice)
    client = signed_in(alice)
    assert client.post(ENTER, {"code": code.upper().replace("-", ""), "next": "/admin/"}).status_code == 302
    assert client.get("/admin/").status_code == 200
    again = signed_in(alice)
    assert again.post(ENTER, {"code": code}).status_code == 400
    assert again.post(ENTER, {"code": "aaaa-bbbb-cccc-dddd"}).status_code == 400
    assert again.get("/admin/")["Location"].startswith(ENTER)
    used = AuditEntry.objects.get(action="second_factor.recovery_code_used")
    assert (used.actor, used.detail) == (alice, "9 left")
    assert not use_recovery_code(staff_member("bob"), other)


def test_a_lost_device_is_replaced_with_a_code() -> None:
    alice = staff_member("alice")
    lost = TOTPDevice.objects.create(user=alice)
    codes = make_recovery_codes(alice)
    client = signed_in(alice)
    assert client.post(ENTER, {"code": codes[0]}).status_code == 302
    client.get(ENTER + "set-up/")
    new = TOTPDevice(user=alice, key=client.session["second_factor_pending"])
    done = client.post(ENTER + "set-up/", {"code": code_of(new), "old_code": codes[1]})
    assert len(shown_codes(done.content.decode())) == RECOVERY_CODES
    assert not TOTPDevice.objects.filter(pk=lost.pk).exists()
    assert not use_recovery_code(alice, codes[2])  # those of before are void


def test_new_ones_take_a_code_of_the_device() -> None:
    alice = staff_member("alice")
    client = verified(alice)
    device = TOTPDevice.objects.get()
    before = make_recovery_codes(alice)
    assert 'data-testid="codes-left">10<' in client.get(RECOVERY).content.decode()
    assert client.post(RECOVERY, {"code": before[0]}).status_code == 400
    assert (
        client.post(RECOVERY, {"code": "000000" if code_of(device) != "000000" else "111111"}).status_code
        == 400
    )
    TOTPDevice.objects.update(throttling_failure_count=0)
    made = shown_codes(client.post(RECOVERY, {"code": code_of(device)}).content.decode())
    assert len(made) == RECOVERY_CODES
    assert not use_recovery_code(alice, before[0])
    assert use_recovery_code(alice, made[0])


def test_a_reset_device_takes_its_codes_along() -> None:
    alice = staff_member("alice")
    TOTPDevice.objects.create(user=alice)
    make_recovery_codes(alice)
    call_command("reset_second_factor", "alice", verbosity=0)
    assert not RecoveryCode.objects.exists()
