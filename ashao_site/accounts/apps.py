"""The accounts app."""

from importlib import import_module

from django.apps import AppConfig

TABLES = (
    "audit",
    "guests",
    "keys.models",
    "second_factor.recovery_codes",
    "sessions.models",
    "sign_in.models",
    "staff_pages",
)
"""Where the app's tables are, but for people themselves."""


class AccountsConfig(AppConfig):
    """Registers the app, its OpenAPI descriptions and what it does at sign-ins."""

    name = "ashao_site.accounts"
    label = "accounts"
    verbose_name = "People"

    def import_models(self) -> None:
        """As Django's; and the tables that are not in `models`, which those packages import."""
        super().import_models()
        for module in TABLES:
            import_module(f"{self.name}.{module}")

    def ready(self) -> None:
        """Import what registers itself by being imported."""
        from ashao_site.accounts import staff_door  # noqa: F401
        from ashao_site.accounts.callers import schema  # noqa: F401
        from ashao_site.accounts.sessions import sign_ins  # noqa: F401
