"""The steps that sending and trying again have in common. They run in the order in which they are written here."""

from dataclasses import dataclass

from ashao_site.accounts.guests import take_guest_message
from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.clock import now
from ashao_site.lib.errors import Conflict, InsufficientCredits, NotSignedIn
from chat.conversation.models import Conversation, Message, Role, Status, no_conversation
from chat.conversation.tree import Tree
from chat.live.news import tell_balance
from chat.sending.context import Context
from ledger.books import chart
from workers import jobs

CONVERSATION_MESSAGES_MAX = 2_000
VERSIONS_MAX = 50
"""How many versions a question, or an answer, has at most."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, and from where: the address counts the messages of guests, and is not kept."""

    viewer: Viewer
    address: str


def refuse_when_full(tree: Tree, *, more: int) -> None:
    """Raise `Conflict` (conversation_full) where so many more do not fit in."""
    if len(tree) + more > CONVERSATION_MESSAGES_MAX:
        raise Conflict("This conversation is full. Please start a new one.", code="conversation_full")


def refuse_too_many_versions(conversation: int, parent: int | None) -> None:
    """Raise `Conflict` (too_many_versions) where what comes after this message cannot have one more."""
    versions = Message.objects.filter(conversation=conversation, parent=parent)
    if versions.count() >= VERSIONS_MAX:
        raise Conflict(
            f"This has {VERSIONS_MAX} versions already: there cannot be more.", code="too_many_versions"
        )


def submit(*, sender: Sender, tier: jobs.Tier, context: Context) -> str:
    """Put in the job of an answer, paid by the sender; its id. Raises what sending raises."""
    user_id = sender.viewer.user_id
    if user_id is not None:
        sources = [chart.user_granted(user_id), chart.user_credits(user_id)]
        job_id = _submit(tier, context, sources, user_id)
        tell_balance(user_id=user_id)
        return job_id
    guest_id = sender.viewer.guest_id
    if not guest_id:
        raise NotSignedIn("Please sign in first.")
    take_guest_message(session_subject=guest_id, address_subject=sender.address)
    try:
        return _submit(tier, context, [chart.PROMO_BUDGET], None)
    except InsufficientCredits:
        raise InsufficientCredits("There are no free messages at the moment. Please sign in.") from None


def _submit(tier: jobs.Tier, context: Context, sources: list[str], owner_id: int | None) -> str:
    return jobs.submit(
        tier=tier,
        messages=context.messages,
        left_out_chars=context.left_out_chars,
        sources=sources,
        owner_id=owner_id,
    )


def lock(conversation: Conversation) -> int | None:
    """Where the shown path ends. Nobody deletes the conversation, or writes in it, until the commit."""
    rows = Conversation.objects.filter(pk=conversation.pk).select_for_update(no_key=True)
    head = rows.values_list("head_id").first()
    if head is None:
        raise no_conversation()
    return head[0]


def add_answer(question: Message, *, sender: Sender, job_id: str, tier: jobs.Tier) -> Message:
    """An answer to be written; the shown path ends with it. The conversation is locked."""
    answer = Message.objects.create(
        conversation_id=question.conversation_id,
        parent=question,
        role=Role.ASSISTANT,
        status=Status.PENDING,
        job_id=job_id,
        tier=tier,
        as_guest=sender.viewer.user_id is None,
    )
    Conversation.objects.filter(pk=question.conversation_id).update(head=answer, updated_at=now())
    return answer
