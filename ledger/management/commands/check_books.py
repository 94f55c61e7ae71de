"""`manage.py check_books`: compare everything in the books that must agree."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from ledger.books import queries


class Command(BaseCommand):
    """Prints each difference and exits with 1, or says that there is none."""

    help = "Compare balances, holds, transfers and the total. Exits with 1 if anything differs."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = queries.check_books()
        for difference in differences:
            self.stderr.write(difference)
        if differences:
            sys.exit(1)
        self.stdout.write("The books agree.")
