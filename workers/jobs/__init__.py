"""The orchestrator: a job is put in, claimed, streamed, finished and watched through these functions alone.

Postgres holds the durable truth of each job (`records`), Redis coordinates who produces it (`store`).
"""

from workers.jobs.actions import (
    append,
    claim_for_cloud,
    claim_now,
    complete,
    end_without_cloud,
    fail,
    heartbeat,
    make_free,
    reconsider,
    release,
    remove,
    stop,
    submit,
)
from workers.jobs.ownership import assign_owner
from workers.jobs.pricing import MODEL_NAME, PRICE_CREDITS, TIER_NAME, TIERS_OF, Tier, WorkerKind
from workers.jobs.queries import live_machines_of, network_status, state_of
from workers.jobs.receipts import note_model, rate, receipts_of
from workers.jobs.signals import job_finished
from workers.jobs.states import Finish, State
from workers.jobs.stream import have_readers_look, mark_of, subscribe
from workers.jobs.tags import owner_tag
from workers.jobs.types import (
    Broke,
    ChunkKind,
    Claimed,
    Ended,
    Event,
    Gone,
    Holder,
    Look,
    Message,
    Messages,
    Outcome,
    Pulse,
    Quiet,
    Receipt,
    Reset,
    Text,
    Thought,
)
from workers.jobs.visible import is_blank

__all__ = [
    "MODEL_NAME",
    "PRICE_CREDITS",
    "TIERS_OF",
    "TIER_NAME",
    "Broke",
    "ChunkKind",
    "Claimed",
    "Ended",
    "Event",
    "Finish",
    "Gone",
    "Holder",
    "Look",
    "Message",
    "Messages",
    "Outcome",
    "Pulse",
    "Quiet",
    "Receipt",
    "Reset",
    "State",
    "Text",
    "Thought",
    "Tier",
    "WorkerKind",
    "append",
    "assign_owner",
    "claim_for_cloud",
    "claim_now",
    "complete",
    "end_without_cloud",
    "fail",
    "have_readers_look",
    "heartbeat",
    "is_blank",
    "job_finished",
    "live_machines_of",
    "make_free",
    "mark_of",
    "network_status",
    "note_model",
    "owner_tag",
    "rate",
    "receipts_of",
    "reconsider",
    "release",
    "remove",
    "state_of",
    "stop",
    "submit",
    "subscribe",
]
