"""The chat app."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Registers the app, and what it does when others have news."""

    name = "chat"
    verbose_name = "Chat"

    def ready(self) -> None:
        """Import what registers itself by being imported."""
        from chat import personal  # noqa: F401
        from chat.answers import ending  # noqa: F401
        from chat.live import news  # noqa: F401
        from chat.stream import rights  # noqa: F401
