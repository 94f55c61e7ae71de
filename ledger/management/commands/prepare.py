"""`manage.py prepare`: everything that a network needs before its processes start, in one process."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Brings the database to the newest migration, gathers the static files, and runs `bootstrap`.

    The three can be run one by one; together they import the application once instead of three times.
    """

    help = "migrate, collectstatic and bootstrap."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, stdout=self.stdout)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("bootstrap", stdout=self.stdout)
