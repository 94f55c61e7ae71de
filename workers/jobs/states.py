"""The life of a job: one enum, one transition table (the diagram is in docs/architecture.md). Pure."""

from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """What a job is, in Postgres: the durable truth."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Finish(StrEnum):
    """How an answer ended."""

    STOP = "stop"
    LENGTH = "length"
    STOPPED = "stopped"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.DONE, State.FAILED}),
    State.RUNNING: frozenset({State.QUEUED, State.DONE, State.FAILED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
}
"""`queued → done` only by the person's stop, which ends a job at once whoever holds it."""

RedisStatus = Literal["", "queued", "running", "handover", "finishing", "done", "failed"]
"""What a job is in Redis; empty where it is not known there. Two say more than the durable state: it was taken from its
holder and is to be put back, or its text is final and the money is being moved."""

LIVE: tuple[State, ...] = (State.QUEUED, State.RUNNING)


def sources_of(target: State) -> tuple[State, ...]:
    """The states from which a job may go to `target`: the `WHERE` of a conditional UPDATE."""
    return tuple(source for source, targets in TRANSITIONS.items() if target in targets)
