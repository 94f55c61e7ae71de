"""Puts the parts together for one run."""

import os
import sys
from urllib.parse import urlsplit

import httpx

from . import __version__, events
from .config import Config, is_loopback
from .errors import BadInput, UpstreamError, WorkerError
from .identity import Introduction, Store, open_store
from .limits import GOODBYE_S, JOBS_MAX
from .network import Network
from .runner import Runner
from .shutdown import Shutdown, first
from .status import Reporter, View, reporter
from .upstream import Upstream, choose_model


async def serve(config: Config) -> int:
    """Runs the worker until it is told to stop; returns the exit code, or raises `Fatal`."""
    shutdown = Shutdown()
    shutdown.listen(config)
    report = reporter(config, sys.stdout, os.environ)
    try:
        async with _client(config.network) as outward, _client(config.upstream) as inward:
            return await _serve(config, Network(config.network, outward), inward, report, shutdown)
    except WorkerError as error:
        if config.json:
            report.event(events.error(str(error)))
        raise
    finally:
        shutdown.close()
        report.close()


async def _serve(
    config: Config, network: Network, inward: httpx.AsyncClient, report: Reporter, shutdown: Shutdown
) -> int:
    upstream = Upstream(
        config.upstream,
        inward,
        key=config.upstream_key,
        max_tokens=config.max_tokens,
        temperature=config.temperature,
        silence_s=config.upstream_silence_s,
    )
    upstream.model = await _model(config, upstream)
    store = open_store(config, upstream.model, os.environ) if config.api_key else None
    try:
        tiers = await _introduce(
            config, network, model=upstream.model, store=store, report=report, shutdown=shutdown
        )
        if tiers is None:
            return 0
        if store is not None and store.warning:
            report.event(events.warning(store.warning))
        started = events.started(
            network=config.network,
            worker_id=network.worker_id,
            model=upstream.model,
            tiers=tiers,
            jobs=config.jobs,
        )
        report.event(started)
        runner = Runner(config, tiers, network=network, upstream=upstream, reporter=report, shutdown=shutdown)
        try:
            return await runner.run()
        finally:
            report.event(events.stopped(runner.stats))
    finally:
        if store is not None:
            store.close()


async def _model(config: Config, upstream: Upstream) -> str:
    try:
        listed = await upstream.models()
    except UpstreamError as error:
        raise BadInput(f"Nothing to serve from at {config.upstream}: {error}.") from error
    if listed is None and urlsplit(config.upstream).path in ("", "/"):
        raise BadInput(
            f"{config.upstream} answers, but has no list of models: did you mean {config.upstream}/v1?"
        )
    return choose_model(config.model, listed)


async def _introduce(
    config: Config,
    network: Network,
    *,
    model: str,
    store: Store | None,
    report: Reporter,
    shutdown: Shutdown,
) -> tuple[str, ...] | None:
    """Becomes a worker of the network; the tiers to serve, or None when told to stop before that."""
    found: list[tuple[str, ...]] = []

    def tell(trouble: str) -> None:
        detail = f"{trouble.rstrip('.')}, trying again"
        report.event(events.state("network_away", detail))
        report.draw(View("network_away", detail, 0, 0.0, 0, 0))

    async def introduce() -> None:
        introduction = Introduction(config, network, tell)
        if store is not None and config.api_key:
            found.append(await introduction.by_api_key(config.api_key, model, store))
        else:
            found.append(await introduction.by_token(config.worker_token or ""))

    await first(introduce(), shutdown.draining.wait())
    return found[0] if found else None


def _client(url: str) -> httpx.AsyncClient:
    """A client for one server. A proxy from the environment is not used for this machine itself."""
    return httpx.AsyncClient(
        trust_env=not is_loopback(url),
        headers={"User-Agent": f"ashao-worker/{__version__}"},
        limits=httpx.Limits(max_connections=JOBS_MAX * 2 + 4, keepalive_expiry=GOODBYE_S),
        follow_redirects=False,
    )
