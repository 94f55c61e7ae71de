"""What the program tells: each event has fields for programs and a sentence for people.

No event carries prompt or answer text, and none could: its fields are ids, numbers and our own words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .answers import Claim
from .job import Done, Failed, Lost, Outcome
from .stats import Stats
from .text import clean, usd

Value = str | int | float | bool | list[str]


@dataclass(frozen=True)
class Event:
    """`notable` ones are shown above the live status line too, which covers the rest."""

    name: str
    fields: Mapping[str, Value]
    sentence: str
    notable: bool = False


def started(*, network: str, worker_id: str, model: str, tiers: Sequence[str], jobs: int) -> Event:
    """The worker is known to the network and begins."""
    fields: dict[str, Value] = {
        "network": network,
        "workerId": worker_id,
        "model": model,
        "tiers": list(tiers),
        "jobs": jobs,
    }
    sentence = f"Serving {clean(model)} to {network} as {clean(worker_id)} ({', '.join(tiers)})."
    return Event("started", fields, sentence, notable=True)


def claimed(claim: Claim) -> Event:
    """A job is ours."""
    job_id = clean(claim.job_id)
    fields: dict[str, Value] = {
        "jobId": job_id,
        "tier": clean(claim.tier),
        "valueMicros": claim.value_micros,
    }
    return Event("claimed", fields, f"Claimed {job_id} ({clean(claim.tier)}).")


def ended(claim: Claim, outcome: Outcome) -> Event:
    """A job is no longer ours, one way or another."""
    job_id = clean(claim.job_id)
    if isinstance(outcome, Done):
        seconds = round(outcome.seconds, 3)
        fields: dict[str, Value] = {
            "jobId": job_id,
            "tokens": outcome.tokens,
            "seconds": seconds,
            "earnedMicros": outcome.earned_micros,
            "finish": outcome.finish,
        }
        earned = usd(outcome.earned_micros)
        return Event("done", fields, f"Done {job_id}: {outcome.tokens} tokens, {seconds:.1f} s, {earned}.")
    reason = clean(outcome.reason)
    if isinstance(outcome, Failed):
        return Event(
            "failed", {"jobId": job_id, "reason": reason}, f"Handed on {job_id}: {reason}.", notable=True
        )
    if isinstance(outcome, Lost):
        return Event(
            "lost",
            {"jobId": job_id, "reason": reason},
            f"Lost {job_id}: {reason.rstrip('.')}.",
            notable=True,
        )
    raise AssertionError(outcome)


def state(name: str, detail: str) -> Event:
    """What the program is doing has changed."""
    return Event("state", {"state": name, "detail": detail}, f"{detail[:1].upper()}{detail[1:]}.")


def warning(sentence: str) -> Event:
    """Something to know that stops nothing."""
    return Event("warning", {"message": clean(sentence)}, clean(sentence), notable=True)


def error(sentence: str) -> Event:
    """Why the program ends early."""
    return Event("error", {"message": clean(sentence)}, clean(sentence), notable=True)


def stopped(stats: Stats) -> Event:
    """The last word: what this run did."""
    fields: dict[str, Value] = {
        "done": stats.done,
        "failed": stats.failed,
        "lost": stats.lost,
        "tokens": stats.tokens,
        "earnedMicros": stats.earned_micros,
    }
    sentence = (
        f"Stopped after {stats.done} jobs and {stats.tokens} tokens, {usd(stats.earned_micros)} earned."
    )
    return Event("stopped", fields, sentence, notable=True)
