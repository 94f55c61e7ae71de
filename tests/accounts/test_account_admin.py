"""The admin: staff look at people, add staff, change passwords; and the OpenAPI description."""

from typing import Any

import pytest
from accounts_browser import Browser
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.accounts.models import User
from tests.admin.support import give_second_factor


@pytest.fixture
def staff(db: None) -> Client:
    user = User.objects.create_superuser(staff_name="charlie", password="right-horse-7")
    client = Client()
    assert client.login(username="charlie", password="right-horse-7")
    give_second_factor(client, user)
    return client


def test_staff_sign_in_with_a_password(db: None) -> None:
    User.objects.create_superuser(staff_name="charlie", password="right-horse-7")
    client = Client()
    assert client.get("/admin/login/").status_code == 200
    form = {"username": "charlie", "password": "wrong", "next": "/admin/"}
    assert client.post("/admin/login/", form).status_code == 200
    assert client.post("/admin/login/", {**form, "password": "right-horse-7"}).status_code == 302
    assert client.get("/admin/")["Location"].startswith("/admin/second-factor/")


@pytest.mark.django_db
def test_a_wallet_user_cannot_enter(alice: Browser) -> None:
    alice.sign_in()
    assert alice.get("/admin/").status_code == 302
    assert not Client().login(username=alice.wallet, password="")


def test_pages_open_and_show_no_hash(staff: Client, alice: Browser) -> None:
    alice.sign_in()
    user = User.objects.get(wallet=alice.wallet)
    key = create_api_key(user=user, name="script").key
    people = staff.get("/admin/accounts/user/")
    assert alice.wallet in people.content.decode()
    assert staff.get(f"/admin/accounts/user/{user.pk}/change/").status_code == 200
    assert staff.get("/admin/auth/group/add/").status_code == 200
    for page in ("/admin/accounts/apikey/", f"/admin/accounts/apikey/{key.pk}/change/"):
        shown = staff.get(page)
        assert shown.status_code == 200
        assert "script" in shown.content.decode()
        assert key.key_hash not in shown.content.decode()
    assert staff.get("/admin/accounts/apikey/add/").status_code == 403
    assert staff.get(f"/admin/accounts/user/{user.pk}/delete/").status_code == 403


def test_staff_are_added_and_change_passwords(staff: Client) -> None:
    assert staff.get("/admin/accounts/user/add/").status_code == 200
    form = {
        "staff_name": "bob",
        "usable_password": "true",
        "password1": "horse-8-left",
        "password2": "horse-8-left",
    }
    assert staff.post("/admin/accounts/user/add/", form).status_code == 302
    bob = User.objects.get(staff_name="bob")
    assert bob.is_staff
    assert not bob.is_superuser
    assert bob.check_password("horse-8-left")

    again = staff.post("/admin/accounts/user/add/", form)
    assert again.status_code == 200
    assert "already exists" in again.content.decode()
    assert staff.post("/admin/accounts/user/add/", {**form, "staff_name": ""}).status_code == 200

    change = f"/admin/accounts/user/{bob.pk}/password/"
    assert staff.get(change).status_code == 200
    new = {"usable_password": "true", "password1": "another-9-xy", "password2": "another-9-xy"}
    assert staff.post(change, new).status_code == 302
    bob.refresh_from_db()
    assert bob.check_password("another-9-xy")


def test_rights_are_changed(staff: Client, alice: Browser) -> None:
    alice.sign_in()
    user = User.objects.get(wallet=alice.wallet)
    form = {"staff_name": "", "wallet": "0x" + "00" * 20}  # "active" is not ticked; the wallet is read-only
    assert staff.post(f"/admin/accounts/user/{user.pk}/change/", form).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.staff_name, user.wallet) == (False, None, alice.wallet)


@pytest.mark.django_db
def test_createsuperuser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "right-horse-7")
    call_command("createsuperuser", staff_name="charlie", interactive=False, verbosity=0)
    charlie = User.objects.get(staff_name="charlie")
    assert (charlie.is_staff, charlie.is_superuser, str(charlie)) == (True, True, "charlie")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{}, {"wallet": "0x12"}, {"wallet": "0x" + "zz" * 20}, {"staff_name": ""}, {"wallet": ""}]
)
def test_the_database_refuses_a_nobody(fields: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(**fields)


def test_the_description_documents_errors(db: None) -> None:
    described: dict[str, Any] = Client().get("/api/schema", headers={"accept": "application/json"}).json()
    for path in (
        "/api/auth/nonce",
        "/api/auth/verify",
        "/api/auth/logout",
        "/api/keys",
        "/api/keys/{key_id}",
    ):
        for operation in described["paths"][path].values():
            assert {"400", "401", "402", "403", "404", "409", "413", "429", "503"} <= set(
                operation["responses"]
            )
    assert described["components"]["schemas"]["Error"]["required"] == ["error", "code"]
    assert {"apiKey", "session"} <= set(described["components"]["securitySchemes"])
