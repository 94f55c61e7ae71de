"""The embedded PostgreSQL: made at the first start, kept in ASHAO_HOME, reachable on 127.0.0.1 only."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ashao_site.embedded.config import StackFailedError
from ashao_site.embedded.home import Home, write_private
from ashao_site.embedded.pgplace import DATA, Place, choose_place
from ashao_site.embedded.ports import LOOPBACK, free_port
from ashao_site.embedded.process import ProcessSpec
from ashao_site.embedded.proctable import started_at, stop_process
from ashao_site.embedded.supervisor import Supervisor

USER = DATABASE = "ashao"
MAX_CONNECTIONS = 200
READY_TIMEOUT_S = 60.0  # crash recovery included
STOP_TIMEOUT_S = 15.0
PSQL_TIMEOUT_S = 30.0
PASSWORD_FILE = "postgres_password"  # noqa: S105 - a name

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": str(MAX_CONNECTIONS),
    # The statements and values of people stay out of the log; the application reports its own errors.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
# What was committed still survives the end of any process, only not a loss of power.
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Login:
    """How to reach a started server."""

    binaries: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"


def start_postgres(supervisor: Supervisor, home: Home, *, durable: bool, template: Path | None = None) -> str:
    """Start the server of this home, make its database, return its URL. Not durable is for tests.

    A home without a database begins with a copy of the template (see `template.py`), where there is one.
    """
    place = choose_place(home.path, supervisor.console.say)
    _set_aside_unknown(home, place, supervisor)
    if template and not place.data.exists():
        _copy(template, home, place)
    login = Login(place.binaries, free_port(), home.secret(PASSWORD_FILE))
    if not (place.data / "PG_VERSION").exists():
        _initialise(supervisor, place, login.password, durable=durable)
    clear_stale_pid_file(place.data)
    supervisor.start(_server(place, login.port, durable=durable))
    supervisor.wait_until(
        lambda: query(login, "select 1", database="postgres") == "1",
        timeout_s=READY_TIMEOUT_S,
        otherwise=f"PostgreSQL did not answer in time; its log is {home.logs}/postgres.log.",
    )
    _ensure_database(login)
    return login.url


def query(login: Login, sql: str, *, database: str = DATABASE) -> str | None:
    """The one value a statement answers with, or None when the server did not answer."""
    address = ("-h", LOOPBACK, "-p", str(login.port), "-U", USER, "-d", database)
    command = (str(login.binaries / "psql"), "-XAtq", "-w", *address, "-c", sql)
    env = {**clean_env(), "PGPASSWORD": login.password, "PGCONNECT_TIMEOUT": "2"}
    try:
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=PSQL_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def clean_env() -> dict[str, str]:
    """Our environment without what would send PostgreSQL's programs to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def clear_stale_pid_file(data: Path) -> None:
    """See that a `postmaster.pid` of a dead server cannot stop the next start.

    PostgreSQL clears it by itself, except when its pid has been given to someone else since (usual
    after a restart of a container). Call with the home's lock held.
    """
    path = data / "postmaster.pid"
    try:
        pid = int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    if started_at(pid) is None:
        return
    if str(data) in _command_line(pid):
        stop_process(pid, signal.SIGINT)
    else:
        path.unlink(missing_ok=True)


def _command_line(pid: int) -> str:
    command = ["ps", "-o", "args=", "-p", str(pid)]
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _set_aside_unknown(home: Home, place: Place, supervisor: Supervisor) -> None:
    """A database whose password went away with its home belongs to an earlier life of that home."""
    if (home.path / PASSWORD_FILE).exists() or not place.data.exists():
        return
    aside = place.data.with_name("data.previous")
    shutil.rmtree(aside, ignore_errors=True)
    place.data.rename(aside)
    supervisor.console.say(f"The database of an earlier home was set aside in {aside}.")


def _initialise(supervisor: Supervisor, place: Place, password: str, *, durable: bool) -> None:
    """Make the cluster beside its place, then move it there: half of one is never started."""
    part = place.data.with_name("data.part")
    password_file = place.data.with_name("password.part")
    shutil.rmtree(part, ignore_errors=True)
    write_private(password_file, password)
    if place.account:
        os.chown(password_file, place.account.uid, place.account.gid)
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
    login = (f"--username={USER}", f"--pwfile={password_file}", "--auth=scram-sha-256")
    argv = [str(place.binaries / "initdb"), "-D", str(part), *login, *locale, "--no-instructions"]
    if not durable:
        argv.append("--no-sync")
    try:
        status, output = supervisor.run_step(_as_account("initdb", argv, place, once=True))
    finally:
        password_file.unlink(missing_ok=True)
    if status != 0:
        raise StackFailedError("PostgreSQL's data folder could not be made.", [output])
    part.rename(place.data)


def _copy(template: Path, home: Home, place: Place) -> None:
    """As `_initialise`, with what is in the template, whose password becomes the home's."""
    part = place.data.with_name("data.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(template / DATA, part)
    if place.account:
        for path in (part, *part.rglob("*")):
            os.chown(path, place.account.uid, place.account.gid)
    write_private(home.path / PASSWORD_FILE, (template / PASSWORD_FILE).read_text())
    part.rename(place.data)


def _server(place: Place, port: int, *, durable: bool) -> ProcessSpec:
    settings = SETTINGS if durable else {**SETTINGS, **UNSAFE_BUT_FAST}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    argv = [str(place.binaries / "postgres"), "-D", str(place.data), "-p", str(port), *options]
    return _as_account("postgres", argv, place, once=False)


def _as_account(name: str, argv: Sequence[str], place: Place, *, once: bool) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        argv=tuple(argv),
        env=clean_env(),
        cwd=place.data.parent,
        account=place.account,
        stop_signal=signal.SIGINT,  # fast: connections are closed, nothing is lost
        hasten_signal=signal.SIGQUIT,  # immediate: the next start recovers
        stop_timeout_s=STOP_TIMEOUT_S,
        death_signal=signal.SIGINT,
        echo=False,
        once=once,
    )


def _ensure_database(login: Login) -> None:
    if query(login, f"select 1 from pg_database where datname = '{DATABASE}'", database="postgres") == "1":  # noqa: S608
        return
    if query(login, f"create database {DATABASE}", database="postgres") is None:
        raise StackFailedError(f"The database {DATABASE} could not be made.")
