"""The orchestrator: a job is put in, claimed, streamed, finished and watched through these functions alone.

Postgres holds the durable truth of each job (`postgres`), Redis coordinates who produces it (`redis`).
"""

from workers.jobs.actions.claiming import claim_for_cloud, claim_now, end_without_cloud
from workers.jobs.actions.ending import stop
from workers.jobs.actions.handing_over import fail
from workers.jobs.actions.machines import heartbeat, reconsider, release, remove
from workers.jobs.actions.producing import TOKENS_MAX, append, complete, make_free, note_model
from workers.jobs.actions.queueing import assign_owner, submit
from workers.jobs.models import owner_tag
from workers.jobs.postgres.rows import state_of
from workers.jobs.postgres.settling import job_finished
from workers.jobs.pricing import (
    KINDS,
    MODEL_NAME,
    PRICE_CREDITS,
    TIER_NAME,
    TIERS,
    TIERS_OF,
    Tier,
    WorkerKind,
    shown_tiers,
)
from workers.jobs.queries import live_machines_of, network_status
from workers.jobs.receipts import rate, receipts_of
from workers.jobs.redis.texts import have_readers_look
from workers.jobs.states import Finish, State
from workers.jobs.stream import bad_position, mark_of, subscribe
from workers.jobs.values import (
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
    "KINDS",
    "MODEL_NAME",
    "PRICE_CREDITS",
    "TIERS",
    "TIERS_OF",
    "TIER_NAME",
    "TOKENS_MAX",
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
    "bad_position",
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
    "shown_tiers",
    "state_of",
    "stop",
    "submit",
    "subscribe",
]
