"""What the chain says about a payout: paid, payable, or never payable again.

The three proofs that money may go back, each of them final:

- **ended**: at the latest block the nonce is unused, and a block that is `confirmations` deep is past the last
  second of every authorization that a signer was ever handed. Time does not go back on a chain, so no block
  after that one takes it; those before it will not change any more, and have not used it.
- **cancelled**: `AuthorizationCanceled` with its nonce, with enough confirmations.
- **spent**: its nonce was used for something that is not this payment, with enough confirmations.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ashao_site.lib.chain import ChainUnavailable
from ledger.payouts.models import Payout, RelayerAttempt
from ledger.payouts.onchain import CANCELED, TRANSFER, USED, Block, Event, Reader, Receipt, topic_of

LOG_WINDOW_BLOCKS = 1_000
MAX_LOG_WINDOWS = 20
"""How much of the chain is searched at once; the next time goes on from there."""
DEEPEST_REORG_BLOCKS = 1_000
"""A payment is searched for that far before where it was known not to be: deeper than any confirmations."""
UNPAID_STEP_BLOCKS = 100
"""How far the chain goes on before a payout's row says so."""
MAX_ATTEMPTS_ASKED = 16


class Proof(StrEnum):
    """Which of the three it is."""

    ENDED = "ended"
    CANCELLED = "cancelled"
    SPENT = "spent"


@dataclass(frozen=True)
class Head:
    """The end of the chain at one moment. `settled` is the latest block with enough confirmations."""

    latest: Block
    settled: Block


@dataclass(frozen=True)
class Payment:
    """The transaction that paid a payout, and where in it."""

    receipt: Receipt
    log_index: int


@dataclass(frozen=True)
class Unpayable:
    """The chain can never pay it; why, in a sentence."""

    reason: str
    proof: Proof


Evidence = Payment | Unpayable | None
"""None: neither. It may be paid at any moment."""


def head_of(found: Reader) -> Head:
    """The end of the chain. Raises `ChainUnavailable` where it is another chain, or has no USDC."""
    config = found.config
    if (said := found.chain_id()) != config.chain_id:
        raise ChainUnavailable(f"The chain at CHAIN_RPC_URL has id {said}, not {config.chain_id} (CHAIN_ID).")
    if not found.has_code(config.usdc):
        raise ChainUnavailable(f"The chain has no contract at {config.usdc} (USDC_ADDRESS).")
    latest = found.block()
    return Head(latest, found.block(max(0, latest.number - config.confirmations)))


def look_for(found: Reader, head: Head, payout: Payout) -> Evidence:
    """What the chain says of a payout that a signer was handed. Bounded; a long search goes on the next time."""
    assert payout.authorized_until is not None
    nonce = bytes.fromhex(payout.nonce[2:])
    if not found.view("authorizationState", payout.payer, nonce, at=head.latest.number):
        if head.settled.timestamp >= payout.authorized_until:
            return Unpayable("Its authorization ended before the chain took it.", Proof.ENDED)
        _note_unpaid(payout, head.settled.number)
        return None
    for tx_hash in _attempts_of(payout):
        receipt = read_receipt(found, tx_hash)
        if receipt and (paid := payment_in(receipt, payout)):
            return paid
    event = _find_use(found, head, payout)
    return None if event is None else _judge(found, head, payout, event)


def read_receipt(found: Reader, tx_hash: str) -> Receipt | None:
    """The receipt of a transaction, None where there is none yet."""
    return found.receipt(tx_hash)


def payment_in(receipt: Receipt, payout: Payout) -> Payment | None:
    """This payout's payment in a transaction: its nonce used, and right after that its transfer."""
    if not receipt.succeeded:
        return None
    wanted = (bytes(USED), _topic(payout.payer), bytes.fromhex(payout.nonce[2:]))
    used = next((event for event in receipt.events if event.topics == wanted), None)
    if used is None:
        return None
    after = sorted(
        (event for event in receipt.events if event.log_index > used.log_index),
        key=lambda event: event.log_index,
    )
    following = next((event for event in after if event.kind == bytes(TRANSFER)), None)
    if following is None or not is_transfer_of(following, payout):
        return None
    return Payment(receipt, following.log_index)


def plain_transfers(receipt: Receipt, payout: Payout) -> list[Event]:
    """Transfers of this payout's amount to its wallet that no authorization made: those of a Safe."""
    authorized = {event.log_index + 1 for event in receipt.events if event.kind == bytes(USED)}
    found = [event for event in receipt.events if is_transfer_of(event, payout)]
    return [event for event in found if event.log_index not in authorized] if receipt.succeeded else []


def is_transfer_of(event: Event, payout: Payout) -> bool:
    """Whether this event moves exactly the payout's amount from its payer to its wallet."""
    wanted = (bytes(TRANSFER), _topic(payout.payer), _topic(payout.wallet))
    return event.topics == wanted and event.data == payout.amount_micros.to_bytes(32)


def _judge(found: Reader, head: Head, payout: Payout, event: Event) -> Evidence:
    """What a use of the nonce means, whoever sent it."""
    receipt = read_receipt(found, event.tx_hash)
    if receipt and (paid := payment_in(receipt, payout)):
        return paid
    if receipt is None or event.block > head.settled.number:
        return None
    if not any(event.topics == one.topics for one in receipt.events):
        return None  # the node contradicts itself
    if event.kind == bytes(CANCELED):
        return Unpayable("Its authorization was cancelled on the chain.", Proof.CANCELLED)
    reason = f"Its authorization's nonce was used for another payment, in {event.tx_hash}."
    return Unpayable(reason, Proof.SPENT)


def _find_use(found: Reader, head: Head, payout: Payout) -> Event | None:
    """The event that used or cancelled the nonce, searched from where it is known not to be.

    One that is nowhere up to the end of the chain was hidden by the node: the next search begins anew.
    """
    topics = [["0x" + USED.hex().removeprefix("0x"), "0x" + CANCELED.hex().removeprefix("0x")]]
    wanted = [*topics, topic_of(payout.payer), payout.nonce]
    last = max(payout.searched_block or 0, (payout.unpaid_block or 0) - DEEPEST_REORG_BLOCKS, 0)
    for first, last in windows(head, last + 1):  # noqa: B020
        if events := found.events(wanted, first, last):
            return events[0]
    note_searched([payout], None if last >= head.latest.number else min(last, head.settled.number))
    return None


def windows(head: Head, first: int) -> Iterator[tuple[int, int]]:
    """The ranges of blocks that are searched now, from `first` on: to the end of the chain, or `MAX_LOG_WINDOWS`."""
    for _ in range(MAX_LOG_WINDOWS):
        if first > head.latest.number:
            return
        last = min(first + LOG_WINDOW_BLOCKS - 1, head.latest.number)
        yield first, last
        first = last + 1


def note_searched(payouts: Iterable[Payout], block: int | None) -> None:
    """Remember how far the search has come; None: it begins anew."""
    changed = [payout for payout in payouts if payout.searched_block != block]
    for payout in changed:
        payout.searched_block = block
    if changed:
        Payout.objects.filter(pk__in=[payout.pk for payout in changed]).update(searched_block=block)


def _note_unpaid(payout: Payout, block: int) -> None:
    """Remember that up to this block, which will not change, the chain has not paid it."""
    if block < (payout.unpaid_block or 0) + UNPAID_STEP_BLOCKS:
        return
    Payout.objects.filter(pk=payout.pk).update(unpaid_block=block)
    payout.unpaid_block = block


def _attempts_of(payout: Payout) -> list[str]:
    attempts = RelayerAttempt.objects.filter(transaction__payout=payout).order_by("-id")
    return list(attempts.values_list("tx_hash", flat=True)[:MAX_ATTEMPTS_ASKED])


def _topic(address: str) -> bytes:
    return bytes.fromhex(topic_of(address)[2:])
