"""What a person can do with whole conversations: call them otherwise, pin them, show a branch, delete them."""

import structlog
from django.db import transaction

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.aio import run_sync
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, BadInput, Conflict, NotFound
from chat.conversation.models import Conversation, ConversationQuerySet, Message, Status, no_conversation
from chat.conversation.titles import clean_title
from chat.conversation.tree import Tree
from workers import jobs

log = structlog.get_logger("ashao.chat")


def change_conversation(
    *, viewer: Viewer, conversation_id: str, title: str | None = None, pinned: bool | None = None
) -> Conversation:
    """Give a conversation another title, pin or unpin it; what is None stays. Its place in time stays too."""
    changes: dict[str, str | bool] = {}
    if title is not None:
        changes["title"] = clean_title(title)
    if pinned is not None:
        changes["pinned"] = pinned
    if not changes:
        raise BadInput("Nothing to change: send a title, or pinned.")
    conversation = Conversation.objects.get_own(viewer, conversation_id)
    if Conversation.objects.filter(pk=conversation.pk).update(**changes) != 1:
        raise no_conversation()
    for name, value in changes.items():
        setattr(conversation, name, value)
    return conversation


def show_branch(*, viewer: Viewer, message_id: str) -> Conversation:
    """Show the path through this message, to the newest end after it. The conversation's place in time stays.

    Raises `NotFound`, and `Conflict` (not_finished) while an answer of the path shown now is being written.
    """
    with transaction.atomic():
        message = Message.objects.of(viewer).named(message_id).only("conversation_id").first()
        if message is None:
            raise NotFound("There is no such message.")
        rows = Conversation.objects.filter(pk=message.conversation_id)
        conversation = rows.select_for_update(no_key=True).first()
        if conversation is None:
            raise no_conversation()
        tree = Tree.read(conversation.pk)
        if tree.is_pending(conversation.head_id):
            raise Conflict("An answer is still being written here. Stop it first.", code="not_finished")
        conversation.head_id = tree.newest_end(message.pk)
        rows.update(head=conversation.head_id)
        return conversation


def delete_conversation(*, viewer: Viewer, conversation_id: str) -> None:
    """Stop what is being written in it, then delete it. Not inside a transaction."""
    conversation = Conversation.objects.get_own(viewer, conversation_id)
    _stop_and_delete(Conversation.objects.filter(pk=conversation.pk))


def delete_all(*, viewer: Viewer) -> None:
    """Delete every conversation of a person. Not inside a transaction."""
    _stop_and_delete(Conversation.objects.of(viewer))


def _stop_and_delete(conversations: ConversationQuerySet) -> None:
    live = Message.objects.filter(conversation__in=conversations, status=Status.PENDING)
    for job_id in list(live.values_list("job_id", flat=True)):
        if job_id is not None:
            run_sync(jobs.stop(job_id))
    delete_locked(conversations)


def delete_locked(conversations: ConversationQuerySet) -> int:
    """Delete conversations with all that is in them; returns how many. Their rows are locked first.

    What was sent in them until then, nobody can read the answer of any more: it is stopped once they are gone.
    """
    with transaction.atomic():
        locked = conversations.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
        keys = list(locked)
        live = Message.objects.filter(conversation__in=keys, status=Status.PENDING, job_id__isnull=False)
        late = list(live.values_list("job_id", flat=True))
        Conversation.objects.filter(pk__in=keys).delete()
        transaction.on_commit(lambda: _stop_late(late))
        return len(keys)


def _stop_late(job_ids: list[str | None]) -> None:
    try:
        for job_id in job_ids:
            run_sync(jobs.stop(str(job_id)))
    except (*OUTAGES, AppError) as error:  # they end by themselves, too
        log.warning("jobs_not_stopped", error=type(error).__name__)
