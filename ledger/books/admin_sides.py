"""What keeps the two sides of a job apart in the admin: who paid for it and who earned by it are not shown together.

A row that is about a job is either one of its account, and then without the job, its number and the time of day; or
one of its job, and then with the kind of account in the account's place. No look-up leads from the one to the other.
"""

from typing import Any

from django.db.models import Model, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ashao_site.staff.words import breaking
from ledger.books.models import Transfer

JOB_PREFIX = "job_"
"""What the reference of a job's hold and transfers begins with, of those that take it back too."""
SIDES = {
    "credits": "somebody's credits",
    "granted": "somebody's free credits",
    "earnings": "a worker's earnings",
    "escrow": "a worker's escrow",
}


def is_of_job(reference: str) -> bool:
    """Whether a hold or transfer with this reference is about a job."""
    return reference.startswith(JOB_PREFIX)


def side(address: str) -> str:
    """An account as it is called beside a job: a person's by its kind, any other by its address."""
    return SIDES[address.rpartition(":")[2]] if address.startswith("user:") else address


def of_jobs(prefix: str = "") -> Q:
    """Rows that are about a job; `prefix` leads to the row with the reference."""
    return Q(**{f"{prefix}reference__startswith": JOB_PREFIX})


class NamedLookups:
    """Only the look-ups that the pages themselves make. Any other (`?entries__id__exact=…`) would tell who is who."""

    lookups: frozenset[str] = frozenset()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether the list may be narrowed so."""
        return lookup in self.lookups

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """A list that shows accounts leads to no page that shows jobs."""
        return None


def reference_of(row: Model) -> str:
    """The reference of the hold or transfer that this entry or line belongs to."""
    parent = getattr(row, "transfer", None) or getattr(row, "hold", None)
    return "" if parent is None else str(parent.reference)


def ledger_link(key: str) -> SafeString | str:
    """The ledger's transfer with this key, and its page where there is one."""
    transfer = Transfer.objects.filter(key=key).first() if key else None
    if transfer is None:
        return key or "-"
    url = reverse("admin:ledger_transfer_change", args=[transfer.pk])
    return format_html('<a href="{}">{}</a>', url, breaking(key))
