"""Forgetting what is over: a bounded number at a time, until none is left or the time is up."""

import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from ashao_site.accounts.tidy import forget_expired
from ashao_site.lib.clock import now
from chat.conversation.models import Conversation, Message, Status
from chat.library.actions import delete_locked
from chat.sending.models import SENT_KEY_KEPT, SentKey

TIDY_BATCH = 1_000
TIDY_MAX_S = 240.0
"""How long one run may take; what is left goes in the next, which begins before ten minutes have passed."""


def tidy() -> int:
    """Delete old conversations of guests, old idempotency keys, and what accounts no longer needs.

    Returns how many rows went. A guest's conversation is kept while an answer in it is being written.
    """
    stop_at = time.monotonic() + TIDY_MAX_S
    count = forget_expired(until=stop_at)
    for batch in (_old_guest_conversations, _old_keys):
        while time.monotonic() < stop_at:
            gone, is_last = batch()
            count += gone
            if is_last:
                break
    return count


def _old_guest_conversations() -> tuple[int, bool]:
    """Delete a batch; how many went, and whether there are no more."""
    cutoff = now() - timedelta(hours=settings.GUEST_HISTORY_HOURS)
    writing = Message.objects.filter(conversation=OuterRef("pk"), status=Status.PENDING)
    old = Conversation.objects.filter(user__isnull=True, updated_at__lt=cutoff).exclude(Exists(writing))
    batch = list(old.order_by("updated_at").values_list("pk", flat=True)[:TIDY_BATCH])
    # The time is compared once more under the lock: somebody may have gone on with it meanwhile.
    gone = delete_locked(Conversation.objects.filter(pk__in=batch, updated_at__lt=cutoff))
    return gone, len(batch) < TIDY_BATCH


def _old_keys() -> tuple[int, bool]:
    """Delete a batch; how many went, and whether there are no more."""
    old = SentKey.objects.filter(created_at__lt=now() - SENT_KEY_KEPT)
    batch = list(old.values_list("pk", flat=True)[:TIDY_BATCH])
    return SentKey.objects.filter(pk__in=batch).delete()[0], len(batch) < TIDY_BATCH
