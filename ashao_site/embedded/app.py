"""The application's own processes: the same commands as in the Procfile."""

import os
import sys
from collections.abc import Iterator, Mapping

from ashao_site.embedded.config import ROOT, Config
from ashao_site.embedded.ports import LOOPBACK
from ashao_site.embedded.process import ProcessSpec

ACCEPT_BACKLOG = 4096
CLOSE_TIMEOUT_S = 5
KEEP_ALIVE_S = 75
"""Longer than proxies keep a connection: the proxy, not we, closes one that it may be about to use."""
SOCKET_MESSAGE_MAX_BYTES = 65_536
"""Pages have nothing to say on their WebSocket."""
WEB_STOP_TIMEOUT_S = CLOSE_TIMEOUT_S + 5.0
CELERY_STOP_TIMEOUT_S = 10.0
SETTLEMENT_CONCURRENCY = 6  # a chain that is slow holds up three threads at most
QUIET_AS_ROOT = "ignore::UserWarning:celery.platforms"  # ten lines at every start of a container
SERVERS = ("postgres", "valkey", "anvil")
PROCESSES = ("web", "fallback", "settlement", "beat")
EVERYTHING = (*SERVERS, *PROCESSES)
APPLICATION = "ashao_site.asgi:application"
DAPHNE = "ashao_site.daphne_server"
PROTOCOL = "ashao_site.uvicorn_protocol:Protocol"


def process_specs(config: Config, env: Mapping[str, str]) -> Iterator[ProcessSpec]:
    """The processes that run until the end, in the order of their start."""
    celery = (sys.executable, "-m", "celery", "-q", "-A", "ashao_site")
    env_of_celery = {**env, "PYTHONWARNINGS": QUIET_AS_ROOT} if os.geteuid() == 0 else env
    queues = {"fallback": config.fallback_concurrency, "settlement": SETTLEMENT_CONCURRENCY}
    yield _spec("web", web_argv(config), env, WEB_STOP_TIMEOUT_S)
    for queue, threads in queues.items():
        argv = (*celery, *worker_options(queue, threads, node=f"{queue}@%h-{config.port}"))
        yield _spec(queue, argv, env_of_celery, CELERY_STOP_TIMEOUT_S)
    schedule = str(config.home / "celerybeat-schedule")
    beat = (*celery, "beat", "--schedule", schedule, "-l", "warning", "--pidfile=")
    yield _spec("beat", beat, env_of_celery, CELERY_STOP_TIMEOUT_S)


def worker_options(queue: str, threads: int, *, node: str) -> tuple[str, ...]:
    """The arguments of a celery worker for one queue."""
    light = ("--without-gossip", "--without-mingle", "-l", "warning")
    return ("worker", "-Q", queue, "-P", "threads", "-c", str(threads), "-n", node, *light)


def web_argv(config: Config) -> tuple[str, ...]:
    """The command of the web server that was chosen."""
    if config.asgi_server == "uvicorn":
        options = {
            "--host": LOOPBACK,
            "--port": config.port,
            "--backlog": ACCEPT_BACKLOG,
            "--http": PROTOCOL,
            "--timeout-keep-alive": KEEP_ALIVE_S,
            "--timeout-graceful-shutdown": CLOSE_TIMEOUT_S,
            "--ws-max-size": SOCKET_MESSAGE_MAX_BYTES,
            "--log-level": "warning",
        }
        words = [str(word) for option in options.items() for word in option]
        # Of proxies in front settings.TRUSTED_PROXIES alone decides, for both servers.
        flags = ("--no-proxy-headers", "--no-server-header", "--no-access-log")
        return (sys.executable, "-m", "uvicorn", APPLICATION, *words, *flags)
    endpoint = f"tcp:port={config.port}:interface={LOOPBACK}:backlog={ACCEPT_BACKLOG}"
    # -v 0: a line for each request would cost more than the request.
    options_of_daphne = {
        "-v": 0,
        "--application-close-timeout": CLOSE_TIMEOUT_S,
        "--websocket-max-message-size": SOCKET_MESSAGE_MAX_BYTES,
        "--websocket-max-frame-size": SOCKET_MESSAGE_MAX_BYTES,
    }
    words = [str(word) for option in options_of_daphne.items() for word in option]
    return (sys.executable, "-m", DAPHNE, "-e", endpoint, *words, "--no-server-name", APPLICATION)


def manage_step(env: Mapping[str, str]) -> ProcessSpec:
    """What `manage.py` does before the processes start."""
    argv = (sys.executable, "manage.py", "prepare")
    return ProcessSpec(name="prepare", argv=argv, env=env, cwd=ROOT, echo=False, once=True)


def child_env(config: Config, *, database_url: str, redis_url: str, secret_key: str) -> dict[str, str]:
    """The environment of every process of the application, without a dev chain's variables."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(config.port),
        "HOST": LOOPBACK,  # some shells export the machine's name under it
        "ASHAO_HOME": str(config.home),
        "SECRET_KEY": secret_key,
        "PYTHONUNBUFFERED": "1",
    }


def _spec(name: str, argv: tuple[str, ...], env: Mapping[str, str], stop_timeout_s: float) -> ProcessSpec:
    return ProcessSpec(name=name, argv=argv, env=env, cwd=ROOT, stop_timeout_s=stop_timeout_s)
