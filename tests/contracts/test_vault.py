"""StakingVault: everyone gets back what is theirs, at any time, and nobody else does."""

import pytest
from web3.logs import DISCARD

from staking.artifacts import artifact

from .support import ETHER, FAR, permit

AMOUNT = 100 * ETHER


@pytest.fixture
def staker(chain, token, alice):
    """Alice, with tokens."""
    chain.send(chain.role("treasury"), token.functions.transfer(alice.address, AMOUNT))
    return alice


def events(vault, receipt) -> list[tuple[str, str, int, int]]:
    return [
        (found["event"], *found["args"].values())
        for kind in (vault.events.Staked, vault.events.Unstaked)
        for found in kind().process_receipt(receipt, errors=DISCARD)
    ]


def stake(chain, token, vault, person, amount) -> None:
    chain.send(person, token.functions.approve(vault.address, amount))
    chain.send(person, vault.functions.stake(amount))


def test_stake_and_unstake(chain, token, vault, staker) -> None:
    chain.send(staker, token.functions.approve(vault.address, AMOUNT))
    receipt = chain.send(staker, vault.functions.stake(60))
    assert events(vault, receipt) == [("Staked", staker.address, 60, 60)]
    receipt = chain.send(staker, vault.functions.stake(30))
    assert events(vault, receipt) == [("Staked", staker.address, 30, 90)]
    receipt = chain.send(staker, vault.functions.unstake(50))
    assert events(vault, receipt) == [("Unstaked", staker.address, 50, 40)]
    assert vault.functions.stakeOf(staker.address).call() == 40 == vault.functions.totalStaked().call()
    assert token.functions.balanceOf(vault.address).call() == 40
    chain.send(staker, vault.functions.unstake(40))
    assert token.functions.balanceOf(staker.address).call() == AMOUNT


def test_zero_and_too_much_are_refused(chain, token, vault, staker, bob) -> None:
    stake(chain, token, vault, staker, 10)
    chain.refuses(staker, vault.functions.stake(0), "ZeroAmount")
    chain.refuses(staker, vault.functions.unstake(0), "ZeroAmount")
    chain.refuses(staker, vault.functions.stakeWithPermit(0, FAR, 27, b"\1" * 32, b"\1" * 32), "ZeroAmount")
    chain.refuses(staker, vault.functions.unstake(11), "StakeTooSmall")
    chain.refuses(bob, vault.functions.unstake(1), "StakeTooSmall")
    assert token.functions.balanceOf(vault.address).call() == 10


def test_nobody_else_can_touch_a_stake(chain, token, vault, staker, bob) -> None:
    """The only calls that write act on the caller's own, and the vault has allowed nobody its tokens."""
    stake(chain, token, vault, staker, AMOUNT)
    writes = {
        part["name"]: [one["name"] for one in part["inputs"]]
        for part in artifact("StakingVault").abi
        if part["type"] == "function" and part["stateMutability"] not in ("view", "pure")
    }
    assert writes == {
        "stake": ["amount"],
        "unstake": ["amount"],
        "stakeWithPermit": ["amount", "deadline", "v", "r", "s"],
    }
    for stranger in (bob, chain.role("deployer"), chain.role("treasury")):
        chain.refuses(stranger, vault.functions.unstake(1), "StakeTooSmall")
        taking = token.functions.transferFrom(vault.address, stranger.address, 1)
        chain.refuses(stranger, taking, "ERC20InsufficientAllowance")
    assert vault.functions.stakeOf(staker.address).call() == AMOUNT


def test_tokens_sent_directly_are_nobodys_stake(chain, token, vault, staker, bob) -> None:
    stake(chain, token, vault, staker, 40)
    chain.send(staker, token.functions.transfer(vault.address, 25))
    assert vault.functions.totalStaked().call() == 40
    assert token.functions.balanceOf(vault.address).call() == 65
    chain.refuses(staker, vault.functions.unstake(41), "StakeTooSmall")
    chain.send(staker, vault.functions.unstake(40))
    assert token.functions.balanceOf(vault.address).call() == 25


def test_stake_by_permit(chain, token, vault, staker) -> None:
    signed = permit(token, staker, vault.address, AMOUNT)
    receipt = chain.send(staker, vault.functions.stakeWithPermit(AMOUNT, FAR, *signed))
    assert events(vault, receipt) == [("Staked", staker.address, AMOUNT, AMOUNT)]
    assert token.functions.allowance(staker.address, vault.address).call() == 0


def test_a_permit_handed_in_by_someone_else_first_still_stakes(chain, token, vault, staker, bob) -> None:
    signed = permit(token, staker, vault.address, AMOUNT)
    call = vault.functions.stakeWithPermit(AMOUNT, FAR, *signed)
    chain.send(bob, token.functions.permit(staker.address, vault.address, AMOUNT, FAR, *signed))
    chain.send(staker, call)
    assert vault.functions.stakeOf(staker.address).call() == AMOUNT
    chain.refuses(staker, call, "ERC20InsufficientAllowance")


def test_someone_elses_permit_stakes_nothing(chain, token, vault, staker, bob) -> None:
    signed = permit(token, staker, vault.address, AMOUNT)
    chain.refuses(bob, vault.functions.stakeWithPermit(AMOUNT, FAR, *signed), "ERC20InsufficientAllowance")
    expired = permit(token, staker, vault.address, AMOUNT, deadline=1)
    chain.refuses(staker, vault.functions.stakeWithPermit(AMOUNT, 1, *expired), "ERC20InsufficientAllowance")


def test_a_token_that_calls_back_takes_nothing_twice(chain) -> None:
    token = chain.deploy("testing/ReentrantToken")
    vault = chain.deploy("StakingVault", token.address)
    alice = chain.person()
    chain.send(alice, token.functions.putIn(vault.address, 100))
    chain.refuses(alice, token.functions.takeOut(60, 30), "ReentrancyGuardReentrantCall")
    chain.send(alice, token.functions.takeOut(60, 0))
    assert vault.functions.stakeOf(token.address).call() == 40


def test_a_vault_wants_a_token(chain, alice) -> None:
    with pytest.raises(AssertionError):
        chain.deploy("StakingVault", alice.address)
