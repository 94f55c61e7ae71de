"""The ways in which a payout is signed, one file each, behind one interface (`base`). Adding one is adding a file."""

from ledger.payouts.models import Payout
from ledger.payouts.signers.base import Signer
from ledger.payouts.signers.key import KEY
from ledger.payouts.signers.safe import SAFE
from ledger.payouts.signers.wallet import WALLET
from ledger.payouts.states import SignedBy

SIGNERS: dict[str, Signer] = {signer.way: signer for signer in (WALLET, KEY, SAFE)}
RELAYED = tuple(SignedBy(way) for way, signer in SIGNERS.items() if signer.is_relayed)
"""Those whose authorizations the relayer hands in; what others were given waits for people."""


def signer_of(payout: Payout) -> Signer:
    """Whose it is. One that nobody signed here was paid by what the treasury's wallet was once handed."""
    return SIGNERS.get(payout.signed_by, WALLET)
