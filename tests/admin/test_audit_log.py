import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client

from ashao_site.accounts.audit import AuditEntry, audit
from ashao_site.accounts.models import User
from ashao_site.accounts.staff_door import FAILURES_PER_HOUR

from .support import PASSWORD, staff_member, verified

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/auditentry/"


@pytest.fixture
def alice() -> User:
    return staff_member("alice", "accounts.view_auditentry")


def test_the_log_is_read_searched_and_never_changed(alice: User) -> None:
    audit(actor=alice, action="payout.approve", subject="pay_one", detail="fine")
    audit(actor=None, action="payout.fail", subject="pay_two")
    entry = AuditEntry.objects.get(subject="pay_one")
    client = verified(alice)
    page = client.get(LIST).content.decode()
    assert "pay_one" in page
    assert "pay_two" in page
    page = client.get(f"{LIST}?q=pay_one").content.decode()
    assert "fine" in page
    assert "pay_two" not in page
    assert "pay_one" not in client.get(f"{LIST}?action__exact=payout.fail").content.decode()
    assert client.get(f"{LIST}{entry.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{entry.pk}/change/", {"detail": "other"}).status_code == 403
    assert client.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert verified(staff_member("bob")).get(LIST).status_code == 403


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_auditentry SET detail = 'other'", "DELETE FROM accounts_auditentry"],
)
def test_the_database_refuses_to_change_the_log(alice: User, statement: str) -> None:
    audit(actor=alice, action="payout.approve", subject="pay_one")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_sign_ins_of_staff_are_written_down(alice: User) -> None:
    form = {"username": "alice", "password": PASSWORD, "next": "/admin/"}
    client = Client()
    client.post("/admin/login/", form | {"password": "wrong"})
    client.post(
        "/admin/login/", form | {"username": "correct horse"}
    )  # no name of the staff: perhaps a password
    client.post("/admin/login/", form)
    log = AuditEntry.objects.order_by("pk").values_list("action", "subject")
    assert list(log) == [("staff.sign_in_failed", alice.public_id), ("staff.sign_in", alice.public_id)]


def test_a_stranger_cannot_fill_the_log(alice: User) -> None:
    for _ in range(FAILURES_PER_HOUR + 3):
        Client().login(username="alice", password="wrong")
    assert AuditEntry.objects.count() == FAILURES_PER_HOUR


def test_people_and_groups_leave_a_line_when_they_change() -> None:
    root = User.objects.create_superuser("charlie", "right-horse-7")
    client = verified(root)
    new = {"staff_name": "bob", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/admin/accounts/user/add/", new)
    bob = User.objects.get(staff_name="bob")
    word = {"usable_password": "true", "password1": "another-9-xy", "password2": "another-9-xy"}
    client.post(f"/admin/accounts/user/{bob.pk}/password/", word)
    client.post(f"/admin/accounts/user/{bob.pk}/password/", word | {"password2": "not the same"})
    client.post("/admin/auth/group/add/", {"name": "approvers"})
    group = Group.objects.get()
    client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    changes = AuditEntry.objects.exclude(action="staff.sign_in").order_by("pk")
    log = changes.values_list("action", "actor__staff_name", "subject")
    assert list(log) == [
        ("staff.added", "charlie", bob.public_id),
        ("staff.password_set", "charlie", bob.public_id),
        ("group.saved", "charlie", "group:approvers"),
        ("group.deleted", "charlie", "group:approvers"),
    ]
