"""The receipt under an answer."""

from collections.abc import Iterable

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.errors import NotFound
from ashao_site.lib.pieces import Json
from chat.conversation.models import READABLE, Message
from ledger.books.money import micros_to_credits
from workers import jobs


def receipts_of(viewer: Viewer, messages: Iterable[Message]) -> dict[int, Json]:
    """By message, the receipts of the answers among these, all of them this person's. One query.

    None for what is being written, has failed or is empty: nothing was delivered, and nothing was charged.
    """
    answers = {row.job_id: row for row in messages if row.job_id and row.status in READABLE and row.content}
    receipts = jobs.receipts_of(list(answers))
    return {answers[job_id].pk: _wire(viewer, answers[job_id], one) for job_id, one in receipts.items()}


def receipt_of(*, viewer: Viewer, job_id: str) -> Json | None:
    """The receipt of one of the person's answers; None while there is none. Raises `NotFound`."""
    answer = Message.objects.of(viewer).answering(job_id).shown().first()
    if answer is None:
        raise NotFound("There is no such answer.")
    return receipts_of(viewer, [answer]).get(answer.pk)


def _wire(viewer: Viewer, answer: Message, receipt: jobs.Receipt) -> Json:
    as_guest = answer.as_guest or viewer.user_id is None
    return {
        "servedBy": receipt.served_by,
        "model": receipt.model,
        # The producer counts, and nobody can check it; but there is no token without a byte.
        "tokens": min(receipt.tokens, len(answer.content.encode())),
        "seconds": receipt.seconds,
        # What a guest is given is paid by the promotion budget: it costs the guest nothing.
        "credits": 0 if as_guest else micros_to_credits(receipt.charged_micros),
        "handedOver": receipt.handed_over,
        "simulated": receipt.simulated,
        "read": {"characters": receipt.read_chars, "of": receipt.asked_chars}
        if receipt.asked_chars
        else None,
    }
