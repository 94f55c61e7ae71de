"""All that is held of a person, in whichever app: as one file, and deleted."""

from django.db import transaction

import ashao_site.accounts.personal
import chat.personal
import ledger.personal
import workers.personal
from ashao_site.account.statement.wire import statement_pieces
from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib.errors import BadInput
from ashao_site.lib.pieces import Pieces, json_object

CONFIRMATION = "delete everything"
DATA_DELETED = "account.data_deleted"


def export_account(user: User) -> Pieces:
    """The pieces of the file, which is never in memory as a whole: `AccountExportSerializer` says what is in it.

    No secret is, neither a key nor a token, nor a hash of one.
    """
    return json_object(
        {
            **ashao_site.accounts.personal.exported(user),
            **workers.personal.exported(user),
            **ledger.personal.exported(user),
            "statement": statement_pieces(user),
            **chat.personal.exported(user),
        }
    )


def delete_everything(*, user: User, confirmation: str) -> None:
    """Delete conversations, API keys, workers, payout wallets and sessions of a person; all of them or none.

    Answers that are being written are stopped first. What stays is the books, and the wallet that they belong to: it
    finds the same balance when it signs in again. Raises `BadInput` (not_confirmed), and `Conflict`
    (payout_under_way) while a payout is on its way. Not inside a transaction.
    """
    if confirmation != CONFIRMATION:
        raise BadInput(f"To delete everything, send confirm: “{CONFIRMATION}”.", code="not_confirmed")
    ledger.personal.refuse_while_paid(user)
    chat.personal.stop_answers(user)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # as who asks for a payout does
        chat.personal.forget(user)
        workers.personal.forget(user)
        ledger.personal.forget(user)
        ashao_site.accounts.personal.forget(user)
        audit(actor=user, action=DATA_DELETED, subject=user.public_id)
