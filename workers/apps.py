"""The network."""

from django.apps import AppConfig

from ashao_site import celery  # noqa: F401 - the app through which every process sends its tasks


class WorkersConfig(AppConfig):
    """Jobs, the workers that serve them, and the cloud that serves the rest."""

    name = "workers"
    default_auto_field = "django.db.models.BigAutoField"
