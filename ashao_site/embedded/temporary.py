"""Homes that do not last: for tests, and for a command beside servers of its own."""

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

from ashao_site.embedded.home import Home
from ashao_site.embedded.pgplace import forget_outside
from ashao_site.embedded.proctable import stop_leftovers

PREFIX = "ashao-services-"
YOUNG_S = 5.0
"""A home is made first and locked then: what was made just now is left alone."""


def make_temporary_home() -> Path:
    """A new folder for a stack that does not last; another user may pass through it, not look."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    if os.geteuid() == 0:
        path.chmod(0o711)
    return path


def remove_temporary_home(home: Home) -> None:
    """Remove a temporary home and what it keeps elsewhere."""
    forget_outside(home.path)
    shutil.rmtree(home.path, ignore_errors=True)
    home.release()


def sweep() -> None:
    """Remove the temporary homes of runs that were killed: those whose lock nobody holds."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            stat = path.lstat()
            young = time.time() - stat.st_mtime < YOUNG_S
            if young or path.is_symlink() or stat.st_uid != os.geteuid():
                continue
            with open(path / "lock", "rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                home = Home(path)
                stop_leftovers(home)
                remove_temporary_home(home)
        except OSError:  # held, or being made or removed right now
            continue
