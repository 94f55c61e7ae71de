"""What a person can do in their conversations: send, stop, try again, rate.

Locks are taken in one order everywhere, so that nothing waits in a circle: a guest's counts, the accounts
of the books (`jobs.submit`, and the end of a job), the conversation's row, the message's row.
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from ashao_site.accounts.guests import take_guest_message
from ashao_site.accounts.session import Viewer
from ashao_site.lib.aio import run_sync
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, Conflict, InsufficientCredits, NotFound, NotSignedIn
from ashao_site.lib.text import clean_text
from chat.context import CONTEXT_MESSAGES_MAX, build_context
from chat.models import (
    READABLE,
    TITLE_MAX_CHARS,
    Conversation,
    Message,
    Role,
    SentKey,
    Status,
)
from chat.news import tell_balance
from chat.queries import no_conversation, own_conversation
from chat.search_bits import signature
from ledger import chart
from workers import jobs

MESSAGE_MAX_CHARS = 8_000
CONVERSATION_MESSAGES_MAX = 2_000
RATINGS = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, and from where: the address counts the messages of guests, and is not kept."""

    viewer: Viewer
    address: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: its conversation and the job of its answer."""

    job_id: str
    conversation_id: str


def send_message(
    *,
    sender: Sender,
    tier: jobs.Tier,
    content: str,
    conversation_id: str | None = None,
    idempotency_key: str | None = None,
) -> Sent:
    """Write a message, and put in the job of its answer; both or neither.

    With a key that was used before it writes nothing and returns what it did then. Raises `BadInput`,
    `NotFound`, `InsufficientCredits`, `RateLimited` (guest_limit) and `Conflict`: idempotency_conflict for a
    key that was used for another message, conversation_full.
    """
    content = _clean_content(content)
    with transaction.atomic():
        if idempotency_key is None:
            return _send(sender=sender, tier=tier, content=content, conversation_id=conversation_id)
        digest = salted_hmac(
            "chat.sent", repr((str(tier), content, conversation_id)), algorithm="sha256"
        ).hexdigest()
        row, created = _claim_key(owner=_owner_key(sender.viewer), key=idempotency_key, digest=digest)
        if not created:
            assert row.conversation is not None, "a key is committed together with its message"
            return Sent(job_id=row.job_id, conversation_id=row.conversation.public_id)
        sent = _send(sender=sender, tier=tier, content=content, conversation_id=conversation_id)
        conversation = Conversation.objects.get(public_id=sent.conversation_id)
        SentKey.objects.filter(pk=row.pk).update(job_id=sent.job_id, conversation=conversation)
        return sent


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


def _send(*, sender: Sender, tier: jobs.Tier, content: str, conversation_id: str | None) -> Sent:
    conversation = _open_conversation(sender.viewer, conversation_id, content)
    context = build_context(newest_first=_past(conversation, before_pk=None), content=content)
    job_id = _submit(sender=sender, tier=tier, messages=context)
    _touch(conversation)
    Message.objects.bulk_create(
        [
            Message(
                conversation=conversation,
                role=Role.USER,
                content=content,
                search_bits=signature(content),
            ),
            Message(
                conversation=conversation,
                role=Role.ASSISTANT,
                status=Status.PENDING,
                job_id=job_id,
                tier=tier,
            ),
        ]
    )
    return Sent(job_id=job_id, conversation_id=conversation.public_id)


def _open_conversation(viewer: Viewer, conversation_id: str | None, content: str) -> Conversation:
    if conversation_id is None:
        return Conversation.objects.create(
            user_id=viewer.user_id, guest_id=viewer.guest_id or "", title=title_of(content)
        )
    conversation = own_conversation(viewer=viewer, conversation_id=conversation_id)
    if conversation.messages.count() + 2 > CONVERSATION_MESSAGES_MAX:
        raise Conflict("This conversation is full. Please start a new one.", code="conversation_full")
    return conversation


def _past(conversation: Conversation, *, before_pk: int | None) -> list[tuple[str, str]]:
    past = conversation.messages.filter(status__in=READABLE).exclude(content="")
    if before_pk is not None:
        past = past.filter(pk__lt=before_pk)
    return list(past.order_by("-pk").values_list("role", "content")[:CONTEXT_MESSAGES_MAX])


def _submit(*, sender: Sender, tier: jobs.Tier, messages: jobs.Messages) -> str:
    user_id = sender.viewer.user_id
    if user_id is not None:
        sources = [chart.user_granted(user_id), chart.user_credits(user_id)]
        job_id = jobs.submit(tier=tier, messages=messages, sources=sources, owner_id=user_id)
        tell_balance(user_id=user_id)
        return job_id
    guest_id = sender.viewer.guest_id
    if not guest_id:
        raise NotSignedIn("Please sign in first.")
    take_guest_message(session_subject=guest_id, address_subject=sender.address)
    try:
        return jobs.submit(tier=tier, messages=messages, sources=[chart.PROMO_BUDGET], owner_id=None)
    except InsufficientCredits:
        raise InsufficientCredits("There are no free messages at the moment. Please sign in.") from None


def _touch(conversation: Conversation) -> None:
    """Note the change. Holds the row until the commit, so that nobody deletes it, or writes, in between."""
    if Conversation.objects.filter(pk=conversation.pk).update(updated_at=now()) != 1:
        raise no_conversation()


def retry_answer(*, sender: Sender, job_id: str) -> str:
    """Have an answer that has ended produced anew, in its place; returns the new job's id.

    Raises `NotFound`, `Conflict` (not_finished), and what sending raises.
    """
    with transaction.atomic():
        answer = _own_answer(sender.viewer, job_id)
        if answer.status == Status.PENDING and jobs.state_of(job_id) in (
            jobs.State.QUEUED,
            jobs.State.RUNNING,
        ):
            raise Conflict("This answer is still being written. Stop it first.", code="not_finished")
        past = _past(answer.conversation, before_pk=answer.pk)
        question = past.pop(0)[1]
        context = build_context(newest_first=past, content=question)
        new_job_id = _submit(sender=sender, tier=jobs.Tier(answer.tier), messages=context)
        _touch(answer.conversation)
        changed = Message.objects.filter(pk=answer.pk, job_id=job_id, status=answer.status).update(
            job_id=new_job_id,
            status=Status.PENDING,
            content="",
            tokens=0,
            finish="",
            error="",
            finished_at=None,
            rating=0,
            search_bits=None,
        )
        if changed != 1:  # somebody else tried again, or the answer ended, in between
            raise Conflict("This answer has just changed. Please reload.", code="not_finished")
        return new_job_id


def finish_answer(*, outcome: jobs.Outcome) -> None:
    """Write down how an answer ended. Runs inside the transaction that ends its job."""
    answer = Message.objects.select_related("conversation").filter(job_id=outcome.job_id).first()
    if answer is None:  # the person deleted the conversation
        return
    at = now()
    Conversation.objects.filter(pk=answer.conversation_id).update(updated_at=at)
    changed = Message.objects.filter(pk=answer.pk, job_id=outcome.job_id, status=Status.PENDING).update(
        status=_status_of(outcome),
        content=outcome.text,
        tokens=outcome.tokens,
        finish=outcome.finish or "",
        error=outcome.error[:200],
        finished_at=at,
        search_bits=signature(outcome.text),
    )
    if changed == 1 and answer.conversation.user_id is not None:
        tell_balance(user_id=answer.conversation.user_id)


def _status_of(outcome: jobs.Outcome) -> Status:
    if outcome.state is jobs.State.FAILED:
        return Status.FAILED
    return Status.STOPPED if outcome.finish is jobs.Finish.STOPPED else Status.DONE


def stop_answer(*, viewer: Viewer, job_id: str) -> None:
    """End an answer as it stands; one that has ended stays as it is. Not inside a transaction."""
    _own_answer(viewer, job_id)
    run_sync(jobs.stop(job_id))


def rate_answer(*, viewer: Viewer, job_id: str, rating: int) -> None:
    """Keep what the person says of an answer (-1, 0 or 1) instead of what they said before.

    It goes on to the worker's figures without the text and without the person. Raises `NotFound`, `BadInput`,
    and `Conflict`: not_finished while it is being written, no_answer where it has failed.
    """
    if rating not in RATINGS:
        raise BadInput("rating must be -1, 0 or 1.")
    with transaction.atomic():
        answer = _own_answer(viewer, job_id)
        if answer.status == Status.PENDING:
            raise Conflict("This answer is still being written.", code="not_finished")
        if answer.status not in READABLE:
            raise Conflict("This answer has failed: there is nothing to rate.", code="no_answer")
        jobs.rate(job_id=job_id, rating=rating)
        rated = Message.objects.filter(pk=answer.pk, job_id=job_id, status__in=READABLE)
        if rated.update(rating=rating) != 1:  # it was tried again in between
            raise Conflict("This answer has just changed. Please reload.", code="not_finished")


def title_of(content: str) -> str:
    """The title that a conversation has from its first message: one line, cut at the limit."""
    line = " ".join(content.split())
    return line if len(line) <= TITLE_MAX_CHARS else line[: TITLE_MAX_CHARS - 1].rstrip() + "…"


def _clean_content(content: str) -> str:
    content = clean_text(content, name="content", max_chars=MESSAGE_MAX_CHARS)
    if not content.strip():
        raise BadInput("content must not be blank.")
    return content


def _own_answer(viewer: Viewer, job_id: str) -> Message:
    answer = Message.objects.of(viewer).answering(job_id).select_related("conversation").first()
    if answer is None:
        raise NotFound("There is no such answer.")
    return answer


def _owner_key(viewer: Viewer) -> str:
    return f"user:{viewer.user_id}" if viewer.user_id is not None else f"guest:{viewer.guest_id}"
