"""Django looks for an app's models here; the network's are the orchestrator's."""

from workers.jobs.models import Job, JobPayload, Worker

__all__ = ["Job", "JobPayload", "Worker"]
