"""All that is held of a person as one file, written piece by piece: it is never in memory as a whole.

No secret is in it, neither a key nor a token, nor a hash of one.
"""

import ashao_site.accounts.personal
import chat.personal
import ledger.personal
import workers.personal
from ashao_site.account.statement.wire import statement_pieces
from ashao_site.accounts.models import User
from ashao_site.lib.pieces import Pieces, json_object


def export_account(user: User) -> Pieces:
    """The pieces of the file: `AccountExportSerializer` says what is in it."""
    return json_object(
        {
            **ashao_site.accounts.personal.exported(user),
            **workers.personal.exported(user),
            **ledger.personal.exported(user),
            "statement": statement_pieces(user),
            **chat.personal.exported(user),
        }
    )
