"""Django looks for an app's models here; the network's are the orchestrator's."""

from workers.jobs.models import Job, JobPayload, Worker
from workers.trust.models import EscrowSource, EscrowTally, OwnerTrust

__all__ = ["EscrowSource", "EscrowTally", "Job", "JobPayload", "OwnerTrust", "Worker"]
