"""The network."""

from django.apps import AppConfig

from ashao_site import celery  # noqa: F401 - the app through which every process sends its tasks


class WorkersConfig(AppConfig):
    """Jobs, the workers that serve them, and the cloud that serves the rest."""

    name = "workers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Who ran a worker came back."""
        from ledger.grants.queries import add_sign
        from workers.machines.queries import had_worker_since

        add_sign(had_worker_since)
