"""`python -m ashao_worker` is the console program."""

import sys

from .cli import main

sys.exit(main())
