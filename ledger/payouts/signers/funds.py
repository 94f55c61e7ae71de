"""Whether a payout can be signed now: what the treasury can still sign away, and whom USDC refuses."""

from dataclasses import dataclass

from ashao_site.chain.view import ChainView
from ledger.payouts.models import Payout
from ledger.payouts.moves import BLOCKED, ELSEWHERE, POOR, fail_alone, is_bound_to, note_problem
from ledger.payouts.queries import outstanding_micros


@dataclass
class Funds:
    """What the treasury can still sign away: its USDC less what is signed already."""

    free_micros: int

    @classmethod
    def of(cls, view: ChainView) -> "Funds":
        """As the chain and the rows say now."""
        held = view.usdc.balance(view.config.treasury, at=view.latest.number)
        return cls(held - outstanding_micros(view.config))

    def take(self, payout: Payout) -> bool:
        """Whether it is enough for this one too; then it is taken."""
        if self.free_micros < payout.amount_micros:
            return False
        self.free_micros -= payout.amount_micros
        return True

    def put_back(self, payout: Payout) -> None:
        """What was taken for this one and not signed away."""
        self.free_micros += payout.amount_micros


def problem_before_signing(view: ChainView, payout: Payout, funds: Funds) -> str:
    """Why it is not to be signed now, "" where nothing is in the way. Written down; one that can never be paid fails.

    Nothing can have paid a payout that no signer was ever handed: that one's money goes back at once.
    """
    problem = ""
    if not is_bound_to(payout, view.config):
        problem = ELSEWHERE
    elif view.usdc.is_blocked(payout.wallet):
        problem = BLOCKED
        if payout.authorized_until is None:
            fail_alone(payout, BLOCKED)
            return BLOCKED
    elif not funds.take(payout):
        problem = POOR
    if problem:
        note_problem(payout, problem)
    return problem
