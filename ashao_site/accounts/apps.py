"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the app and its OpenAPI descriptions."""

    name = "ashao_site.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Import what registers itself by being imported."""
        from ashao_site.accounts import schema, sign_in_signals, staff_signals  # noqa: F401 - they register themselves
