"""The console program, `ashao-worker` and `python -m ashao_worker`."""

import asyncio
import io
import os
import sys
from collections.abc import Sequence

from .app import serve
from .config import parse
from .errors import Fatal


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `ashao-worker`; returns its exit code: 0 stopped as asked, 1 had to stop, 2 bad input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that has no ● shows a question mark
    try:
        return asyncio.run(serve(parse(argv, os.environ)))
    except Fatal as fatal:
        sys.stderr.write(f"ashao-worker: {fatal}\n")
        return fatal.exit_code
    except KeyboardInterrupt:
        return 0  # before the program listened for signals


if __name__ == "__main__":
    sys.exit(main())
