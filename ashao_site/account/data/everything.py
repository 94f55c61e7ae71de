"""All that is held of a person, in whichever app: as one file, and deleted."""

from typing import Protocol

from django.db import transaction

import ashao_site.accounts.personal
import chat.personal
import ledger.personal
import workers.personal
from ashao_site.accounts.audit import audit
from ashao_site.accounts.models import User
from ashao_site.lib.errors import BadInput
from ashao_site.lib.pieces import Pieces, json_object

CONFIRMATION = "delete everything"
DATA_DELETED = "account.data_deleted"


class KeepsData(Protocol):
    """What the module `personal` of an app offers."""

    def exported(self, user: User) -> dict[str, Pieces]:
        """All that the app holds of the person: by name, a value of JSON that is read while it is written."""

    def forget(self, user: User) -> None:
        """Delete of it what can be deleted, within the caller's transaction, in which the person's row is locked."""


APPS: tuple[KeepsData, ...] = (ashao_site.accounts.personal, workers.personal, ledger.personal, chat.personal)
"""In the order of the file."""


def export_account(user: User) -> Pieces:
    """The pieces of the file, which is never in memory as a whole: `AccountExportSerializer` says what is in it.

    No secret is, neither a key nor a token, nor a hash of one.
    """
    return json_object({name: pieces for app in APPS for name, pieces in app.exported(user).items()})


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
        for app in reversed(APPS):
            app.forget(user)
        audit(actor=user, action=DATA_DELETED, subject=user.public_id)
