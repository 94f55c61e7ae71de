"""Stopping: first politely, then at once."""

import asyncio
import signal
from collections.abc import Awaitable

from .config import Config
from .limits import DRAIN_TERM_S


class Shutdown:
    """`draining`: claim nothing more. `halting`: hand back what runs, now.

    The first Ctrl-C drains for as long as the settings say, SIGTERM for a shorter time; a second of
    either hands back at once.
    """

    def __init__(self) -> None:
        self.draining = asyncio.Event()
        self.halting = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def request(self, drain_s: float | None = None) -> None:
        """Asks to stop; asking again hands back at once. Without `drain_s` jobs finish in their time."""
        if self.draining.is_set():
            self.halting.set()
            return
        self.draining.set()
        if drain_s is not None:
            self._timer = asyncio.get_running_loop().call_later(drain_s, self.halting.set)

    def listen(self, config: Config) -> None:
        """Takes SIGINT and SIGTERM from now on."""
        loop = asyncio.get_running_loop()
        waits_s = {
            signal.SIGINT: config.drain_s,
            signal.SIGTERM: min(config.drain_s, DRAIN_TERM_S),
        }
        for number, drain_s in waits_s.items():
            try:
                loop.add_signal_handler(number, self.request, drain_s)
            except NotImplementedError:  # Windows
                signal.signal(
                    number,
                    lambda *_, drain_s=drain_s: loop.call_soon_threadsafe(self.request, drain_s),
                )

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


async def first(*waits: Awaitable[object]) -> None:
    """Returns when the first one is over, cancels the others, and raises what that one raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
