"""How far the chain is read, in the admin, and the page on which staff take an alarm of it off."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.chain.indexer.models import ChainCursor
from ashao_site.lib.clock import now
from ashao_site.staff import words
from ashao_site.staff.asked import RECONCILE, is_row_id, may, me, posted, require_right
from ashao_site.staff.readonly import ReadOnlyAdmin
from ashao_site.staff.review import NoteForm, Step, decide
from ledger.reconciliation.actions import clear_alarm


@admin.register(ChainCursor)
class ChainCursorAdmin(ReadOnlyAdmin):
    """How far each chain is read, and what keeps it from being read further."""

    list_display = ("chain_id", "block", "block_age", "read_age", "state_label")
    list_before_template = change_form_before_template = "admin/staff/money_before.html"
    actions_detail = ["clear_alarm"]
    fields = readonly_fields = (
        "chain_id",
        "block",
        "hash_of_block",
        "block_at",
        "block_age",
        "read_at",
        "read_age",
        "range_blocks",
        "problem",
        "problem_at",
        "alarm",
        "alarm_at",
    )

    @admin.display(description="its hash")
    def hash_of_block(self, cursor: ChainCursor) -> SafeString:
        return words.breaking(cursor.block_hash)

    @admin.display(description="its block is from")
    def block_age(self, cursor: ChainCursor) -> str:
        """By the chain's clock."""
        return words.age(cursor.block_at, now())

    @admin.display(description="last read")
    def read_age(self, cursor: ChainCursor) -> str:
        return words.age(cursor.read_at, now())

    @display(description="state", label={"alarm": "danger", "problem": "warning", "read": "success"})  # type: ignore[untyped-decorator]
    def state_label(self, cursor: ChainCursor) -> str:
        if cursor.alarm:
            return "alarm"
        return "problem" if cursor.problem else "read"

    def has_reconcile_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may take an alarm off."""
        return may(request, RECONCILE)

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """None without an alarm."""
        actions: list[Any] = super().get_actions_detail(request, object_id)
        return actions if _has_alarm(object_id) else []

    @action(  # type: ignore[untyped-decorator]
        description="Clear the alarm", url_path="clear-alarm", permissions=["reconcile"]
    )
    def clear_alarm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page on which staff let the reading go on."""
        return clear_alarm_page(request, object_id)


@second_factor_required
def clear_alarm_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """Let the chain be read again after somebody has looked."""
    require_right(request, RECONCILE)
    cursor = ChainCursor.objects.filter(pk=object_id).first() if is_row_id(object_id) else None
    if cursor is None:
        raise Http404

    def act(cleaned: dict[str, Any]) -> str:
        clear_alarm(staff=me(request), note=cleaned["note"])
        return "The alarm is off. The chain is read again from the last block that is still part of it."

    step = Step(
        title="Clear the chain's alarm",
        intro="Reading goes on from the last block that is still part of the chain. Nothing that was credited is "
        "taken back: if the reconciliation is red afterwards, docs/reconciliation.md says what to do.",
        verb="Clear the alarm",
        back_url=reverse("admin:chain_chaincursor_change", args=[cursor.pk]),
        facts=[
            ("Alarm", cursor.alarm or "none"),
            ("Since", cursor.alarm_at.strftime("%Y-%m-%d %H:%M:%S UTC") if cursor.alarm_at else "-"),
            ("Read up to block", f"{cursor.block:,}"),
        ],
        danger=True,
    )
    return decide(request, step, NoteForm(posted(request)), act)


def _has_alarm(object_id: str) -> bool:
    """Whether the chain with this id of its row has an alarm."""
    return is_row_id(object_id) and ChainCursor.objects.filter(pk=object_id).exclude(alarm="").exists()
