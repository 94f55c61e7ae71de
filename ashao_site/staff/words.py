"""How rows are said in the admin: times (UTC), people, transactions, links."""

from datetime import datetime

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ashao_site.accounts.models import User

SHORT_HEAD, SHORT_TAIL = 10, 6


def short(text: str) -> SafeString:
    """A wallet or hash that fits into a list, with all of it in its title."""
    if len(text) <= SHORT_HEAD + SHORT_TAIL + 1:
        return format_html("{}", text)
    said = f"{text[:SHORT_HEAD]}…{text[-SHORT_TAIL:]}"
    return format_html('<span class="whitespace-nowrap" title="{}">{}</span>', text, said)


def breaking(text: str) -> SafeString:
    """A long word that may end on the next line, where a page is narrow."""
    return format_html('<span style="overflow-wrap: anywhere">{}</span>', text)


def when(at: datetime) -> SafeString:
    """A time that fits into a list."""
    return format_html('<span class="whitespace-nowrap">{}</span>', f"{at:%Y-%m-%d %H:%M}")


def transaction(tx_hash: str, *, whole: bool = False) -> SafeString:
    """A transaction, with a link to the explorer where one is configured."""
    words = breaking(tx_hash) if whole else short(tx_hash)
    explorer: str = settings.MONEY.explorer_url
    if not tx_hash or not explorer:
        return words
    return format_html('<a href="{}/tx/{}" rel="noreferrer" target="_blank">{}</a>', explorer, tx_hash, words)


def person(user: User | None) -> SafeString | str:
    """A person by their public id, with their page."""
    if user is None:
        return "-"
    return person_link(user.pk, user.public_id)


def person_link(user_id: int, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:accounts_user_change", args=[user_id]), text)


def person_of(user_id: int | None) -> SafeString | str:
    """The same, by number."""
    return person(User.objects.filter(pk=user_id).first() if user_id is not None else None)


def row_link(row: Model, text: object) -> SafeString:
    """A row's own page."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, text)


def age(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "-"
    seconds = max(0, int((now - at).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return f"{seconds} s ago"
