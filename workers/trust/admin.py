"""Whose escrow is released: the standing of owners of workers, and the page on which staff decide about one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import second_factor_required
from ashao_site.lib.errors import NotFound
from ashao_site.staff.asked import me, require_right
from ashao_site.staff.readonly import ReadOnlyAdmin
from ashao_site.staff.review import Fact, NoteForm, Step, decide
from ashao_site.staff.words import person
from ledger.books import chart
from ledger.books.money import format_usd
from ledger.books.queries import balance
from workers.trust.actions import decide_trust
from workers.trust.models import OwnerTrust, TrustDecision
from workers.trust.queries import standing_of
from workers.trust.release import RELEASED_PER_DAY_MICROS, RELEASED_PER_PAYER_MICROS

DECIDE = "workers.decide_trust"
MAX_PERSON_CHARS = 64
_DAY, _PAYER = format_usd(RELEASED_PER_DAY_MICROS), format_usd(RELEASED_PER_PAYER_MICROS)
LIMITS = f"at most {_DAY} a day, and {_PAYER} of any one payer"
CHOICES = (
    (TrustDecision.TRUSTED, f"Trusted: release the escrow, {LIMITS}"),
    (TrustDecision.NOT_TRUSTED, "Not trusted: the escrow waits, and the rule proposes nothing"),
    (TrustDecision.RULE, "Undecided: the escrow waits, and the rule may propose"),
)


DECISION_NAME = {
    TrustDecision.TRUSTED: "trusted",
    TrustDecision.NOT_TRUSTED: "not trusted",
    TrustDecision.RULE: "undecided",
}


class ProposedFilter(admin.SimpleListFilter):
    """Whom the rule proposes, while nothing is decided."""

    title = "proposed by the rule"
    parameter_name = "proposed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One choice beside all."""
        return [("yes", "Waits for a decision")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OwnerTrust]) -> QuerySet[OwnerTrust]:
        """Those about whom staff are asked."""
        if self.value() == "yes":
            return queryset.filter(decision=TrustDecision.RULE, proposed_at__isnull=False)
        return queryset


class DecideForm(NoteForm):
    """About whom, and what."""

    owner = forms.CharField(
        label="Owner",
        help_text="The public id (usr_…).",
        max_length=MAX_PERSON_CHARS,
        widget=UnfoldAdminTextInputWidget(),
    )
    decision = forms.ChoiceField(label="Decision", choices=CHOICES, widget=UnfoldAdminSelectWidget())


@second_factor_required
def decide_page(request: HttpRequest) -> HttpResponse:
    """Decide about an owner."""
    require_right(request, DECIDE)

    def review(cleaned: dict[str, Any]) -> list[Fact]:
        owner = User.objects.filter(public_id=cleaned["owner"].strip()).first()
        if owner is None:
            raise NotFound("There is no such person.")
        standing = standing_of(owner)
        return [
            ("Owner", owner.public_id),
            ("Now", "trusted" if standing.trusted else "not trusted"),
            ("Decided before", DECISION_NAME[standing.decision]),
            ("The rule proposes to trust them", "yes" if standing.proposed else "no"),
            ("Paid jobs that count", f"{standing.paid_jobs:,} of {standing.paid_jobs_needed:,}"),
            ("Days since the first", f"{standing.days:,} of {standing.days_needed:,}"),
            ("In escrow", format_usd(balance(chart.user_escrow(owner.pk)))),
        ]

    def act(cleaned: dict[str, Any]) -> str:
        owner_id = cleaned["owner"].strip()
        standing = decide_trust(
            staff=me(request),
            owner_public_id=owner_id,
            decision=TrustDecision(cleaned["decision"]),
            note=cleaned["note"],
        )
        return f"{owner_id} is {'trusted' if standing.trusted else 'not trusted'} now."

    step = Step(
        title="Decide whose escrow is released",
        intro="What was earned from free credits waits in escrow until staff trust its owner. Then it is released "
        f"{LIMITS}; all guests are one payer. What has left escrow stays where it is.",
        verb="Decide",
        back_url=reverse("admin:workers_ownertrust_changelist"),
        review=review,
    )
    asked = {"owner": request.GET.get("owner", "")[:MAX_PERSON_CHARS]}
    return decide(
        request, step, DecideForm(request.POST if request.method == "POST" else None, initial=asked), act
    )


@admin.register(OwnerTrust)
class OwnerTrustAdmin(ReadOnlyAdmin):
    """Owners about whom something was decided, or whom the rule proposes."""

    list_display = (
        "owner_id_link",
        "decision_label",
        "proposed_at",
        "escrow",
        "decided_by",
        "decided_at",
        "note",
    )
    list_filter = (ProposedFilter, "decision")
    list_select_related = ("owner", "decided_by")
    search_fields = ("owner__public_id__exact",)
    search_help_text = "The whole public id of an owner."
    ordering = ("-id",)
    actions_list = ["decide_owner"]
    actions_detail = ["decide_this"]
    fields = readonly_fields = (
        "owner_id_link",
        "decision_label",
        "proposed_at",
        "escrow",
        "paid_jobs",
        "days",
        "decided_by",
        "decided_at",
        "note",
    )

    def get_urls(self) -> list[URLPattern]:
        """The page that decides comes first: its path could be an id."""
        page = self.admin_site.admin_view(decide_page)
        return [path("decide/", page, name="workers_ownertrust_decide"), *super().get_urls()]

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return bool(request.user.has_perm(DECIDE))

    @action(description="Decide about an owner", url_path="decide-owner", permissions=["decide"])  # type: ignore[untyped-decorator]
    def decide_owner(self, request: HttpRequest) -> HttpResponse:
        """To the page that decides."""
        return HttpResponseRedirect(reverse("admin:workers_ownertrust_decide"))

    @action(description="Decide", url_path="decide-this", permissions=["decide"])  # type: ignore[untyped-decorator]
    def decide_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that decides, about this owner."""
        trust = OwnerTrust.objects.select_related("owner").filter(pk=object_id).first()
        url = reverse("admin:workers_ownertrust_decide")
        return HttpResponseRedirect(f"{url}?owner={trust.owner.public_id}" if trust else url)

    @admin.display(description="owner")
    def owner_id_link(self, trust: OwnerTrust) -> SafeString | str:
        return person(trust.owner)

    @display(  # type: ignore[untyped-decorator]
        description="decision",
        label={"trusted": "success", "not trusted": "danger", "proposed": "warning", "undecided": "info"},
    )
    def decision_label(self, trust: OwnerTrust) -> str:
        if trust.decision == TrustDecision.RULE and trust.proposed_at is not None:
            return "proposed"
        return DECISION_NAME[TrustDecision(trust.decision)]

    @admin.display(description="in escrow")
    def escrow(self, trust: OwnerTrust) -> str:
        return format_usd(balance(chart.user_escrow(trust.owner_id)))

    @admin.display(description="paid jobs that count")
    def paid_jobs(self, trust: OwnerTrust) -> str:
        standing = standing_of(trust.owner)
        return f"{standing.paid_jobs:,} of {standing.paid_jobs_needed:,}"

    @admin.display(description="days since the first")
    def days(self, trust: OwnerTrust) -> str:
        standing = standing_of(trust.owner)
        return f"{standing.days:,} of {standing.days_needed:,}"
