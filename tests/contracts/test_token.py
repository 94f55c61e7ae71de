"""AshaoToken: a fixed supply that can only be burned."""

import pytest

from staking.artifacts import artifact

from .support import ETHER, FAR, permit

SUPPLY = 10**9 * ETHER


def test_the_supply_is_a_billion_and_the_recipients(chain, token) -> None:
    call = token.functions
    assert (call.name().call(), call.symbol().call(), call.decimals().call()) == ("ashao", "ASHAO", 18)
    assert call.totalSupply().call() == SUPPLY == call.INITIAL_SUPPLY().call()
    assert call.balanceOf(chain.role("treasury").address).call() == SUPPLY


def test_nobody_can_mint_or_own(token) -> None:
    writes = {
        part["name"]
        for part in artifact("AshaoToken").abi
        if part["type"] == "function" and part["stateMutability"] not in ("view", "pure")
    }
    assert writes == {"approve", "burn", "burnFrom", "permit", "transfer", "transferFrom"}


def test_a_burn_lowers_the_supply_by_the_holders_own(chain, token, alice) -> None:
    treasury = chain.role("treasury")
    receipt = chain.send(treasury, token.functions.burn(5 * ETHER))
    assert token.functions.totalSupply().call() == SUPPLY - 5 * ETHER
    burned = token.events.Transfer().process_receipt(receipt)
    assert [dict(event["args"]) for event in burned] == [
        {"from": treasury.address, "to": "0x" + "0" * 40, "value": 5 * ETHER}
    ]
    chain.refuses(alice, token.functions.burn(1), "ERC20InsufficientBalance")
    chain.refuses(alice, token.functions.burnFrom(treasury.address, 1), "ERC20InsufficientAllowance")


def test_a_permit_allows_once(chain, token, alice, bob) -> None:
    chain.send(chain.role("treasury"), token.functions.transfer(alice.address, 10))
    signed = permit(token, alice, bob.address, 7)
    call = token.functions.permit(alice.address, bob.address, 7, FAR, *signed)
    chain.send(bob, call)
    assert token.functions.allowance(alice.address, bob.address).call() == 7
    chain.refuses(bob, call, "ERC2612InvalidSigner")
    chain.send(bob, token.functions.transferFrom(alice.address, bob.address, 7))
    chain.refuses(
        bob, token.functions.transferFrom(alice.address, bob.address, 1), "ERC20InsufficientAllowance"
    )


@pytest.mark.parametrize("wrong", ["value", "spender", "deadline", "signer"])
def test_a_permit_for_something_else_is_refused(chain, token, alice, bob, wrong) -> None:
    past = chain.now() - 1
    signed = permit(
        token, bob if wrong == "signer" else alice, bob.address, 7, past if wrong == "deadline" else FAR
    )
    call = token.functions.permit(
        alice.address,
        alice.address if wrong == "spender" else bob.address,
        8 if wrong == "value" else 7,
        past if wrong == "deadline" else FAR,
        *signed,
    )
    chain.refuses(bob, call, "ERC2612ExpiredSignature" if wrong == "deadline" else "ERC2612InvalidSigner")
