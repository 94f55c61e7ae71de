"""The nouns of the orchestrator, frozen. Pure."""

from dataclasses import dataclass
from typing import Literal, TypedDict

from workers.jobs.pricing import Tier
from workers.jobs.states import Finish, State


class Message(TypedDict):
    """One message of a conversation, as a worker receives it."""

    role: Literal["system", "user", "assistant"]
    content: str


Messages = list[Message]
ChunkKind = Literal["text", "reasoning"]
"""What a chunk is: a piece of the answer, or of what the model thinks before it. Only the answer is kept and paid."""


LOOK_UP_BATCH = 500
"""How many jobs or workers are looked up at once."""


@dataclass(frozen=True, slots=True)
class Needs:
    """How many tokens a job's messages are: all, and what is never left out (the question, what the system says)."""

    whole: int
    least: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """What of the messages is read: `read_chars` of `asked_chars`."""

    messages: Messages
    read_chars: int
    asked_chars: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.read_chars == self.asked_chars


@dataclass(frozen=True, slots=True)
class Queued:
    """A job that waits, as Postgres knows it and Redis needs it."""

    id: str
    tier: Tier
    model: str
    value_micros: int
    messages: Messages
    text: str
    avoid: str
    created_ms: int
    front: bool
    for_workers: bool
    needs: Needs


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims: a worker (`worker_pk` set), or the cloud. `avoid` is the tag of its owner's own jobs.

    `model` is what the answer is made with: as the worker registered it, or as the cloud's provider calls it.
    """

    id: str
    kind: str
    worker_pk: int | None = None
    owner_id: int | None = None
    avoid: str = ""
    jobs_max: int = 0
    model: str = ""
    reads_tokens: int = 0
    """How many tokens its model reads, the answer's room left free; 0: as many as there are."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job and the lease under which it may be produced. `prefix` is text that the person has read already."""

    id: str
    tier: Tier
    model: str
    value_micros: int
    messages: Messages
    prefix: str
    lease: str
    lease_ms: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a sign of life is answered with: the ids that are held, and those that the person has stopped."""

    jobs: list[str]
    stop: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended; sent with `job_finished` inside the transaction that ends it."""

    job_id: str
    state: State
    finish: Finish | None
    text: str
    tokens: int
    charged_micros: int
    error: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer was made with and what it cost: no identity, and nothing of what was said.

    `seconds` are from the first producer's claim to the end, hand-overs included. `tokens` were counted by the
    producer that ended it; of an answer that was stopped, the pieces that it had sent. Of one that is `simulated`
    at least a part is prepared text, and it is free. Where the conversation was too long for the network or for every
    machine, `read_chars` of `asked_chars` characters were read; otherwise both are 0.
    """

    served_by: str
    model: str
    tokens: int
    seconds: float
    charged_micros: int
    handed_over: bool
    simulated: bool
    read_chars: int = 0
    asked_chars: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of an answer. `end` is the number of bytes of the answer up to its end, and `mark` what `mark_of` says of
    them: the two name the place."""

    value: str
    end: int
    mark: str


@dataclass(frozen=True, slots=True)
class Reset:
    """What was read so far is not how the answer goes, since Redis was lost: it comes anew, from its beginning."""


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of the model's reasoning, as it comes: no part of the answer, and not kept anywhere."""

    value: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is whole."""

    tokens: int
    finish: str


@dataclass(frozen=True, slots=True)
class Broke:
    """The job failed and was not charged."""

    message: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing has come for a while; the job goes on."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The network no longer has this stream: the conversation has the answer, if there is one."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody may have lost the right to read this: each reader looks whether it was they. Nothing else is told."""


Event = Text | Reset | Thought | Ended | Broke | Quiet | Gone | Look
