"""What a person can do in their conversations: send, and edit what was sent.

Locks are taken in one order everywhere, so that nothing waits in a circle: a guest's counts, the accounts
of the books (`jobs.submit`, and the end of a job), the conversation's row, the message's row.
"""

from dataclasses import dataclass

from django.db import transaction

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.errors import BadInput, NotFound
from ashao_site.lib.text import clean_text
from chat.conversation.models import MESSAGE_MAX_CHARS, Conversation, Message, Role
from chat.conversation.titles import title_of
from chat.conversation.tree import Stub, Tree
from chat.search.bits import signature
from chat.sending import steps
from chat.sending.context import context_of
from chat.sending.keys import Sent, claim_key, digest_of, keep_sent
from chat.sending.steps import Sender
from workers import jobs


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is to be sent, and where to; with `edit_of` as another version of that question."""

    tier: jobs.Tier
    content: str
    conversation_id: str | None
    edit_of: str | None

    def digest(self) -> str:
        """What a repeat must have in common. Keyed, so that it tells nothing of what was written."""
        parts = (str(self.tier), self.content, self.conversation_id)
        return digest_of("chat.sent", *(parts if self.edit_of is None else (*parts, self.edit_of)))


def send_message(
    *,
    sender: Sender,
    tier: jobs.Tier,
    content: str,
    conversation_id: str | None = None,
    edit_of: str | None = None,
    idempotency_key: str | None = None,
) -> Sent:
    """Write a message, and put in the job of its answer; both or neither. The shown path ends with them.

    It comes after the path that is shown; with `edit_of` it becomes another version of that question instead.
    With a key that was used before it writes nothing and returns what it did then. Raises `BadInput`,
    `NotFound`, `InsufficientCredits`, `RateLimited` (guest_limit) and `Conflict`: idempotency_conflict for a
    key that was used for another message, conversation_full, too_many_versions.
    """
    if edit_of is not None and conversation_id is None:
        raise BadInput("editOf needs the conversationId of its conversation.")
    draft = _Draft(tier, _clean_content(content), conversation_id, edit_of)
    with transaction.atomic():
        if idempotency_key is None:
            return _send(sender, draft)
        row, done = claim_key(viewer=sender.viewer, key=idempotency_key, digest=draft.digest())
        if done is not None:
            return done
        sent = _send(sender, draft)
        keep_sent(row, sent)
        return sent


def _send(sender: Sender, draft: _Draft) -> Sent:
    conversation = _open_conversation(sender.viewer, draft)
    tree = Tree.read(conversation.pk)
    steps.refuse_when_full(tree, more=2)
    edited = None if draft.edit_of is None else _question(tree, draft.edit_of)
    after = conversation.head_id if edited is None else edited.parent
    context = context_of(tree, after, content=draft.content)
    job_id = steps.submit(sender=sender, tier=draft.tier, context=context)
    head = steps.lock(conversation)
    if edited is not None:
        steps.refuse_too_many_versions(conversation.pk, after)
    elif head != after:
        after = _after_the_change(conversation.pk, was=after, head=head)
    question = Message.objects.create(
        conversation=conversation,
        parent_id=after,
        role=Role.USER,
        content=draft.content,
        search_bits=signature(draft.content),
    )
    answer = steps.add_answer(question, sender=sender, job_id=job_id, tier=draft.tier)
    return Sent(job_id, conversation.public_id, question.public_id, answer.public_id)


def _open_conversation(viewer: Viewer, draft: _Draft) -> Conversation:
    if draft.conversation_id is None:
        return Conversation.objects.create(
            user_id=viewer.user_id, guest_id=viewer.guest_id or "", title=title_of(draft.content)
        )
    return Conversation.objects.get_own(viewer, draft.conversation_id)


def _question(tree: Tree, public_id: str) -> Stub:
    question = tree.question(public_id)
    if question is None:
        raise NotFound("There is no such question in this conversation.")
    return question


def _after_the_change(conversation: int, *, was: int | None, head: int | None) -> int | None:
    """What a message comes after, now that the path which it was sent from has changed.

    Where the path went on, the message is the next in it. Where it turned into another branch meanwhile, the
    message stays in the one that it, and what the model was told, belong to.
    """
    went_on = was is None or Tree.read(conversation).has_on_path(was, head=head)
    return head if went_on else was


def _clean_content(content: str) -> str:
    content = clean_text(content, name="content", max_chars=MESSAGE_MAX_CHARS)
    if jobs.is_blank(content):
        raise BadInput("content must not be blank.")
    return content
