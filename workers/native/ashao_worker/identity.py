"""Who this worker is on the network, and how it is the same one after a restart."""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from .answers import Identity
from .config import TIERS, Config
from .errors import Away, BadInput, Fatal, OddAnswer, Refused, Revoked
from .limits import AWAY_FIRST_S, AWAY_MAX_S, IDENTITIES_MAX, RETRY_AFTER_IDLE_MAX_S
from .network import Network
from .retries import Backoff

if sys.platform != "win32":
    import fcntl

T = TypeVar("T")

DEFAULT_TIERS = ("max", "pro")  # the better paid first


class Store:
    """The file that keeps one worker's token, readable by its owner only.

    Two programs with the same key and model are two workers: each holds its file's lock while it runs,
    and the second one takes the next file. Else a goodbye of one would hand back the other's jobs.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path: Path | None = None
        self._lock: int | None = None
        self.warning = ""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number in range(1, IDENTITIES_MAX + 1):
                path = folder / f"{name}{'' if number == 1 else f'-{number}'}.json"
                if self._locked(path.with_suffix(".lock")):
                    self._path = path
                    return
            self.warning = "Too many workers of this kind run here: this one will not be remembered."
        except OSError:
            self.warning = f"{folder} cannot be written: this worker will not be remembered."

    def load(self, context: int | None) -> str | None:
        """The token kept, if there is one that was made for a model that reads so much."""
        if self._path is None:
            return None
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(data, dict) or data.get("contextTokens") != context:
            return None  # the network was told otherwise, and matches jobs by it
        token = data.get("workerToken")
        return token if isinstance(token, str) and token.isascii() and token else None

    def save(self, worker_id: str, token: str, context: int | None) -> None:
        """Keeps it; the file is there whole or not at all."""
        if self._path is None:
            return
        kept: dict[str, object] = {"workerId": worker_id, "workerToken": token}
        if context is not None:
            kept["contextTokens"] = context
        fresh = self._path.with_suffix(".new")
        try:
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(kept, file)
            fresh.replace(self._path)
        except OSError:
            self.warning = f"{self._path} cannot be written: this worker will not be remembered."

    def close(self) -> None:
        """Lets the lock go."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _locked(self, path: Path) -> bool:
        if sys.platform == "win32":
            return True
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._lock = descriptor
        return True


def open_store(config: Config, model: str, env: Mapping[str, str]) -> Store:
    """The store for this network, key and model."""
    base = env.get("XDG_STATE_HOME", "")
    # The specification says that a relative path is to be ignored.
    folder = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state"
    secret = "\n".join((config.network, config.api_key or "", model))
    return Store(folder / "ashao-worker", hashlib.sha256(secret.encode()).hexdigest()[:32])


class Introduction:
    """Makes `network` a known worker's view. `tell` is given what keeps it waiting, once for each reason."""

    def __init__(self, config: Config, network: Network, tell: Callable[[str], None]) -> None:
        self._config = config
        self._network = network
        self._tell = tell

    async def by_token(self, token: str) -> tuple[str, ...]:
        """Becomes the worker whose token was given; the tiers to serve."""
        try:
            identity = await self._patiently(lambda: self._network.identify(token))
        except Revoked as revoked:
            raise BadInput(f"The network does not accept this worker token ({revoked}).") from revoked
        known = identity.tiers or DEFAULT_TIERS
        wanted = self._config.tiers or tuple(t for t in DEFAULT_TIERS if t in known)
        if not _serves(identity, wanted):
            has = ", ".join(t for t in known if t in TIERS) or "none that this program knows"
            raise BadInput(f"This worker was made for these tiers: {has}. Choose among them with --tiers.")
        return wanted

    async def by_api_key(
        self, api_key: str, model: str, context: int | None, store: Store
    ) -> tuple[str, ...]:
        """Becomes the worker kept in `store`, or a new one; the tiers to serve."""
        wanted = self._config.tiers or DEFAULT_TIERS
        token = store.load(context)
        if token is not None and await self._still_ours(token, wanted):
            return wanted
        try:
            token = await self._patiently(
                lambda: self._network.register(api_key, model, wanted, self._config.name, context)
            )
        except Revoked as revoked:
            raise BadInput(f"The network does not accept this API key ({revoked}).") from revoked
        store.save(self._network.worker_id, token, context)
        return wanted

    async def _still_ours(self, token: str, tiers: Sequence[str]) -> bool:
        try:
            return _serves(await self._patiently(lambda: self._network.identify(token)), tiers)
        except Revoked:
            return False

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Waits for a network that is away; one that is none, or that says no, is an end."""
        backoff = Backoff(AWAY_FIRST_S, AWAY_MAX_S, retry_after_max_s=RETRY_AFTER_IDLE_MAX_S)
        told = ""
        while True:
            try:
                return await call()
            except OddAnswer as odd:
                raise BadInput(f"There is no ashao network at {self._config.network}: {odd}.") from odd
            except Refused as refused:
                raise Fatal(f"The network refused this worker: {refused}") from refused
            except Away as away:
                if str(away) != told:
                    told = str(away)
                    self._tell(told)
                await asyncio.sleep(backoff.pause_s(away.retry_after_s))


def _serves(identity: Identity, tiers: Sequence[str]) -> bool:
    return bool(tiers) and (not identity.tiers or set(tiers) <= set(identity.tiers))
