"""`services -- COMMAND`: a command beside servers of its own, in a home of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence

from ashao_site.embedded import contracts, template
from ashao_site.embedded.config import CHAIN_VARIABLES, DEFAULT_PORT, StopRequestedError
from ashao_site.embedded.home import Home
from ashao_site.embedded.logs import Console
from ashao_site.embedded.postgres import start_postgres
from ashao_site.embedded.process import shim_argv
from ashao_site.embedded.supervisor import TICK_S, Supervisor
from ashao_site.embedded.temporary import make_temporary_home, remove_temporary_home, sweep
from ashao_site.embedded.valkey import start_valkey

TERMINATE_TIMEOUT_S = 10.0
TESTS_RATE_LIMITS = "1000"
"""Tests, and the stacks that they start, come from one address: what limits is there, and refuses none of them."""
SIGNALLED = 128  # a shell's exit code for a signal


def run_beside_services(argv: Sequence[str], *, chain: bool = False, watch_parent: int | None = None) -> int:
    """Run the command with DATABASE_URL, REDIS_URL, ASHAO_HOME, SECRET_KEY and ASHAO_ENV=test set, and wide limits.

    With `chain` there is a dev chain with its contracts too, named by the variables of its settings; else
    those variables are taken away, so that no test touches a chain by mistake.
    Returns the command's exit code. Nothing of the servers or the home is left afterwards.
    """
    sweep()
    home = Home(make_temporary_home())
    home.prepare()
    try:
        with Supervisor(home, Console(quiet=True), watch_parent=watch_parent) as supervisor:
            try:
                chain_port = contracts.launch(supervisor, site_port=DEFAULT_PORT) if chain else None
                database_url = start_postgres(
                    supervisor, home, durable=False, template=template.ensure(supervisor)
                )
                redis_url = start_valkey(supervisor, home)
                variables = contracts.complete(supervisor, chain_port)
            except StopRequestedError:
                return SIGNALLED + signal.SIGINT
            supervisor.settled = True
            env = {
                **{name: value for name, value in os.environ.items() if name not in CHAIN_VARIABLES},
                **variables,
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "ASHAO_HOME": str(home.path),
                "SECRET_KEY": home.secret("secret_key"),
                "ASHAO_ENV": "test",
                "RATE_LIMITS": TESTS_RATE_LIMITS,
            }
            return _run_command(supervisor, tuple(argv), env)
    finally:
        remove_temporary_home(home)


def _run_command(supervisor: Supervisor, argv: tuple[str, ...], env: dict[str, str]) -> int:
    """Run in our own process group: the command keeps the terminal, and its Ctrl-C."""
    command = subprocess.Popen(shim_argv(argv, account=None, death_signal=signal.SIGTERM), env=env)
    deadline = [float("inf")]

    def forward(sign: signal.Signals) -> None:
        if sign == signal.SIGINT and _owns_terminal():
            return  # the terminal has told the command itself
        if sign != signal.SIGINT:
            deadline[0] = min(deadline[0], time.monotonic() + TERMINATE_TIMEOUT_S)
        if command.poll() is None:
            command.send_signal(sign)

    supervisor.on_signal = forward
    try:
        while command.poll() is None:
            supervisor.pump(TICK_S)
            if supervisor.stop_asked and deadline[0] == float("inf"):
                forward(signal.SIGTERM)
            if time.monotonic() > deadline[0]:
                command.kill()
    finally:
        supervisor.on_signal = None
        if command.poll() is None:
            command.kill()
        status = command.wait()
    return status if status >= 0 else SIGNALLED - status


def _owns_terminal() -> bool:
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
