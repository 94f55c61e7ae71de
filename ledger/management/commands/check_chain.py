"""`manage.py check_chain`: whether the configured chain answers and is the right one."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from ashao_site.chain.watch import NotConfigured, Reachable, describe, status


class Command(BaseCommand):
    """Prints one sentence. Exits with 1 if a chain is configured that does not answer or is another."""

    help = "Say whether the chain answers, has the right id, and the contracts. Exits with 1 if not."

    def handle(self, *args: Any, **options: Any) -> None:
        answer = status()
        if isinstance(answer, Reachable | NotConfigured):
            self.stdout.write(describe(answer))
            return
        self.stderr.write(describe(answer))
        sys.exit(1)
