"""Whatever three wallets do in whatever order, the vault holds at least what it owes, to the unit."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .support import ETHER, FAR, permit

EACH = 100
ENDLESS = 2**256 - 1
MOSTLY_ALLOWED = {51: 0, 52: EACH, 53: EACH + 1, 54: 10**9 * ETHER, 55: ENDLESS}
AMOUNTS = st.integers(1, 55).map(lambda drawn: MOSTLY_ALLOWED.get(drawn, drawn))
STEPS = st.tuples(
    st.sampled_from(["stake", "stake", "permit", "unstake", "unstake", "transfer", "direct"]),
    st.integers(0, 2),
    AMOUNTS,
)


@dataclass
class Model:
    """What should be: free tokens and stakes by person, and what was sent to the vault directly."""

    free: Counter = field(default_factory=Counter)
    staked: Counter = field(default_factory=Counter)
    direct: int = 0

    def step(self, what: str, who: int, amount: int) -> bool:
        """Do it, if it is allowed; whether it is."""
        held = self.staked if what == "unstake" else self.free
        if amount > held[who] or (amount == 0 and what in ("stake", "permit", "unstake")):
            return False
        held[who] -= amount
        if what == "unstake":
            self.free[who] += amount
        elif what == "transfer":
            self.free[(who + 1) % 3] += amount
        elif what == "direct":
            self.direct += amount
        else:
            self.staked[who] += amount
        return True


def call_of(what, token, vault, people, who, amount):
    if what == "permit":
        signed = permit(token, people[who], vault.address, amount)
        return vault.functions.stakeWithPermit(amount, FAR, *signed)
    return {
        "stake": vault.functions.stake,
        "unstake": vault.functions.unstake,
        "transfer": lambda units: token.functions.transfer(people[(who + 1) % 3].address, units),
        "direct": lambda units: token.functions.transfer(vault.address, units),
    }[what](amount)


def check(model, token, vault, people) -> None:
    held = token.functions.balanceOf(vault.address).call()
    total = vault.functions.totalStaked().call()
    stakes = [vault.functions.stakeOf(person.address).call() for person in people]
    assert stakes == [model.staked[who] for who in range(3)]
    assert sum(stakes) == total
    assert held == total + model.direct
    free = [token.functions.balanceOf(person.address).call() for person in people]
    assert free == [model.free[who] for who in range(3)]


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking would send thousands of transactions
    suppress_health_check=[HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=6, max_size=15))
def test_sequences(chain, steps) -> None:
    people = [chain.person() for _ in range(3)]
    treasury = chain.role("treasury")
    token = chain.deploy("AshaoToken", treasury.address)
    vault = chain.deploy("StakingVault", token.address)
    model = Model()
    for who, person in enumerate(people):
        chain.send(treasury, token.functions.transfer(person.address, EACH))
        chain.send(person, token.functions.approve(vault.address, ENDLESS))
        model.free[who] = EACH
    for what, who, amount in steps:
        call = call_of(what, token, vault, people, who, amount)
        allowed = model.step(what, who, amount)
        chain.send(people[who], call, status=1 if allowed else 0)
        if what == "permit" and allowed:  # it replaced the endless allowance
            chain.send(people[who], token.functions.approve(vault.address, ENDLESS))
        check(model, token, vault, people)
    for who, person in enumerate(people):
        if model.staked[who]:
            chain.send(person, vault.functions.unstake(model.staked[who]))
    assert vault.functions.totalStaked().call() == 0
    assert token.functions.balanceOf(vault.address).call() == model.direct
