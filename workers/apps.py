"""The network."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """Jobs, the workers that serve them, and the cloud that serves the rest."""

    name = "workers"
    default_auto_field = "django.db.models.BigAutoField"
