"""The bodies of the worker calls: strict, bounded, and the source of their OpenAPI description."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from workers.jobs import TOKENS_MAX, Tier

CHUNK_MAX_CHARS = 16_000
SEQ_MAX = 1_000_000
CLAIM_WAIT_DEFAULT_MS = 4_000
CLAIM_WAIT_MAX_MS = 25_000
REASON_MAX_CHARS = 500
HEARTBEAT_JOBS_MAX = 64

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
TierName = Literal["pro", "max"]
Lease = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Body(BaseModel):
    """Strict: a number is not a text. Fields that are not known are ignored, so that clients may be newer."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class ClaimBody(Body):
    """Ask for a job: of one `tier`, or of the first of `tiers` that has one."""

    workerId: Id | None = None
    tier: TierName | None = None
    tiers: Annotated[list[TierName], Field(min_length=1, max_length=4)] | None = None
    waitMs: Annotated[int, Field(ge=0, le=CLAIM_WAIT_MAX_MS)] = CLAIM_WAIT_DEFAULT_MS

    def wanted(self, served: tuple[Tier, ...]) -> list[Tier]:
        """The tiers that are asked for, in order, each once; without any, all that the worker serves."""
        asked: list[str] = list(self.tiers or ([self.tier] if self.tier else served))
        return list(dict.fromkeys(Tier(tier) for tier in asked))


class JobBody(Body):
    """A call about a job that the worker holds."""

    jobId: Id
    workerId: Id | None = None
    lease: Lease


class TokenBody(JobBody):
    """One numbered chunk; `seq` counts from 0 for each lease. `reasoning` is no part of the answer."""

    kind: Literal["text", "reasoning"] = "text"

    seq: Annotated[int, Field(ge=0, le=SEQ_MAX)]
    value: Annotated[str, StringConstraints(max_length=CHUNK_MAX_CHARS)]


class CompleteBody(JobBody):
    """The answer is whole."""

    tokens: Annotated[int, Field(ge=0, le=TOKENS_MAX)]
    finish: Literal["stop", "length"] = "stop"


class FailBody(JobBody):
    """The worker gives the job up; `reason` is for its owner, and is not kept beside the text."""

    reason: Annotated[str, StringConstraints(max_length=REASON_MAX_CHARS)] = ""


class HeartbeatBody(Body):
    """A sign of life. With `jobs`, only the leases of these are renewed; without, those of all that is held.

    `ready: false` says that it could take no job now: it does not count as live.
    """

    workerId: Id | None = None
    jobs: Annotated[list[Id], Field(max_length=HEARTBEAT_JOBS_MAX)] | None = None
    ready: bool = True
    tokensPerSecond: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None


class ReleaseBody(Body):
    """Goodbye. A closing tab cannot set headers, so its token may be in the body."""

    workerId: Id | None = None
    workerToken: Annotated[str, StringConstraints(max_length=128)] | None = None
    token: Annotated[str, StringConstraints(max_length=128)] | None = None


BODIES: dict[str, type[JobBody] | type[ClaimBody] | type[HeartbeatBody] | type[ReleaseBody]] = {
    "claim": ClaimBody,
    "token": TokenBody,
    "complete": CompleteBody,
    "fail": FailBody,
    "heartbeat": HeartbeatBody,
    "release": ReleaseBody,
}
"""By the name of the call."""
