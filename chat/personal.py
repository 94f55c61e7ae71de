"""What is held here of a person who writes: handed in for the file of all that is held of them, and forgotten.

A guest has conversations too: they become the person's who signs in.
"""

from typing import Any

from django.dispatch import receiver

from ashao_site.accounts.models import User
from ashao_site.accounts.sessions.sign_ins import guest_signed_in
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.aio import run_sync
from ashao_site.lib.pieces import Pieces
from chat.conversation.models import Conversation, Message, Status
from chat.library.actions import delete_locked
from chat.library.export import whole_history
from chat.sending.keys import owner_key
from chat.sending.models import SentKey
from workers import jobs

COME_ALONG_MAX = 200
"""How many conversations come along, the last changed first. A guest's few messages a day never make so many."""


def exported(user: User) -> dict[str, Pieces]:
    """All conversations, as the chat's own export has them."""
    return whole_history(viewer=Viewer(user_id=user.pk))


def stop_answers(user: User) -> None:
    """Stop the answers that are being written to this person. Not inside a transaction."""
    live = Message.objects.of(Viewer(user_id=user.pk)).filter(status=Status.PENDING, job_id__isnull=False)
    for job_id in list(live.values_list("job_id", flat=True)):
        run_sync(jobs.stop(str(job_id)))


def forget(user: User) -> None:
    """Delete the person's conversations."""
    delete_locked(Conversation.objects.of(Viewer(user_id=user.pk)))


@receiver(guest_signed_in, dispatch_uid="chat.take_along")
def take_along(sender: object, *, user_id: int, guest_id: str, **_: Any) -> None:
    """Make the conversations of a guest those of a person, answers that are being written among them.

    Within the transaction that begins the person's session. Who pays for an answer stays; the person's own workers are
    not given it any more. A message that is sent again with the key that it had as a guest's is still the same one.
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
