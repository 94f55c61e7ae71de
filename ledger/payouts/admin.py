"""Payouts in the admin: by state, each with what was decided and sent, and the ways to the pages that decide."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import action, display

from ashao_site.accounts.models import User
from ashao_site.staff import words
from ashao_site.staff.asked import APPROVE_PAYOUTS, SIGN_PAYOUTS, may
from ashao_site.staff.readonly import ReadOnlyAdmin
from ledger.books.money import format_usd
from ledger.payouts import queries
from ledger.payouts.models import Payout, PayoutDecision
from ledger.payouts.pages.chosen import MAX_SELECTED, page_url
from ledger.payouts.pages.decide import DECISIONS, decide_page
from ledger.payouts.pages.history import history, tabs
from ledger.payouts.pages.safe import safe_page, safe_record_page
from ledger.payouts.pages.sign import prepare_view, sign_page, submit_view
from ledger.payouts.queries import approvals_needed
from ledger.payouts.states import OPEN, PayoutState, SignedBy

LABELS = {
    "requested": "warning",
    "approved": "info",
    "signed": "info",
    "broadcast": "info",
    "included": "primary",
    "final": "success",
    "failed": "danger",
}


class OpenFilter(admin.SimpleListFilter):
    """Those whose money is still set aside."""

    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Open"), ("problem", "With a problem")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payout]) -> QuerySet[Payout]:
        if self.value() == "yes":
            return queryset.filter(state__in=OPEN)
        return queryset.filter(state__in=OPEN).exclude(problem="") if self.value() == "problem" else queryset


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    """Payouts by state. Staff look here, and decide on the pages behind the actions."""

    list_display = ("public_id", "amount", "state_label", "age", "approvals", "problem_sentence", "payee")
    list_filter = ("state", "signed_by", OpenFilter)
    search_fields = ("public_id__exact", "wallet__iexact", "tx_hash__exact")
    search_help_text = "The whole id, wallet or transaction of a payout."
    ordering = ("-id",)
    actions = (
        "approve_selected",
        "reject_selected",
        "sign_selected",
        "safe_selected",
        "retry_selected",
        "fail_selected",
    )
    actions_list = ["sign_approved", "open_safe"]
    actions_detail = ["approve_one", "reject_one", "sign_one", "retry_one", "fail_one"]
    change_form_outer_after_template = "admin/ledger/payout_after.html"
    list_before_template = "admin/ledger/payout_before.html"
    fields = readonly_fields = (
        "public_id",
        "amount",
        "state_label",
        "problem",
        "problem_at",
        "approvals",
        "payee",
        "wallet",
        "requested_at",
        "approved_at",
        "signed_by",
        "signed_at",
        "transaction",
        "included_at",
        "final_at",
        "failed_at",
        "nonce",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payout]:
        """With the number of people who have approved each, and the public id of who gets it."""
        given = PayoutDecision.objects.filter(payout=OuterRef("pk"), decision="approve").order_by()
        approvals = Coalesce(Subquery(given.values("payout").annotate(count=Count("pk")).values("count")), 0)
        payee = User.objects.filter(pk=OuterRef("user_id")).values("public_id")[:1]
        return Payout.objects.annotate(approval_count=approvals, payee_id=Subquery(payee))

    def get_urls(self) -> list[URLPattern]:
        """The pages that decide come first: their paths could be ids."""
        pages = [
            ("decide/<str:what>/", decide_page, "decide"),
            ("sign/", sign_page, "sign"),
            ("sign/prepare/", prepare_view, "sign_prepare"),
            ("sign/submit/", submit_view, "sign_submit"),
            ("safe/", safe_page, "safe"),
            ("safe/record/", safe_record_page, "safe_record"),
        ]
        mine = [
            path(route, self.admin_site.admin_view(view), name=f"ledger_payout_{name}")
            for route, view, name in pages
        ]
        return [*mine, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With a tab for each state, and what keeps payouts as a whole from going on."""
        shown = {"payout_tabs": tabs(request), "relayer_problem": queries.relayer_problem()}
        answer: HttpResponse = super().changelist_view(request, {**shown, **(extra_context or {})})
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With what was decided, sent and written down about it."""
        payout = Payout.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        shown = history(payout) if payout is not None else {}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**shown, **(extra_context or {})}
        )
        return answer

    @admin.display(description="amount", ordering="amount_micros")
    def amount(self, payout: Payout) -> str:
        return format_usd(payout.amount_micros)

    @display(description="state", ordering="state", label=LABELS)  # type: ignore[untyped-decorator]
    def state_label(self, payout: Payout) -> str:
        return payout.state

    @admin.display(description="age", ordering="requested_at")
    def age(self, payout: Payout) -> str:
        """Since it was requested."""
        return timesince(payout.requested_at, depth=1)

    @admin.display(description="approvals")
    def approvals(self, payout: Any) -> str:
        """Given, of those needed."""
        return f"{payout.approval_count} of {approvals_needed(payout)}"

    @admin.display(description="payee")
    def payee(self, payout: Any) -> SafeString:
        return words.person_link(payout.user_id, payout.payee_id or str(payout.user_id))

    @admin.display(description="problem", ordering="problem")
    def problem_sentence(self, payout: Payout) -> SafeString | str:
        """What it waits for, or why it failed; in a list it may not make the column as wide as the sentence."""
        shown = format_html(
            '<span style="display:block;min-width:12rem;white-space:normal">{}</span>', payout.problem
        )
        return shown if payout.problem else ""

    @admin.display(description="transaction")
    def transaction(self, payout: Payout) -> SafeString | str:
        """The one that paid it."""
        return words.transaction(payout.tx_hash, whole=True)

    def has_approve_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return may(request, APPROVE_PAYOUTS)

    def has_sign_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return may(request, SIGN_PAYOUTS)

    @admin.action(description="Approve…", permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        """To the page that shows what will happen."""
        return self._go("ledger_payout_decide", request, queryset, "approve")

    @admin.action(description="Reject…", permissions=["approve"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        """To the page that shows what will happen."""
        return self._go("ledger_payout_decide", request, queryset, "reject")

    @admin.action(description="Sign with the treasury's wallet…", permissions=["sign"])
    def sign_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        """To the page on which the wallet signs."""
        return self._go("ledger_payout_sign", request, queryset)

    @admin.action(description="Make a file for a Safe…", permissions=["sign"])
    def safe_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        """To the page that shows what will be in the file."""
        return self._go("ledger_payout_safe", request, queryset)

    @admin.action(description="Sign again…", permissions=["sign"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        """To the page that shows what will happen."""
        return self._go("ledger_payout_decide", request, queryset, "retry")

    @admin.action(description="Give the money back…", permissions=["approve"])
    def fail_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        """To the page that shows what will happen."""
        return self._go("ledger_payout_decide", request, queryset, "fail")

    def _go(
        self, page: str, request: HttpRequest, queryset: QuerySet[Payout], *args: str
    ) -> HttpResponse | None:
        chosen = list(queryset.order_by("id")[: MAX_SELECTED + 1])
        if len(chosen) > MAX_SELECTED:
            messages.warning(
                request,
                f"Only the {MAX_SELECTED} oldest of these are shown: go on with the others after them.",
            )
        return HttpResponseRedirect(page_url(page, chosen[:MAX_SELECTED], *args))

    @action(description="Sign all approved", url_path="sign-approved", permissions=["sign"])  # type: ignore[untyped-decorator]
    def sign_approved(self, request: HttpRequest) -> HttpResponse:
        """All that wait for a signature."""
        return HttpResponseRedirect(reverse("admin:ledger_payout_sign"))

    @action(description="Safe files", url_path="safe-files", permissions=["sign"])  # type: ignore[untyped-decorator]
    def open_safe(self, request: HttpRequest) -> HttpResponse:
        """What a Safe was given, until it is recorded or abandoned."""
        return HttpResponseRedirect(reverse("admin:ledger_payout_safe_record"))


def _detail_action(
    name: str, description: str, right: str, states: frozenset[PayoutState]
) -> tuple[Callable[..., Any], Callable[..., bool]]:
    """A button of a payout's page, and whether it is shown: with the right, in the states where it can work."""

    def allowed(self: PayoutAdmin, request: HttpRequest, object_id: object = None) -> bool:
        payout = (
            Payout.objects.filter(pk=str(object_id)).first() if str(object_id or "").isdecimal() else None
        )
        if payout is None or payout.signed_by == SignedBy.SAFE:
            return False
        return may(request, right) and payout.state in states

    def go(self: PayoutAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        chosen = Payout.objects.filter(pk=object_id)
        if name == "sign":
            return HttpResponseRedirect(page_url("ledger_payout_sign", chosen))
        return HttpResponseRedirect(page_url("ledger_payout_decide", chosen, name))

    go.__name__ = f"{name}_one"
    button = action(description=description, url_path=f"{name}-one", permissions=[f"{name}_one"])(go)
    return button, allowed


for _name, _decision in DECISIONS.items():
    _button, _allowed = _detail_action(_name, _decision.verb, _decision.right, _decision.states)
    setattr(PayoutAdmin, f"{_name}_one", _button)
    setattr(PayoutAdmin, f"has_{_name}_one_permission", _allowed)
