"""Staff see jobs and workers: no prompt, no answer, no wallet beside a job."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from workers.jobs.models import Job, Worker
from workers.trust.admin import OwnerTrustAdmin

__all__ = ["JobAdmin", "OwnerTrustAdmin", "WorkerAdmin"]


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Staff look; the network writes."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody deletes a row by hand."""
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs: states, times, figures."""

    list_display = [
        "public_id",
        "tier",
        "state",
        "served_by",
        "attempts",
        "tokens",
        "created_at",
        "finished_at",
    ]
    list_filter = ["state", "tier", "served_by"]
    search_fields = ["public_id__exact"]
    date_hierarchy = "created_at"
    exclude = ["avoid", "lease_hash", "worker"]


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Workers: what they are and when they were seen."""

    list_display = [
        "public_id",
        "kind",
        "model",
        "tiers",
        "tokens_per_second",
        "last_seen_at",
        "paused_at",
        "removed_at",
    ]
    list_filter = ["kind"]
    search_fields = ["public_id__exact", "model"]
    exclude = ["token_hash", "owner"]
