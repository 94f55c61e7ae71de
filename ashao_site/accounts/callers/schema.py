"""How OpenAPI describes the two ways to be signed in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from ashao_site.accounts.keys.scopes import ALL_SCOPES, KeyRule, needed_of


class ScopedSchema(AutoSchema):
    """Says of each call what an API key needs for it; every call may be asked by a guest, who is told no."""

    def get_auth(self) -> list[dict[str, Any]]:
        """The ways to be signed in: no key where none will do, else with its scope as OpenAPI 3.1 names a role."""
        needed = needed_of(self.view, self.method)
        roles = [str(needed)] if needed in ALL_SCOPES else []
        every_way = super().get_auth()
        ways = [{ApiKeyScheme.name: roles} if ApiKeyScheme.name in way else way for way in every_way]
        if needed == KeyRule.NO_KEY:
            ways = [way for way in ways if ApiKeyScheme.name not in way]
        return [*ways, {}]


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular registers it untyped
    """An API key as a bearer token."""

    target_class = "ashao_site.accounts.callers.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An API key, `ak_…`."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular registers it untyped
    target_class = "ashao_site.accounts.callers.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "Unsafe calls also need the csrftoken cookie's value in X-CSRFToken.",
        }
