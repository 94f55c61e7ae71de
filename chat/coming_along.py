"""A guest signs in: their conversations become the person's."""

from ashao_site.accounts.session import Viewer
from chat.models import Conversation, Message, SentKey, Status
from chat.sent_keys import owner_key
from workers import jobs

COME_ALONG_MAX = 200
"""How many conversations come along, the last changed first. A guest's few messages a day never make so many."""


def take_along(*, user_id: int, guest_id: str) -> None:
    """Make the conversations of a guest those of a person, answers that are being written among them.

    Within the caller's transaction. Who pays for an answer stays; the person's own workers are not given it any more.
    A message that is sent again with the key which it was sent with as a guest is still the same message.
    """
    guest = Viewer(guest_id=guest_id)
    keys = list(Conversation.objects.of(guest).newest_first().values_list("pk", flat=True)[:COME_ALONG_MAX])
    if not keys:
        return
    writing = Message.objects.filter(conversation__in=keys, status=Status.PENDING, job_id__isnull=False)
    # Jobs before conversations: that is the order in which the end of a job locks them.
    jobs.assign_owner(
        job_ids=[str(job_id) for job_id in writing.values_list("job_id", flat=True)], owner_id=user_id
    )
    rows = Conversation.objects.of(guest).filter(pk__in=keys).order_by("pk")
    locked = list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=locked).update(user_id=user_id, guest_id="")
    person = owner_key(Viewer(user_id=user_id))
    used = SentKey.objects.filter(owner=person).values("key")
    SentKey.objects.filter(owner=owner_key(guest)).exclude(key__in=used).update(owner=person)
