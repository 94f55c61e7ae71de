"""Whatever goes wrong under /api/ is JSON with the right status; other pages get plain ones."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import AsyncClient, Client
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ashao_site.lib.errors import RateLimited

SECRET = "a prompt that must not leak"
RAISED: dict[str, Exception] = {
    "outage": OperationalError(SECRET),
    "redis": RedisConnectionError(SECRET),
    "missing": Http404(SECRET),
    "denied": PermissionDenied(SECRET),
    "suspicious": SuspiciousOperation(SECRET),
    "big": RequestDataTooBig(SECRET),
    "limited": RateLimited("Later, please.", code="guest_limit", retry_after_s=7),
    "bug": RuntimeError(SECRET),
}
EXPECTED = {
    "outage": (503, "unavailable"),
    "redis": (503, "unavailable"),
    "missing": (404, "not_found"),
    "denied": (403, "forbidden"),
    "suspicious": (400, "bad_input"),
    "big": (413, "too_large"),
    "limited": (429, "guest_limit"),
    "bug": (500, "internal"),
}


def plain(request: HttpRequest, kind: str) -> HttpResponse:
    raise RAISED[kind]


def not_allowed(request: HttpRequest) -> HttpResponse:
    return HttpResponseNotAllowed(["POST"])


def writes_session(request: HttpRequest) -> HttpResponse:
    request.session["x"] = 1
    return HttpResponse("never seen")


@csrf_protect
def protected(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


class Api(APIView):
    authentication_classes = ()

    def get(self, request: Request, kind: str) -> Response:
        raise {**RAISED, "throttled": exceptions.Throttled(wait=3)}[kind]

    def post(self, request: Request, kind: str) -> Response:
        return Response(request.data)


urlpatterns = [
    path("api/plain/<str:kind>", plain),
    path("page/<str:kind>", plain),
    path("api/rest/<str:kind>", Api.as_view()),
    path("api/not-allowed", not_allowed),
    path("api/session", writes_session),
    path("session", writes_session),
    path("api/protected", protected),
    path("protected", protected),
]
handler400 = "ashao_site.lib.api.handler400"
handler403 = "ashao_site.lib.api.handler403"
handler404 = "ashao_site.lib.api.handler404"
handler500 = "ashao_site.lib.api.handler500"

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def check(response: Any, status: int, code: str) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["code"] == code
    assert set(response.json()) == {"error", "code"}
    assert SECRET not in response.content.decode()
    assert ("Retry-After" in response.headers) == (status in {429, 503})
    assert "Content-Security-Policy" in response.headers
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("where", ["plain", "rest"])
def test_an_error_under_api_is_json(client: Client, where: str, kind: str) -> None:
    check(client.get(f"/api/{where}/{kind}"), *EXPECTED[kind])


@pytest.mark.parametrize("kind", RAISED)
async def test_so_it_is_under_asgi(kind: str) -> None:
    for where in ("plain", "rest"):
        response = await AsyncClient(raise_request_exception=False).get(f"/api/{where}/{kind}")
        check(response, *EXPECTED[kind])


@pytest.mark.parametrize("kind", RAISED)
def test_an_error_of_a_page_is_not_json(client: Client, kind: str) -> None:
    response = client.get(f"/page/{kind}")
    assert response.status_code == EXPECTED[kind][0]
    assert not response.headers["Content-Type"].startswith("application/json")
    assert SECRET not in response.content.decode()


def test_an_unknown_path(client: Client) -> None:
    check(client.get("/api/nowhere"), 404, "not_found")
    assert client.get("/nowhere").status_code == 404


def test_a_wrong_host(client: Client) -> None:
    check(client.get("/api/rest/x", headers={"host": "evil.example"}), 400, "bad_input")


def test_a_plain_view_of_another_method(client: Client) -> None:
    response = client.get("/api/not-allowed")
    check(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "POST"


def test_rest_framework_errors(client: Client) -> None:
    check(client.delete("/api/rest/x"), 405, "method_not_allowed")
    check(client.get("/api/rest/throttled"), 429, "rate_limited")
    check(client.post("/api/rest/x", {"a": 1}), 415, "unsupported_media_type")
    check(client.get("/api/rest/missing", headers={"accept": "text/html"}), 406, "not_acceptable")


def test_a_body_over_the_limit(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    assert (
        client.post("/api/rest/x", b'{"a": "0123456789"}', content_type="application/json").status_code == 200
    )
    check(
        client.post("/api/rest/x", b'{"a": "01234567890_"}', content_type="application/json"),
        413,
        "too_large",
    )


def test_a_database_that_is_gone_after_the_view(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is saved by a middleware: no view is there any more to answer for it."""

    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError(SECRET)

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", gone)
    check(client.get("/api/session"), 503, "unavailable")
    page = client.get("/session")
    assert page.status_code == 503
    assert page.headers["Content-Type"].startswith("text/plain")


def test_csrf_failure_of_a_plain_view() -> None:
    client = Client(enforce_csrf_checks=True)
    check(client.post("/api/protected"), 403, "csrf_failed")
    assert client.post("/protected").headers["Content-Type"].startswith("text/plain")


def test_the_policy_of_pages(client: Client, settings: Any) -> None:
    policy = client.get("/page/missing").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    for relaxed in ("/admin/x", "/api/docs"):
        assert "'unsafe-inline'" in client.get(relaxed).headers["Content-Security-Policy"]
    settings.CSP_CONNECT_SRC = ["https://models.example"]
    assert (
        "connect-src 'self' https://models.example;" in Client().get("/x").headers["Content-Security-Policy"]
    )
