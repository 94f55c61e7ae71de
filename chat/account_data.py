"""Deleting what a person has here. What stays is the books, and the wallet that they belong to."""

from django.db import transaction

from ashao_site.accounts.actions import delete_access
from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.accounts.session import Viewer
from ashao_site.lib.aio import run_sync
from ashao_site.lib.errors import BadInput, Conflict
from chat.actions_history import delete_locked
from chat.models import Conversation, Message, Status
from ledger.payouts.actions import forget_wallets
from ledger.payouts.queries import payouts_of
from ledger.payouts.states import OPEN
from workers import jobs
from workers.actions import remove_workers

CONFIRMATION = "delete everything"
DATA_DELETED = "account.data_deleted"


def delete_everything(*, user: User, confirmation: str) -> None:
    """Delete conversations, API keys, workers, payout wallets and sessions of a person; all of them or none.

    Answers that are being written are stopped first. The ledger's entries stay, and who they belong to: the same
    wallet finds the same balance when it signs in again. Raises `BadInput` (not_confirmed), and `Conflict`
    (payout_under_way) while a payout is on its way. Not inside a transaction.
    """
    if confirmation != CONFIRMATION:
        raise BadInput(f"To delete everything, send confirm: “{CONFIRMATION}”.", code="not_confirmed")
    _refuse_while_paid(user)
    viewer = Viewer(user_id=user.pk)
    live = Message.objects.of(viewer).filter(status=Status.PENDING, job_id__isnull=False)
    for job_id in list(live.values_list("job_id", flat=True)):
        run_sync(jobs.stop(str(job_id)))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # as who asks for a payout does
        _refuse_while_paid(user)
        delete_locked(Conversation.objects.of(viewer))
        remove_workers(owner=user)
        forget_wallets(user=user)
        delete_access(user=user)
        audit(actor=user, action=DATA_DELETED, subject=user.public_id)


def _refuse_while_paid(user: User) -> None:
    if payouts_of(user).filter(state__in=OPEN).exists():
        raise Conflict(
            "A payout is on its way to you. Everything can be deleted once it has arrived.",
            code="payout_under_way",
        )
