"""`manage.py reset_second_factor NAME`: for the last superuser who has lost their device."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import reset_devices


class Command(BaseCommand):
    """Takes the device of one person away. In the audit log it is the server that did it."""

    help = "Remove the second factor of one person of the staff, who then sets up another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("staff_name")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(staff_name=options["staff_name"], is_staff=True).first()
        if user is None:
            raise CommandError("There is nobody of that name on the staff.")
        if not reset_devices(user=user, by=None):
            raise CommandError(f"{user} has no second factor.")
        self.stdout.write(f"The second factor of {user} is removed.")
