import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from ashao_site.accounts.audit import AuditEntry
from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor import actions
from ashao_site.accounts.second_factor.actions import VERIFIED_FOR, reset_devices
from ashao_site.lib.errors import Conflict

from .support import code_of, give_second_factor, signed_in, staff_member, verified

pytestmark = pytest.mark.django_db

ENTER, SET_UP = "/admin/second-factor/", "/admin/second-factor/set-up/"
MONEY = "/admin/ledger/account/fund-promo/"
RIGHTS = ("ledger.view_account", "ledger.fund_promo")


@pytest.fixture
def alice() -> User:
    return staff_member("alice", *RIGHTS)


def shown_secret(client: Client) -> str:
    page = client.get(SET_UP).content.decode()
    assert "<svg" in page
    found = re.search(r'data-testid="secret">([A-Z2-7 ]+)<', page)
    assert found
    return found.group(1)


def new_code(client: Client) -> str:
    key = client.session[actions.PENDING_KEY]
    return f"{totp(bytes.fromhex(key)):06d}"


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_from_what_moves_money_to_set_up_and_back(alice: User) -> None:
    client = signed_in(alice)
    asked = client.get(MONEY)
    assert asked.status_code == 302
    assert asked["Location"].startswith(ENTER)
    sent_on = client.get(asked["Location"])
    assert sent_on["Location"].startswith(SET_UP)

    secret = shown_secret(client)
    assert secret == shown_secret(client)  # a page that is reloaded shows the same
    form = {"next": MONEY, "code": "000000" if new_code(client) != "000000" else "111111"}
    assert client.post(SET_UP, form).status_code == 400
    assert not TOTPDevice.objects.exists()
    done = client.post(SET_UP, form | {"code": new_code(client)})
    assert done.status_code == 200
    assert "no-store" in done["Cache-Control"]
    assert f'href="{MONEY}"' in done.content.decode()  # on, from the recovery codes
    assert client.get(MONEY).status_code == 200
    assert "second_factor.set_up" in audited()
    assert signed_in(alice).get(MONEY).status_code == 302  # another session has to enter it


def test_a_code_is_entered_once_and_lasts_for_twelve_hours(alice: User) -> None:
    client = signed_in(alice)
    device = TOTPDevice.objects.create(user=alice)
    code = code_of(device)
    done = client.post(ENTER, {"code": f"{code[:3]} {code[3:]}", "next": MONEY})
    assert (done.status_code, done["Location"]) == (302, MONEY)
    assert client.get(MONEY).status_code == 200
    assert client.get(ENTER).status_code == 302

    again = signed_in(alice)
    assert again.post(ENTER, {"code": code, "next": MONEY}).status_code == 400
    assert again.get(MONEY).status_code == 302

    limit_s = int(VERIFIED_FOR.total_seconds())
    give_second_factor(client, alice, ago_s=limit_s - 60)
    assert client.get(MONEY).status_code == 200
    give_second_factor(client, alice, ago_s=limit_s + 1)
    assert client.get(MONEY).status_code == 302


def test_wrong_codes_are_throttled_and_written_down(alice: User) -> None:
    client = signed_in(alice)
    device = TOTPDevice.objects.create(user=alice)
    wrong = "000000" if code_of(device) != "000000" else "111111"
    first = client.post(ENTER, {"code": wrong}).content.decode()
    assert "wrong, or was used before" in first
    second = client.post(ENTER, {"code": code_of(device)}).content.decode()  # right, and too soon
    assert "Please try again in 1 s" in second
    assert client.get(MONEY).status_code == 302
    assert audited().count("second_factor.wrong_code") == 1
    assert client.post(ENTER, {"code": "12345x"}).status_code == 400
    assert client.post(ENTER, {"code": "１２３４５６"}).status_code == 400


def test_a_device_is_replaced_with_a_code_of_the_old_one(alice: User) -> None:
    client = verified(alice)
    old = TOTPDevice.objects.get()
    shown_secret(client)
    form = {"code": new_code(client), "old_code": "000000" if code_of(old) != "000000" else "111111"}
    assert client.post(SET_UP, {"code": new_code(client)}).status_code == 400
    assert client.post(SET_UP, form).status_code == 400
    assert TOTPDevice.objects.get() == old
    TOTPDevice.objects.update(throttling_failure_count=0)

    other = signed_in(alice)
    assert client.post(SET_UP, form | {"old_code": code_of(old)}).status_code == 200
    new = TOTPDevice.objects.get()
    assert new.pk != old.pk
    assert client.get(MONEY).status_code == 200
    assert other.post(ENTER, {"code": code_of(old, steps=1)}).status_code == 400
    assert "second_factor.replaced" in audited()


def test_a_device_that_is_gone_ends_what_it_verified(alice: User) -> None:
    client = verified(alice)
    assert client.get(MONEY).status_code == 200
    TOTPDevice.objects.all().delete()
    assert client.get(MONEY).status_code == 302


def test_somebody_elses_device_verifies_nobody(alice: User) -> None:
    bob = staff_member("bob", *RIGHTS)
    client = signed_in(alice)
    device = give_second_factor(client, bob)
    assert device.user == bob
    assert client.get(MONEY).status_code == 302
    TOTPDevice.objects.create(user=alice)
    assert client.post(ENTER, {"code": code_of(device)}).status_code == 400


def test_a_superuser_resets_anothers_device_and_nobody_else_does(alice: User) -> None:
    root = User.objects.create_superuser("charlie", "right-horse-7")
    TOTPDevice.objects.create(user=alice)
    page = f"/admin/accounts/user/{alice.pk}/reset-second-factor"
    found = next(u for u in (page, page + "/") if verified(root).get(u).status_code == 200)
    assert signed_in(root).post(found).status_code == 302  # to enter it first
    assert (
        verified(staff_member("bob", "accounts.view_user", "accounts.change_user")).post(found).status_code
        == 403
    )
    own = found.replace(str(alice.pk), str(root.pk))
    assert verified(root).post(own).status_code == 403
    assert TOTPDevice.objects.filter(user=alice).exists()

    assert verified(root).post(found).status_code == 302
    assert not TOTPDevice.objects.filter(user=alice).exists()
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert (entry.actor, entry.subject) == (root, alice.public_id)
    with pytest.raises(Conflict):
        reset_devices(user=root, by=root)


def test_the_last_superuser_is_helped_from_the_command_line(alice: User) -> None:
    TOTPDevice.objects.create(user=alice)
    call_command("reset_second_factor", "alice", verbosity=0)
    assert not TOTPDevice.objects.exists()
    assert AuditEntry.objects.get(action="second_factor.reset").actor is None
    for nobody in ("alice", "bob"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", nobody)


def test_secrets_are_not_in_the_admin(alice: User) -> None:
    root = User.objects.create_superuser("charlie", "right-horse-7")
    TOTPDevice.objects.create(user=alice)
    assert verified(root).get("/admin/otp_totp/totpdevice/").status_code == 404
    assert "secret" not in verified(root).get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()


def test_an_api_key_is_no_second_factor(alice: User) -> None:
    TOTPDevice.objects.create(user=alice)
    secret = create_api_key(user=alice, name="k").secret
    client = Client(headers={"authorization": f"Bearer {secret}"})
    for page in (ENTER, SET_UP, MONEY):
        assert "/admin/login/" in client.get(page)["Location"]


def test_where_to_go_back_to_is_a_page_of_the_admin(alice: User) -> None:
    client = signed_in(alice)
    device = TOTPDevice.objects.create(user=alice)
    form = {"code": code_of(device), "next": "https://example.org/admin/"}
    assert client.post(ENTER, form)["Location"] == "/admin/"


def test_rights_are_changed_with_the_second_factor_only() -> None:
    root = User.objects.create_superuser("charlie", "right-horse-7")
    bob = staff_member("bob")
    change = f"/admin/accounts/user/{bob.pk}/change/"
    form = {"staff_name": "bob", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    assert signed_in(root).get(change)["Location"].startswith(ENTER)
    for url in (
        change,
        f"/admin/accounts/user/{bob.pk}/password/",
        "/admin/accounts/user/add/",
        "/admin/auth/group/add/",
    ):
        assert signed_in(root).post(url, form)["Location"].startswith(ENTER), url
    bob.refresh_from_db()
    assert not bob.is_superuser

    assert verified(root).post(change, form).status_code == 302
    bob.refresh_from_db()
    assert bob.is_superuser
    entry = AuditEntry.objects.get(action="staff.rights_changed")
    assert (entry.actor, entry.subject) == (root, bob.public_id)
    assert "superuser" in entry.detail


def test_whoever_may_change_people_cannot_make_themselves_more() -> None:
    bob = staff_member(
        "bob", "accounts.view_user", "accounts.change_user", "accounts.add_user", "auth.change_group"
    )
    form = {"staff_name": "bob", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    assert verified(bob).post(f"/admin/accounts/user/{bob.pk}/change/", form).status_code == 403
    assert verified(bob).post("/admin/accounts/user/add/", form).status_code == 403
    bob.refresh_from_db()
    assert not bob.is_superuser


def test_time_that_runs_backwards_is_no_reason_to_trust(alice: User) -> None:
    client = signed_in(alice)
    give_second_factor(client, alice, ago_s=-3600)
    assert client.get(MONEY).status_code == 302
