"""What a person can do with an answer: have it tried again, stop it, rate it.

Locks are taken in the order that `chat.sending.actions` tells.
"""

from datetime import timedelta

from django.db import transaction

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.aio import run_sync
from ashao_site.lib.clock import now
from ashao_site.lib.errors import BadInput, Conflict, NotFound
from ashao_site.lib.text import is_id
from chat.conversation.models import RATINGS, READABLE, Conversation, Message, Status
from chat.conversation.tree import Tree
from chat.sending import steps
from chat.sending.context import context_of
from chat.sending.keys import Sent, claim_key, digest_of, forget_key, keep_sent
from chat.sending.steps import Sender
from workers import jobs

LIVE = (jobs.State.QUEUED, jobs.State.RUNNING)
REPEATED_WITHIN = timedelta(minutes=1)
"""A call without a key to try the same answer again within this time is the same call, sent once more."""
UNNAMED_RETRY = " retry:"
"""No key of a caller's begins with a space."""


def retry_answer(
    *, sender: Sender, job_id: str, tier: jobs.Tier | None = None, idempotency_key: str | None = None
) -> Sent:
    """Have an answer that has ended produced anew, by its own tier or by another.

    One that has text is kept, and the new one is another version of it; otherwise it is written in its place.
    With a key that was used before nothing is written, and what was done then is returned; without one, that
    holds of the same answer for `REPEATED_WITHIN`, once the new one has ended. Raises `NotFound`, `Conflict`
    (not_finished, also where another version is being written; too_many_versions, conversation_full,
    idempotency_conflict), and what sending raises.
    """
    if not is_id(job_id, "job"):  # it becomes part of a key
        raise NotFound("There is no such answer.")
    with transaction.atomic():
        if idempotency_key is None:
            key = f"{UNNAMED_RETRY}{job_id}:{tier or ''}"
            forget_key(viewer=sender.viewer, key=key, before=now() - REPEATED_WITHIN)
        else:
            key = idempotency_key
        digest = digest_of("chat.retried", job_id, tier)
        row, done = claim_key(viewer=sender.viewer, key=key, digest=digest)
        if done is None:
            done = _retry(sender, job_id, tier)
            keep_sent(row, done)
        elif idempotency_key is None and jobs.state_of(done.job_id) in LIVE:
            return _retry(sender, job_id, tier)  # which says that it is being written
        return done


def _retry(sender: Sender, job_id: str, tier: jobs.Tier | None) -> Sent:
    answer = own_answer(sender.viewer, job_id)
    if answer.status == Status.PENDING and jobs.state_of(job_id) in LIVE:
        raise Conflict("This answer is still being written. Stop it first.", code="not_finished")
    kept = answer.status in READABLE and answer.content != ""
    tree = Tree.read(answer.conversation_id)
    if kept:
        steps.refuse_when_full(tree, more=1)
    question = answer.parent
    assert question is not None, "an answer comes after its question"
    context = context_of(tree, question.parent_id, content=question.content)
    tier = tier or jobs.Tier(answer.tier)
    new_job_id = steps.submit(sender=sender, tier=tier, context=context)
    head = steps.lock(answer.conversation)
    if kept:
        _refuse_while_written(question)
        steps.refuse_too_many_versions(answer.conversation_id, question.pk)
        answer = steps.add_answer(question, sender=sender, job_id=new_job_id, tier=tier)
    else:
        _write_anew(answer, sender=sender, job_id=new_job_id, tier=tier, head=head)
    conversation = answer.conversation.public_id
    return Sent(new_job_id, conversation, question.public_id, answer.public_id)


def _refuse_while_written(question: Message) -> None:
    """Trying again twice at once is meant once."""
    if question.children.filter(status=Status.PENDING).exists():
        raise Conflict("Another version of this answer is still being written.", code="not_finished")


def _write_anew(answer: Message, *, sender: Sender, job_id: str, tier: jobs.Tier, head: int | None) -> None:
    """Put an answer back to its beginning. The shown path stays, or comes to it where it was elsewhere."""
    changed = Message.objects.filter(pk=answer.pk, job_id=answer.job_id, status=answer.status).update(
        job_id=job_id,
        tier=tier,
        status=Status.PENDING,
        content="",
        tokens=0,
        finish="",
        error="",
        finished_at=None,
        rating=0,
        as_guest=sender.viewer.user_id is None,
        search_bits=None,
    )
    if changed != 1:  # somebody else tried again, or the answer ended, in between
        raise Conflict("This answer has just changed. Please reload.", code="not_finished")
    tree = Tree.read(answer.conversation_id)
    shown = head if tree.has_on_path(answer.pk, head=head) else tree.newest_end(answer.pk)
    Conversation.objects.filter(pk=answer.conversation_id).update(head=shown, updated_at=now())


def stop_answer(*, viewer: Viewer, job_id: str) -> None:
    """End an answer as it stands; one that has ended stays as it is. Not inside a transaction."""
    own_answer(viewer, job_id)
    run_sync(jobs.stop(job_id))


def rate_answer(*, viewer: Viewer, job_id: str, rating: int) -> None:
    """Keep what the person says of an answer (-1, 0 or 1) instead of what they said before.

    It goes on to the worker's figures without the text and without the person. Raises `NotFound`, `BadInput`,
    and `Conflict`: not_finished while it is being written, no_answer where it has failed.
    """
    if rating not in RATINGS:
        raise BadInput("rating must be -1, 0 or 1.")
    with transaction.atomic():
        answer = own_answer(viewer, job_id)
        if answer.status == Status.PENDING:
            raise Conflict("This answer is still being written.", code="not_finished")
        if answer.status not in READABLE:
            raise Conflict("This answer has failed: there is nothing to rate.", code="no_answer")
        jobs.rate(job_id=job_id, rating=rating)
        rated = Message.objects.filter(pk=answer.pk, job_id=job_id, status__in=READABLE)
        if rated.update(rating=rating) != 1:  # it was tried again in between
            raise Conflict("This answer has just changed. Please reload.", code="not_finished")


def own_answer(viewer: Viewer, job_id: str) -> Message:
    """One of the person's answers, with its conversation and its question. Raises `NotFound`."""
    # Read at once: they may be deleted the moment after.
    answer = Message.objects.of(viewer).answering(job_id).select_related("conversation", "parent").first()
    if answer is None:
        raise NotFound("There is no such answer.")
    return answer
