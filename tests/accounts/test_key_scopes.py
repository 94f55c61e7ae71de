"""What an API key may: no more than its scopes, and no call that does not say what it asks of a key."""

from collections.abc import Iterator
from typing import Any

import pytest
from accounts_browser import Browser
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient
from rest_framework.views import APIView

from ashao_site.accounts.keys.actions import create_api_key
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.keys.scopes import ALL_SCOPES, KeyRule, Scope, needed_of
from ashao_site.accounts.models import User
from ledger.books import chart
from tests.ledger.support import deposit

METHODS = ("get", "post", "put", "patch", "delete")
NO_CALL = ("schema", "docs")
"""The API's description of itself, which is everybody's."""


def bearer(user: User, *scopes: str) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    secret = create_api_key(user=user, name="k", scopes=scopes).secret
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def api_views(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, type[APIView]]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from api_views(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
            if view is not None and issubclass(view, APIView) and path.removeprefix("api/") not in NO_CALL:
                yield path, view


def calls() -> list[tuple[str, str, type[APIView]]]:
    views = api_views(get_resolver().url_patterns)
    return [
        (method.upper(), path, view) for path, view in views for method in METHODS if hasattr(view, method)
    ]


def test_every_call_says_what_it_asks_of_a_key() -> None:
    assert len(calls()) > 30
    silent = [
        (method, path) for method, path, view in calls() if method not in getattr(view, "key_scopes", {})
    ]
    assert silent == []
    for method, _, view in calls():
        assert isinstance(needed_of(view, method), Scope | KeyRule)
        assert view.permission_classes == APIView.permission_classes, "a view must not leave the check out"


def test_a_call_that_says_nothing_is_for_no_key() -> None:
    class Silent(APIView):
        def get(self) -> None: ...

    assert needed_of(Silent, "GET") == KeyRule.NO_KEY
    assert needed_of(Silent, "HEAD") == KeyRule.NO_KEY


def filled(path: str) -> str:
    made = (
        path.replace("^", "")
        .replace("$", "")
        .replace("(?P<worker_id>wrk_[A-Za-z0-9]{16,32})", "wrk_" + "0" * 20)
    )
    for name in ("key_id", "session_id", "conversation_id", "wallet"):
        made = made.replace(f"<str:{name}>", "x")
    return "/" + made


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ALL_SCOPES)
def test_a_key_is_kept_to_its_scope_by_every_call(alice: Browser, scope: str) -> None:
    alice.sign_in()
    client = bearer(User.objects.get(), scope)
    for method, path, view in calls():
        needed = needed_of(view, method)
        answer = client.generic(method, filled(path), "{}", content_type="application/json")
        code = answer.json().get("code", "") if answer.status_code >= 400 else ""
        where = f"{method} {path}: {answer.status_code} {code}"
        if needed == KeyRule.NO_KEY:
            assert (answer.status_code, code) == (401, "session_needed"), where
        elif needed in (KeyRule.ANY_KEY, scope):
            assert code not in ("session_needed", "key_scope"), where
        else:
            assert (answer.status_code, code) == (403, "key_scope"), where
    assert ApiKey.objects.live().count() == 1


@pytest.mark.django_db
def test_a_worker_machine_reads_and_deletes_no_conversation(alice: Browser) -> None:
    alice.sign_in()
    deposit(chart.user_credits(User.objects.get().pk), 1_000_000, key="bought")
    sent = alice.post("/api/chat/send", {"tier": "pro", "content": "Only mine"}).json()
    made = alice.post("/api/keys", {"name": "a machine", "scopes": ["worker"]})
    assert made.status_code == 201
    machine = APIClient(enforce_csrf_checks=True)
    machine.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['key']}")
    conversation = f"/api/chat/conversations/{sent['conversationId']}"
    for method, path in (
        ("get", "/api/chat/conversations"),
        ("get", conversation),
        ("delete", conversation),
        ("get", "/api/chat/export"),
        ("get", f"/api/chat/receipt?jobId={sent['jobId']}"),
    ):
        assert getattr(machine, method)(path).status_code == 403, path
    assert alice.get(conversation).status_code == 200
    body = {"type": "native", "model": "m"}
    assert machine.post("/api/worker/register", body, format="json").status_code == 201
    assert machine.get("/api/worker/stats").status_code == 200


@pytest.mark.django_db
def test_a_key_ends_no_key(alice: Browser) -> None:
    alice.sign_in()
    key = alice.post("/api/keys", {"name": "other"}).json()
    client = bearer(User.objects.get(), *ALL_SCOPES)
    refused = client.delete(f"/api/keys/{key['id']}")
    assert (refused.status_code, refused.json()["code"]) == (401, "session_needed")
    assert ApiKey.objects.live().count() == 2


@pytest.mark.django_db
def test_without_scopes_a_key_is_as_in_the_first_edition(alice: Browser) -> None:
    alice.sign_in()
    assert alice.post("/api/keys", {"name": "old client"}).status_code == 201
    assert alice.post("/api/keys", {"name": "two", "scopes": ["read", "worker", "read"]}).status_code == 201
    listed = {key["name"]: key["scopes"] for key in alice.get("/api/keys").json()["keys"]}
    assert listed == {"old client": ["worker", "chat", "read"], "two": ["worker", "read"]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "scopes", [[], "chat", ["admin"], ["chat", 1], [["chat"]], None, ["chat"] * 4, [True], {"chat": True}]
)
def test_bad_scopes_are_refused(alice: Browser, scopes: object) -> None:
    alice.sign_in()
    refused = alice.post("/api/keys", {"name": "x", "scopes": scopes})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_input")
    assert not ApiKey.objects.exists()
