"""Django's command line: `.venv/bin/python manage.py <command>`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run a command; a wrong setting is one sentence and exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ashao_site.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"ashao: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
