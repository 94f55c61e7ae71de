"""Security headers on every answer, and no HTML error under /api/.

Both classes work in a synchronous and an asynchronous chain, without a thread hop of their own.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from ashao_site.lib.api import CODES_BY_STATUS, SENTENCES_BY_STATUS, expected_error_response, is_api
from ashao_site.lib.http import INTERNAL_ERROR

GetResponse = Callable[[HttpRequest], Any]

ADMIN_PREFIX = "/admin/"
DOCS_PREFIX = "/api/docs"
"""Pages of packages that carry inline scripts and styles; the admin's Alpine.js evaluates its attributes too.
They hold nothing that a visitor wrote."""
MONEY_PAGES = ("/account", "/stake", "/treasury")
"""Where the wallet that lives in the browser, of development, speaks to the dev chain itself."""

KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class _ResponseMiddleware:
    """Calls `begin`, what is below, then `finish`."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        self.begin(request)
        if self._is_async:
            return self._acall(request)
        return self.finish(request, self.get_response(request))

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        return self.finish(request, await self.get_response(request))

    def begin(self, request: HttpRequest) -> None:
        """Nothing, unless a class has something to do first."""

    def finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        raise NotImplementedError


class SecurityHeaders(_ResponseMiddleware):
    """Content-Security-Policy on everything; nothing under /api/ is cached unless its view says so.

    `settings.CSP_CONNECT_SRC` (a list, optional) names further origins that pages may talk to, such as a
    host of model weights; `settings.CSP_DEV_CHAIN` that of the dev chain, for the pages about money. First in
    the chain, it also takes away cookies that no code below could read.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        further = " ".join(getattr(settings, "CSP_CONNECT_SRC", ()))
        inline = "'unsafe-inline'"
        self._strict = _policy(connect=further)
        self._docs = _policy(scripts=inline, styles=inline, connect=further)
        dev_chain = " ".join(getattr(settings, "CSP_DEV_CHAIN", ()))
        self._money = _policy(connect=f"{further} {dev_chain}".strip())
        self._admin = _policy(scripts=f"{inline} 'unsafe-eval'", styles=inline, connect=further)

    def begin(self, request: HttpRequest) -> None:
        """Drop cookies with a NUL, written `\\000` in quotes: sessions ask PostgreSQL for theirs, a 500."""
        for name in [name for name, value in request.COOKIES.items() if "\x00" in value]:
            del request.COOKIES[name]

    def finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the headers that the view did not set itself."""
        response.headers.setdefault("Content-Security-Policy", self._policy_of(request.path_info))
        if is_api(request):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _policy_of(self, path: str) -> str:
        if path.startswith(ADMIN_PREFIX):
            return self._admin
        if path in MONEY_PAGES:
            return self._money
        return self._docs if path.startswith(DOCS_PREFIX) else self._strict


class ApiErrors(_ResponseMiddleware):
    """Whatever answers an error under /api/, a middleware or a plain view too, it answers in JSON."""

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponseBase | None:
        """An `AppError` or an outage in a plain Django view: its own status, not a 500 with a traceback."""
        return expected_error_response(request, exc)

    def finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Put a JSON body in the place of any other error body."""
        if response.status_code < 400 or not is_api(request) or _is_json(response):
            return response
        fresh = JsonResponse(_body(response.status_code), status=response.status_code)
        for name in KEPT_HEADERS:
            if name in response.headers:
                fresh.headers[name] = response.headers[name]
        fresh.cookies = response.cookies
        response.close()
        return fresh


def _is_json(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().endswith("json")


def _body(status: int) -> dict[str, str]:
    if status >= 500 and status not in CODES_BY_STATUS:
        return INTERNAL_ERROR
    sentence = SENTENCES_BY_STATUS.get(status, SENTENCES_BY_STATUS[400])
    return {"error": sentence, "code": CODES_BY_STATUS.get(status, "error")}


def _policy(*, scripts: str = "", styles: str = "", connect: str) -> str:
    # 'wasm-unsafe-eval' and blob: workers are what the language model's WebAssembly runtime needs.
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'wasm-unsafe-eval' {scripts}".strip(),
            f"style-src 'self' {styles}".strip(),
            "img-src 'self' data:",
            "font-src 'self' data:",
            f"connect-src 'self' {connect}".strip(),
            "worker-src 'self' blob:",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )
