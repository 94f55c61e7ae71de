"""DevUSDC: what payouts and deposits rely on in the real USDC."""

import pytest
from eth_account import Account
from web3 import Web3
from web3.logs import DISCARD

from .support import AUTHORIZATION, CANCEL, FAR, packed, permit, sign

DOLLAR = 10**6
NONCE = Web3.keccak(text="payout one")
TRANSFER, RECEIVE = "transferWithAuthorization", "receiveWithAuthorization"
FORMS = ["vrs", "bytes"]
BLACKLISTED = "Blacklistable: account is blacklisted"
USED = "FiatTokenV2: authorization is used or canceled"
INVALID = "FiatTokenV2: invalid signature"


@pytest.fixture
def payer(chain, usdc, alice):
    """Alice, with ten dollars."""
    chain.send(chain.role("faucet"), usdc.functions.mint(alice.address, 10 * DOLLAR))
    return alice


def authorization(
    usdc,
    signer,
    payee,
    *,
    payer=None,
    kind=TRANSFER,
    form="vrs",
    value=DOLLAR,
    after=0,
    before=FAR,
    nonce=NONCE,
):
    """The call that hands a signed authorization in."""
    values = [(payer or signer).address, payee.address, value, after, before, nonce]
    signed = sign(usdc, signer, kind[0].upper() + kind[1:], AUTHORIZATION, values, "2")
    return handing_in(usdc, kind, values, signed, form)


def handing_in(usdc, kind, values, signed, form):
    tail = ("uint8,bytes32,bytes32", signed) if form == "vrs" else ("bytes", (packed(signed),))
    types = ",".join(member.split(":")[1] for member in (CANCEL if len(values) == 2 else AUTHORIZATION))
    return usdc.get_function_by_signature(f"{kind}({types},{tail[0]})")(*values, *tail[1])


def cancellation(usdc, signer, form, nonce=NONCE):
    signed = sign(usdc, signer, "CancelAuthorization", CANCEL, [signer.address, nonce], "2")
    return handing_in(usdc, "cancelAuthorization", [signer.address, nonce], signed, form)


def balance(usdc, account) -> int:
    return usdc.functions.balanceOf(account.address).call()


def test_it_looks_like_usdc(usdc) -> None:
    call = usdc.functions
    assert (call.name().call(), call.symbol().call(), call.decimals().call()) == ("USD Coin", "USDC", 6)
    assert call.version().call() == "2"
    # As published for the real one.
    assert (
        call.TRANSFER_WITH_AUTHORIZATION_TYPEHASH()
        .call()
        .hex()
        .startswith("7c7c6cdb67a18743f49ec6fa9b35f50d")
    )
    assert (
        call.RECEIVE_WITH_AUTHORIZATION_TYPEHASH().call().hex().startswith("d099cc98ef71107a616c4f0f941f04c3")
    )
    assert call.CANCEL_AUTHORIZATION_TYPEHASH().call().hex().startswith("158b0a9edf7a828aad02f63cd515c68e")


def test_only_the_faucet_mints_and_only_the_blacklister_lists(chain, usdc, alice) -> None:
    chain.refuses(alice, usdc.functions.mint(alice.address, 1), "FiatToken: caller is not a minter")
    for call in (usdc.functions.blacklist(alice.address), usdc.functions.unBlacklist(alice.address)):
        chain.refuses(alice, call, "Blacklistable: caller is not the blacklister")


@pytest.mark.parametrize("form", FORMS)
def test_anyone_hands_a_transfer_in_once(chain, usdc, payer, bob, charlie, form) -> None:
    call = authorization(usdc, payer, bob, form=form)
    assert not usdc.functions.authorizationState(payer.address, NONCE).call()
    receipt = chain.send(charlie, call)
    (used,) = usdc.events.AuthorizationUsed().process_receipt(receipt, errors=DISCARD)
    assert used["args"] == {"authorizer": payer.address, "nonce": bytes(NONCE)}
    assert usdc.functions.authorizationState(payer.address, NONCE).call()
    chain.refuses(charlie, call, USED)
    other = "bytes" if form == "vrs" else "vrs"
    chain.refuses(charlie, authorization(usdc, payer, bob, form=other), USED)
    chain.refuses(charlie, authorization(usdc, payer, charlie, value=2), USED)  # another payment, same nonce
    chain.refuses(payer, cancellation(usdc, payer, form), USED)
    assert (balance(usdc, payer), balance(usdc, bob)) == (9 * DOLLAR, DOLLAR)


@pytest.mark.parametrize("form", FORMS)
def test_a_receive_is_for_the_payee_only(chain, usdc, payer, bob, charlie, form) -> None:
    call = authorization(usdc, payer, bob, kind=RECEIVE, form=form)
    chain.refuses(charlie, call, "FiatTokenV2: caller must be the payee")
    chain.send(bob, call)
    chain.refuses(bob, call, USED)
    assert balance(usdc, bob) == DOLLAR


@pytest.mark.parametrize("kind", [TRANSFER, RECEIVE])
def test_time(chain, usdc, payer, bob, kind) -> None:
    early = authorization(usdc, payer, bob, kind=kind, after=chain.now() + 1000)
    chain.refuses(bob, early, "FiatTokenV2: authorization is not yet valid")
    late = authorization(usdc, payer, bob, kind=kind, before=chain.now())
    chain.refuses(bob, late, "FiatTokenV2: authorization is expired")
    assert not usdc.functions.authorizationState(payer.address, NONCE).call()


@pytest.mark.parametrize("form", FORMS)
def test_cancelled(chain, usdc, payer, bob, form) -> None:
    receipt = chain.send(bob, cancellation(usdc, payer, form))
    (cancelled,) = usdc.events.AuthorizationCanceled().process_receipt(receipt, errors=DISCARD)
    assert cancelled["args"] == {"authorizer": payer.address, "nonce": bytes(NONCE)}
    chain.refuses(bob, authorization(usdc, payer, bob, form=form), USED)
    chain.refuses(bob, cancellation(usdc, payer, form), USED)
    chain.send(bob, cancellation(usdc, bob, form))  # nonces are each authorizer's own
    assert balance(usdc, bob) == 0


@pytest.mark.parametrize("form", FORMS)
def test_signed_by_another_or_for_another(chain, usdc, payer, bob, form) -> None:
    chain.refuses(bob, authorization(usdc, bob, bob, payer=payer, form=form), INVALID)
    values = [payer.address, bob.address, DOLLAR, 0, FAR, NONCE]
    signed = sign(usdc, payer, "TransferWithAuthorization", AUTHORIZATION, values, "2")
    chain.refuses(
        bob, handing_in(usdc, TRANSFER, [*values[:2], DOLLAR + 1, *values[3:]], signed, form), INVALID
    )
    chain.refuses(bob, handing_in(usdc, RECEIVE, values, signed, form), INVALID)
    wrong_domain = sign(usdc, payer, "TransferWithAuthorization", AUTHORIZATION, values, "1")
    chain.refuses(bob, handing_in(usdc, TRANSFER, values, wrong_domain, form), INVALID)
    assert balance(usdc, payer) == 10 * DOLLAR


def test_the_other_s_of_a_signature_is_refused(chain, usdc, payer, bob) -> None:
    """Every signature has a twin that recovers to the same address; accepting it would accept a forgery."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    values = [payer.address, bob.address, DOLLAR, 0, FAR, NONCE]
    v, r, s = sign(usdc, payer, "TransferWithAuthorization", AUTHORIZATION, values, "2")
    twin = (55 - v, r, (order - int.from_bytes(s)).to_bytes(32))
    for form in FORMS:
        chain.refuses(bob, handing_in(usdc, TRANSFER, values, twin, form), INVALID)


def test_a_contract_wallet_signs_as_its_owner_does(chain, usdc, alice, bob) -> None:
    wallet = chain.deploy("testing/ContractWallet", alice.address)
    chain.send(chain.role("faucet"), usdc.functions.mint(wallet.address, DOLLAR))
    chain.refuses(bob, authorization(usdc, bob, bob, payer=wallet, form="bytes"), INVALID)
    chain.send(bob, authorization(usdc, alice, bob, payer=wallet, form="bytes"))
    assert balance(usdc, bob) == DOLLAR


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("who", ["payer", "payee"])
def test_blacklisted(chain, usdc, payer, bob, charlie, who, form) -> None:
    listed, blacklister = payer if who == "payer" else bob, chain.role("blacklister")
    chain.send(chain.role("faucet"), usdc.functions.mint(bob.address, DOLLAR))
    chain.send(payer, usdc.functions.approve(charlie.address, DOLLAR))
    chain.send(blacklister, usdc.functions.blacklist(listed.address))
    call = authorization(usdc, payer, bob, form=form)
    chain.refuses(charlie, call, BLACKLISTED)
    chain.refuses(payer, usdc.functions.transfer(bob.address, 1), BLACKLISTED)
    chain.refuses(bob, usdc.functions.transfer(payer.address, 1), BLACKLISTED)
    chain.refuses(charlie, usdc.functions.transferFrom(payer.address, bob.address, 1), BLACKLISTED)
    assert not usdc.functions.authorizationState(payer.address, NONCE).call()
    chain.send(blacklister, usdc.functions.unBlacklist(listed.address))
    chain.send(charlie, call)  # the same signature, once it may


def test_a_blacklisted_spender_cannot_move_what_others_allowed(chain, usdc, payer, bob) -> None:
    chain.send(payer, usdc.functions.approve(bob.address, DOLLAR))
    chain.send(chain.role("blacklister"), usdc.functions.blacklist(bob.address))
    call = usdc.functions.transferFrom(payer.address, Account.create().address, 1)
    chain.refuses(bob, call, BLACKLISTED)


def test_an_empty_treasury_keeps_the_authorization(chain, usdc, payer, bob) -> None:
    call = authorization(usdc, payer, bob, value=11 * DOLLAR)
    chain.refuses(bob, call, "ERC20: transfer amount exceeds balance")
    chain.send(chain.role("faucet"), usdc.functions.mint(payer.address, DOLLAR))
    chain.send(bob, call)
    assert (balance(usdc, payer), balance(usdc, bob)) == (0, 11 * DOLLAR)


@pytest.mark.parametrize("form", FORMS)
def test_permit(chain, usdc, payer, bob, form) -> None:
    signed = permit(usdc, payer, bob.address, 5, version="2")
    tail = ("uint8,bytes32,bytes32", signed) if form == "vrs" else ("bytes", (packed(signed),))
    function = usdc.get_function_by_signature(f"permit(address,address,uint256,uint256,{tail[0]})")
    call = function(payer.address, bob.address, 5, FAR, *tail[1])
    chain.send(bob, call)
    assert usdc.functions.allowance(payer.address, bob.address).call() == 5
    chain.refuses(bob, call, "EIP2612: invalid signature")
    expired = function(payer.address, bob.address, 5, 1, *tail[1])
    chain.refuses(bob, expired, "FiatTokenV2: permit is expired")
