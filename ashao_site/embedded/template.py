"""The database that tests begin with: brought to the newest migration once for a checkout, then copied.

It is named after what migrations are made of, so that another migration is another template.
"""

import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ashao_site.embedded.app import child_env
from ashao_site.embedded.config import ROOT, StackFailedError, read_config
from ashao_site.embedded.home import Home
from ashao_site.embedded.logs import Console
from ashao_site.embedded.pgplace import DATA, choose_place
from ashao_site.embedded.postgres import PASSWORD_FILE, start_postgres
from ashao_site.embedded.process import ProcessSpec
from ashao_site.embedded.supervisor import Supervisor
from ashao_site.embedded.temporary import make_temporary_home, remove_temporary_home

STORE = ROOT / ".venv" / ".databases"
UNUSED_MAX_S = 86_400.0
MADE_OF = (
    *("requirements.lock", "ashao_site/settings.py", "ashao_site/embedded/postgres.py"),
    *(
        "ashao_site/lib/*.py",
        "ashao_site/chain/wei.py",
        "*/migrations/*.py",
        "*/*/migrations/*.py",
        "*/migrations/sql/*",
    ),
)
"""What decides on the tables: the migrations, what they are written with, the settings and the server."""
NOWHERE = "redis://127.0.0.1:1/0"
"""Migrations need no Redis."""


def ensure(supervisor: Supervisor) -> Path | None:
    """The template of this checkout, made first where it is missing; None where that does not succeed."""
    folder = STORE / _digest()
    if STORE.parent.is_dir() and not folder.is_dir():
        argv = (sys.executable, "-m", "ashao_site.embedded", "template", str(folder))
        supervisor.run_step(
            ProcessSpec(name="template", argv=argv, env=os.environ, cwd=ROOT, echo=False, once=True)
        )
    return folder if folder.is_dir() else None


def make(folder: Path) -> int:
    """Make a template, unless another process has just done it; the exit code."""
    STORE.mkdir(exist_ok=True)
    with open(STORE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _forget_unused()
            home = Home(make_temporary_home())
            home.prepare()
            try:
                _migrate(home)
                _keep(home, folder)
            finally:
                remove_temporary_home(home)
    return 0


def _migrate(home: Home) -> None:
    with Supervisor(home, Console(quiet=True), watch_parent=os.getppid()) as supervisor:
        url = start_postgres(supervisor, home, durable=False)
        config = read_config({"ASHAO_HOME": str(home.path)})
        env = child_env(config, database_url=url, redis_url=NOWHERE, secret_key=home.secret("secret_key"))
        argv = (sys.executable, "manage.py", "migrate", "--no-input")
        migrate = ProcessSpec(name="migrate", argv=argv, env=env, cwd=ROOT, echo=False, once=True)
        status, output = supervisor.run_step(migrate)
        if status != 0:
            raise StackFailedError("manage.py migrate failed.", [output])


def _keep(home: Home, folder: Path) -> None:
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(choose_place(home.path, lambda _: None).data, part / DATA)
    shutil.copy2(home.path / PASSWORD_FILE, part)
    part.rename(folder)


def _forget_unused() -> None:
    for path in STORE.iterdir():
        if path.is_dir() and time.time() - path.stat().st_mtime > UNUSED_MAX_S:
            shutil.rmtree(path, ignore_errors=True)


def _digest() -> str:
    whole = hashlib.sha256(f"{sys.version} {os.geteuid()}".encode())
    for path in _sources():
        whole.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for pattern in MADE_OF:
        yield from sorted(path for path in ROOT.glob(pattern) if path.is_file())
