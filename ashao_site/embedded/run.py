"""`make run`: the whole network in the foreground, until Ctrl-C."""

import http.client
import os
import re
import resource
from collections.abc import Collection, Mapping

from ashao_site.embedded import app, contracts, template
from ashao_site.embedded.config import Config, StackFailedError, StopRequestedError
from ashao_site.embedded.home import Home
from ashao_site.embedded.logs import Console
from ashao_site.embedded.ports import LOOPBACK, check_port_free
from ashao_site.embedded.postgres import start_postgres
from ashao_site.embedded.proctable import stop_leftovers
from ashao_site.embedded.supervisor import Supervisor
from ashao_site.embedded.valkey import start_valkey

READY_TIMEOUT_S = 180.0
PROBE_TIMEOUT_S = 5.0
CHAIN_SAID = re.compile(r'"chain": "([^"]*)"')  # in what /readyz says
FILES_MAX = 65_536

BANNER = """
  ashao is running at  http://127.0.0.1:{port}
  {chain_line}

  Staff account        .venv/bin/python manage.py createsuperuser   (in a second terminal)
  Admin                http://127.0.0.1:{port}/admin/
  A native worker      .venv/bin/ashao-worker --help
  Stop                 Ctrl-C
"""


def raise_file_limit() -> None:
    """Let this process and its children open as many files as they may: each waiting worker is a socket."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, FILES_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def run(
    config: Config,
    *,
    names: Collection[str] = app.EVERYTHING,
    watch_parent: int | None = None,
    durable: bool = True,
) -> int:
    """Run the named processes until a signal; the exit code. Raises StartError when something is in the way.

    Without any of the application's processes there are no `manage.py` steps either: servers only.
    """
    raise_file_limit()
    console, home = Console(), Home(config.home)
    home.prepare()
    try:
        left = stop_leftovers(home)
        if left:
            console.say(f"An earlier run had left {', '.join(left)} running; stopped.")
        if "web" in names:
            check_port_free(config.port)
        with Supervisor(home, console, watch_parent=watch_parent) as supervisor:
            try:
                _start_all(supervisor, config, names, durable=durable)
                supervisor.supervise()
            except StopRequestedError:
                pass
            finally:
                home.remove_services()
            console.say("Stopping.")
        console.say("Stopped.")
        return 0
    finally:
        home.release()


def _start_all(supervisor: Supervisor, config: Config, names: Collection[str], *, durable: bool) -> None:
    console, home = supervisor.console, supervisor.home
    console.say("Starting.")
    wanted = [name for name in app.PROCESSES if name in names]
    ours = "anvil" in names and not config.chain_rpc_url
    chain_port = contracts.launch(supervisor, site_port=config.port) if ours else None
    database_url, redis_url = config.database_url or "", config.redis_url or ""
    if not database_url and "postgres" in names:
        with_tables = template.ensure(supervisor) if wanted and not durable else None
        database_url = start_postgres(supervisor, home, durable=durable, template=with_tables)
    if not redis_url and "valkey" in names:
        redis_url = start_valkey(supervisor, home)
    home.write_services(database_url=database_url, redis_url=redis_url, port=config.port)
    secret_key = os.environ.get("SECRET_KEY") or home.secret("secret_key")
    env = app.child_env(config, database_url=database_url, redis_url=redis_url, secret_key=secret_key)
    chain = contracts.complete(supervisor, chain_port, *((app.manage_step(env),) if wanted else ()))
    home.write_services(database_url=database_url, redis_url=redis_url, port=config.port, chain=chain)
    if not wanted:
        console.say("The servers are ready.")
        return
    for spec in app.process_specs(config, {**env, **chain}):
        if spec.name in wanted:
            supervisor.start(spec)
    if "web" in wanted:
        _wait_ready(supervisor, config.port)
        console.block(BANNER.format(port=config.port, chain_line=_chain_line(config, chain)))


def _chain_line(config: Config, chain: Mapping[str, str]) -> str:
    if chain:
        return f"The dev chain        {chain['CHAIN_RPC_URL']}  (chain id {chain['CHAIN_ID']})"
    said = CHAIN_SAID.search(probe(config.port)[1])
    return f"The chain            {said[1] if said else 'unknown'}"


def _wait_ready(supervisor: Supervisor, port: int) -> None:
    answer = ["nothing answered"]

    def ready() -> bool:
        status, answer[0] = probe(port)
        return status == http.client.OK

    try:
        supervisor.wait_until(ready, timeout_s=READY_TIMEOUT_S, otherwise="")
    except StackFailedError as error:
        if str(error):
            raise
        sentence = f"The web server was not ready within {READY_TIMEOUT_S:.0f} s: /readyz: {answer[0]}."
        raise StackFailedError(sentence) from None


def probe(port: int) -> tuple[int, str]:
    """What /readyz says: status (0 when nothing answers) and the start of its body."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, f"{response.status} {response.read(500).decode(errors='replace').strip()}"
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error) or type(error).__name__
    finally:
        connection.close()
