"""Puts the parts together for one run."""

import asyncio
import os
import sys
from urllib.parse import urlsplit

import httpx

from . import __version__, events
from .config import Config, is_loopback
from .errors import BadInput, Cause, UpstreamError, WorkerError
from .identity import Introduction, Store, open_store
from .limits import GOODBYE_S, JOBS_MAX, SLOW_S, UPSTREAM_FIRST_S, UPSTREAM_MAX_S
from .network import Network
from .retries import Backoff
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
        context=config.context,
    )
    await first(_until_ready(config, upstream, report), shutdown.draining.wait())
    if not upstream.probed:
        return 0
    store = open_store(config, upstream.model, os.environ) if config.api_key else None
    try:
        tiers = await _introduce(
            config, network, upstream=upstream, store=store, report=report, shutdown=shutdown
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


async def _until_ready(config: Config, upstream: Upstream, report: Reporter) -> None:
    """Waits until the model answers: nobody should get a job for one that is still being loaded.

    Raises `BadInput` where there is nothing to wait for.
    """
    backoff, told = Backoff(UPSTREAM_FIRST_S, UPSTREAM_MAX_S), ""

    def tell(trouble: str) -> None:
        nonlocal told
        if trouble != told:
            told = trouble
            report.event(events.state("upstream_loading", trouble))
        report.draw(View("upstream_loading", trouble, 0, 0.0, 0, 0))

    slow = asyncio.get_running_loop().call_later(SLOW_S, tell, "waiting for the model server's first answer")
    try:
        while True:
            try:
                upstream.model = await _model(config, upstream)
                await upstream.probe()
                await upstream.find_thinking()
                await upstream.find_context()  # of the model as it is loaded now
                return
            except UpstreamError as error:
                tell(f"{error}, waiting for it")
                await asyncio.sleep(backoff.pause_s())
    finally:
        slow.cancel()


async def _model(config: Config, upstream: Upstream) -> str:
    try:
        listed = await upstream.models()
    except UpstreamError as error:
        if error.cause is Cause.LOADING:
            raise
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
    upstream: Upstream,
    store: Store | None,
    report: Reporter,
    shutdown: Shutdown,
) -> tuple[str, ...] | None:
    """Becomes a worker of the network; the tiers to serve, or None when told to stop before that."""
    introduced: list[tuple[str, ...]] = []

    def tell(trouble: str) -> None:
        detail = f"{trouble.rstrip('.')}, trying again"
        report.event(events.state("network_away", detail))
        report.draw(View("network_away", detail, 0, 0.0, 0, 0))

    async def introduce() -> None:
        introduction = Introduction(config, network, tell)
        if store is not None and config.api_key:
            introduced.append(
                await introduction.by_api_key(config.api_key, upstream.model, upstream.context, store)
            )
        else:
            introduced.append(await introduction.by_token(config.worker_token or ""))

    await first(introduce(), shutdown.draining.wait())
    return introduced[0] if introduced else None


def _client(url: str) -> httpx.AsyncClient:
    """A client for one server. A proxy from the environment is not used for this machine itself."""
    return httpx.AsyncClient(
        trust_env=not is_loopback(url),
        headers={"User-Agent": f"ashao-worker/{__version__}"},
        limits=httpx.Limits(max_connections=JOBS_MAX * 2 + 4, keepalive_expiry=GOODBYE_S),
        follow_redirects=False,
    )
