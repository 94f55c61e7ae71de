"""The API's conventions in Django's and REST framework's terms: strict JSON in, `{"error", "code"}` out."""

import sys
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions, serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from ashao_site.lib.errors import AppError, BadInput, Forbidden, NotFound
from ashao_site.lib.http import INTERNAL_ERROR, as_app_error, body_too_large, error_headers
from ashao_site.lib.problem_pages import problem_page
from ashao_site.lib.strict_json import decode_object

API_PREFIX = "/api/"
CODES_BY_STATUS = {
    400: "bad_input",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "unavailable",
}
SENTENCES_BY_STATUS = {
    400: "The request cannot be understood.",
    403: "This is not allowed.",
    404: "There is nothing here.",
    405: "This method is not allowed here.",
    503: "We are away for a moment. Please try again.",
}
_FRAMEWORK_CODES = {"parse_error": "bad_json", "authentication_failed": "bad_token"}
"""REST framework's codes that we call otherwise; codes of our own making stay as they are."""
_GENERIC_CODES = {
    "error",
    "not_authenticated",
    "permission_denied",
    "not_found",
    "method_not_allowed",
    "not_acceptable",
    "unsupported_media_type",
    "throttled",
}

log = structlog.get_logger("ashao.api")

Shape = serializers.Serializer[Any]
"""A shape of JSON: our serializers describe, and never save."""


def is_api(request: HttpRequest) -> bool:
    """Whether an error of this request must be JSON."""
    return request.path_info.startswith(API_PREFIX)


class StrictJSONParser(BaseParser):
    """Bodies of `application/json`: one object of at most `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, object]:
        """Read the body. Raises `TooLarge` and `BadInput` (`strict_json.decode_object`)."""
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        try:
            raw: bytes = stream.read(limit + 1)
        except UnreadablePostError:
            raise BadInput("The body ended early.") from None
        if len(raw) > limit:
            raise body_too_large(limit)
        return decode_object(raw)


class StrictCharField(serializers.CharField):
    """Text that must be sent as text: REST framework's own field makes "5" of 5. Keeps surrounding space."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """A whole number that must be sent as a JSON number: not "5", not 5.0, not true."""

    def to_internal_value(self, data: object) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class StrictBooleanField(serializers.BooleanField):
    """True or false: REST framework's own field takes "yes" and 1 too."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class AnyAccept(BaseContentNegotiation):
    """Whatever the caller says it accepts, the view answers what it has to."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The first; there is one."""
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first, which writes errors."""
        return renderers[0], renderers[0].media_type


def validated(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The request's body as this serializer reads it. Raises what makes a 400 that names the field."""
    serializer = form(data=request.data)
    serializer.is_valid(raise_exception=True)
    body: dict[str, Any] = serializer.validated_data
    return body


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's hook: a view's error as our JSON. None for a bug, which Django logs and answers."""
    error = as_app_error(exc) or _django_error(exc)
    if error is not None:
        if error is not exc and error.status == 503:
            log.warning("a server we need is away", error=type(exc).__name__)
        return Response(error.body(), status=error.status, headers=error_headers(error))
    if isinstance(exc, exceptions.APIException):
        return _framework_response(exc)
    return None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """What Django's CSRF middleware answers with (`CSRF_FAILURE_VIEW`)."""
    if is_api(request):
        return json_error(Forbidden("The CSRF token is missing or wrong.", code="csrf_failed"))
    text = "Your browser may have sent no cookies with it. Please go back, reload and try again."
    return problem_page(request, 403, text, title="This form has expired")


def handler400(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's hook for a suspicious request: a wrong Host, a body over the limit."""
    if is_api(request):
        return json_error(as_app_error(exception) or BadInput(SENTENCES_BY_STATUS[400]))
    return problem_page(request, 400)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's hook for `PermissionDenied`."""
    if is_api(request):
        return json_error(Forbidden(SENTENCES_BY_STATUS[403]))
    return problem_page(request, 403)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's hook for an unknown path and `Http404`."""
    if is_api(request):
        return json_error(NotFound(SENTENCES_BY_STATUS[404]))
    return problem_page(request, 404)


def handler500(request: HttpRequest) -> HttpResponseBase:
    """Django's hook for what nothing else caught, called while the exception is being handled."""
    exc = sys.exc_info()[1]
    known = expected_error_response(request, exc)
    if known is not None:
        return known
    if is_api(request):
        return JsonResponse(INTERNAL_ERROR, status=500)
    return problem_page(request, 500)


def expected_error_response(request: HttpRequest, exc: BaseException | None) -> HttpResponseBase | None:
    """The answer for an `AppError` or an outage outside REST framework's views: JSON, or a plain page."""
    error = as_app_error(exc)
    if error is None:
        return None
    if error is not exc:
        log.warning("a request failed", error=type(exc).__name__, status=error.status)
    if is_api(request):
        return json_error(error)
    page = problem_page(request, error.status, error.message)
    for name, value in error_headers(error).items():
        page.headers[name] = value
    return page


def json_error(error: AppError) -> JsonResponse:
    """An error as a plain Django response."""
    return JsonResponse(error.body(), status=error.status, headers=error_headers(error))


def _django_error(exc: Exception) -> AppError | None:
    if isinstance(exc, Http404):
        return NotFound(SENTENCES_BY_STATUS[404])
    if isinstance(exc, DjangoPermissionDenied):
        return Forbidden(SENTENCES_BY_STATUS[403])
    return None


def _framework_response(exc: exceptions.APIException) -> Response:
    headers = {}
    if exc.status_code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(exc, exceptions.Throttled):
        headers["Retry-After"] = str(max(1, round(getattr(exc, "wait", None) or 1)))
    if isinstance(exc, exceptions.ValidationError):
        body = {"error": _first_problem(exc.detail), "code": "bad_input"}
    else:
        body = {"error": str(exc.detail), "code": _code(exc)}
    return Response(body, status=exc.status_code, headers=headers)


def _code(exc: exceptions.APIException) -> str:
    code = str(getattr(exc.detail, "code", "error"))
    if code in _GENERIC_CODES:
        return CODES_BY_STATUS.get(exc.status_code, "error")
    return _FRAMEWORK_CODES.get(code, code)


def _first_problem(detail: Any, path: str = "") -> str:
    """The first problem of a serializer's nested errors as one sentence that names the field."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        inside = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
        return _first_problem(inner, inside)
    if isinstance(detail, list) and detail:
        return _first_problem(next((one for one in detail if one), ""), path)
    return f"{path}: {detail}" if path else str(detail)
