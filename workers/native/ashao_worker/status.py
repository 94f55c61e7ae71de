"""What is printed: a live line on a terminal, plain lines elsewhere, or JSON."""

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TextIO

from .config import Config
from .events import Event
from .text import usd

_CLEAR = "\r\x1b[2K"
_COLOURS = {"good": "\x1b[32m", "waiting": "\x1b[36m", "bad": "\x1b[31m"}
_WAITING = ("waiting", "paused", "finishing", "connecting", "upstream_loading")
_MOODS = {"serving": "good", **dict.fromkeys(_WAITING, "waiting")}


@dataclass(frozen=True)
class View:
    """What the live line shows."""

    state: str
    detail: str
    jobs: int
    tokens_per_second: float
    done: int
    earned_micros: int


class Reporter(Protocol):
    """Takes what is told and drawn."""

    def event(self, event: Event) -> None:
        """Tells an event, once."""

    def draw(self, view: View) -> None:
        """Redraws the live line, where there is one."""

    def close(self) -> None:
        """Leaves the terminal as it was."""


class Quiet:
    """Says nothing; errors are printed by the program itself."""

    def event(self, event: Event) -> None:
        pass

    def draw(self, view: View) -> None:
        pass

    def close(self) -> None:
        pass


class _Lines:
    """Writes to a stream until its reader goes away; the worker goes on without one."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._gone = False

    def write(self, text: str) -> None:
        if self._gone:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):
            self._gone = True


class Json:
    """One JSON object a line, with the event's name and the time in Unix seconds."""

    def __init__(self, out: TextIO) -> None:
        self._lines = _Lines(out)

    def event(self, event: Event) -> None:
        data = {"event": event.name, "at": round(time.time(), 3), **event.fields}
        self._lines.write(json.dumps(data) + "\n")

    def draw(self, view: View) -> None:
        pass

    def close(self) -> None:
        pass


class Plain:
    """One sentence a line."""

    def __init__(self, out: TextIO) -> None:
        self._lines = _Lines(out)

    def event(self, event: Event) -> None:
        self._lines.write(event.sentence + "\n")

    def draw(self, view: View) -> None:
        pass

    def close(self) -> None:
        pass


class Live:
    """One line that is redrawn in place; notable sentences scroll by above it."""

    def __init__(self, out: TextIO, *, colour: bool) -> None:
        self._lines = _Lines(out)
        self._colour = colour
        self._shown = ""

    def event(self, event: Event) -> None:
        """A line above the live one, if it is notable."""
        if event.notable:
            self._lines.write(f"{_CLEAR}{event.sentence}\n{self._shown}")

    def draw(self, view: View) -> None:
        """Redraws when something has changed; the width is asked each time, for windows are resized."""
        line = status_line(view, shutil.get_terminal_size().columns - 1)
        if self._colour and line:
            line = f"{_COLOURS[_MOODS.get(view.state, 'bad')]}{line[0]}\x1b[0m{line[1:]}"
        if line != self._shown:
            self._shown = line
            self._lines.write(_CLEAR + line)

    def close(self) -> None:
        self._shown = ""
        self._lines.write(_CLEAR)


def status_line(view: View, width: int) -> str:
    """The live line in at most `width` characters: what matters least is left out first."""
    head = f"● {view.detail}"
    jobs = f"{view.jobs} job{'' if view.jobs == 1 else 's'}"
    speed = f"{view.tokens_per_second:.0f} tok/s"
    done, earned = f"{view.done} done", f"{usd(view.earned_micros)} earned"
    for parts in ([jobs, speed, done, earned], [jobs, speed, earned], [jobs, earned], [earned]):
        line = f"{head}  {' · '.join(parts)}"
        if len(line) <= width:
            return line
    return head if len(head) <= width else head[: max(0, width - 1)] + "…" * (width > 0)


def reporter(config: Config, out: TextIO, env: Mapping[str, str]) -> Reporter:
    """The one that fits the flags and where the output goes."""
    if config.json:
        return Json(out)
    if config.quiet:
        return Quiet()
    if out.isatty() and env.get("TERM") != "dumb":
        return Live(out, colour=not env.get("NO_COLOR"))
    return Plain(out)
