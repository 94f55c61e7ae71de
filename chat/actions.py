"""What a person can do in their conversations: send, and edit what was sent.

Locks are taken in one order everywhere, so that nothing waits in a circle: a guest's counts, the accounts
of the books (`jobs.submit`, and the end of a job), the conversation's row, the message's row.
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from ashao_site.accounts.session import Viewer
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from ashao_site.lib.text import clean_text
from chat import sending
from chat.context import build_context
from chat.models import TITLE_MAX_CHARS, Conversation, Message, Role, SentKey
from chat.queries import own_conversation
from chat.search_bits import signature
from chat.sending import Sender
from chat.tree import Node, Tree
from workers import jobs

MESSAGE_MAX_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: its conversation, itself, and the answer with its job."""

    job_id: str
    conversation_id: str
    question_id: str
    answer_id: str


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
        text = repr(parts if self.edit_of is None else (*parts, self.edit_of))
        return salted_hmac("chat.sent", text, algorithm="sha256").hexdigest()


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
        row, created = _claim_key(owner=owner_key(sender.viewer), key=idempotency_key, digest=draft.digest())
        if not created:
            return _sent_before(row)
        sent = _send(sender, draft)
        SentKey.objects.filter(pk=row.pk).update(
            job_id=sent.job_id,
            question_id=sent.question_id,
            answer_id=sent.answer_id,
            conversation=Conversation.objects.get(public_id=sent.conversation_id),
        )
        return sent


def _sent_before(row: SentKey) -> Sent:
    assert row.conversation is not None, "a key is committed together with its message"
    return Sent(
        job_id=row.job_id,
        conversation_id=row.conversation.public_id,
        question_id=row.question_id,
        answer_id=row.answer_id,
    )


def _claim_key(*, owner: str, key: str, digest: str) -> tuple[SentKey, bool]:
    """The key's row, and whether it was made here. Of senders at once, all but one wait for that one."""
    try:
        with transaction.atomic():
            return SentKey.objects.create(owner=owner, key=key, input_hash=digest), True
    except IntegrityError:
        pass
    row = SentKey.objects.select_related("conversation").filter(owner=owner, key=key).first()
    if row is None:  # its conversation was deleted this very moment
        raise Conflict("The conversation of this message was just deleted. Please send it again.")
    if not constant_time_compare(row.input_hash, digest):
        raise Conflict(
            "This Idempotency-Key was used for another message before.", code="idempotency_conflict"
        )
    return row, False


def _send(sender: Sender, draft: _Draft) -> Sent:
    conversation = _open_conversation(sender.viewer, draft)
    tree = Tree.read(conversation.pk)
    sending.refuse_when_full(tree, more=2)
    edited = None if draft.edit_of is None else _question(tree, draft.edit_of)
    after = conversation.head_id if edited is None else edited.parent
    context = build_context(newest_first=sending.past(tree, after), content=draft.content)
    job_id = sending.submit(sender=sender, tier=draft.tier, messages=context)
    head = sending.lock(conversation)
    if edited is not None:
        sending.refuse_too_many_versions(conversation.pk, after)
    elif head != after:
        after = _after_the_change(conversation.pk, was=after, head=head)
    question = Message.objects.create(
        conversation=conversation,
        parent_id=after,
        role=Role.USER,
        content=draft.content,
        search_bits=signature(draft.content),
    )
    answer = sending.add_answer(question, sender=sender, job_id=job_id, tier=draft.tier)
    return Sent(job_id, conversation.public_id, question.public_id, answer.public_id)


def _open_conversation(viewer: Viewer, draft: _Draft) -> Conversation:
    if draft.conversation_id is None:
        return Conversation.objects.create(
            user_id=viewer.user_id, guest_id=viewer.guest_id or "", title=title_of(draft.content)
        )
    return own_conversation(viewer=viewer, conversation_id=draft.conversation_id)


def _question(tree: Tree, public_id: str) -> Node:
    found = tree.question(public_id)
    if found is None:
        raise NotFound("There is no such question in this conversation.")
    return found


def _after_the_change(conversation: int, *, was: int | None, head: int | None) -> int | None:
    """What a message comes after, now that the path which it was sent from has changed.

    Where the path went on, the message is the next in it. Where it turned into another branch meanwhile, the
    message stays in the one that it, and what the model was told, belong to.
    """
    went_on = was is None or Tree.read(conversation).has_on_path(was, head=head)
    return head if went_on else was


def title_of(content: str) -> str:
    """The title that a conversation has from its first message: one line, cut at the limit."""
    line = " ".join(content.split())
    return line if len(line) <= TITLE_MAX_CHARS else line[: TITLE_MAX_CHARS - 1].rstrip() + "…"


def _clean_content(content: str) -> str:
    content = clean_text(content, name="content", max_chars=MESSAGE_MAX_CHARS)
    if not content.strip():
        raise BadInput("content must not be blank.")
    return content


def owner_key(viewer: Viewer) -> str:
    """Whose an Idempotency-Key is, as `SentKey.owner` says it."""
    return f"user:{viewer.user_id}" if viewer.user_id is not None else f"guest:{viewer.guest_id}"
