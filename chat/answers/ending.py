"""An answer ends: what the network delivered becomes part of the conversation.

Locks are taken in the order that `chat.sending.actions` tells.
"""

from typing import Any

from django.dispatch import receiver

from ashao_site.lib.clock import now
from chat.conversation.models import Conversation, Message, Status
from chat.live.news import tell_balance
from chat.search.bits import signature
from workers import jobs


@receiver(jobs.job_finished, dispatch_uid="chat.save_answer")
def finish_answer(sender: object, *, outcome: jobs.Outcome, **_: Any) -> None:
    """Write down how an answer ended, in the transaction that ends its job."""
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
