"""Everything that somebody of the staff should look at, in sentences. Apps register what they know; this knows none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class AlarmLevel(StrEnum):
    """How soon somebody should look."""

    DANGER = "danger"
    """Now: money stands still, or does not add up."""
    WARNING = "warning"
    """Today: somebody waits."""
    INFO = "info"
    """Nobody has to: it is as it should be."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sentence, and the page that has more. `code` is stable."""

    code: str
    level: AlarmLevel
    sentence: str
    link: str = ""


Source = Callable[[], Iterable[Alarm]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Ask this source from now on, for every page: it must be cheap. Called when the apps get ready."""
    _sources[name] = source


def alarms() -> list[Alarm]:
    """All of them, the worst first. A handful of queries, each of an index; waits half a second for a dead node."""
    raised = [alarm for source in _sources.values() for alarm in source()]
    return sorted(raised, key=lambda alarm: list(AlarmLevel).index(alarm.level))


def counted(count: int, noun: str) -> str:
    """A number of them, in words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
