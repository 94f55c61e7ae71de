"""What the database itself refuses, whoever writes to it."""

import itertools

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger.payouts.authorization import nonce_of
from ledger.payouts.models import Payout, PayoutDecision, RelayerTransaction
from ledger.payouts.states import NEXT, OPEN, PayoutState, sources_of
from tests.ledger.support import sql, sql_value

pytestmark = pytest.mark.django_db

NOBODY = "0x" + "11" * 20


def payout(state=PayoutState.REQUESTED, number=1, **more):
    public_id = f"pay_{number:022d}"
    return Payout.objects.create(
        public_id=public_id,
        user_id=1,
        wallet=NOBODY,
        amount_micros=5,
        key=f"1:{number}",
        nonce=nonce_of(public_id),
        requested_at=timezone.now(),
        state=state,
        **more,
    )


def refused(statement, *values):
    with pytest.raises(IntegrityError, match="payouts:"), transaction.atomic():
        sql(statement, *values)


def test_the_nonce_is_the_hash_of_the_id():
    # keccak256("pay_…") as any other implementation computes it.
    assert nonce_of("") == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_the_table_in_sql_is_the_one_in_python():
    for old, new in itertools.product(PayoutState, repeat=2):
        allowed = sql_value("SELECT ledger_payout_may_follow(%s, %s)", str(old), str(new))
        assert allowed == (new in NEXT[old]), (old, new)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(PayoutState, repeat=2)))
def test_every_step(old, new):
    row = payout(old)
    if new in NEXT[old] or new == old:
        sql("UPDATE ledger_payout SET state = %s WHERE id = %s", str(new), row.pk)
        assert Payout.objects.get().state == new
    else:
        refused("UPDATE ledger_payout SET state = %s WHERE id = %s", str(new), row.pk)


def test_the_table_itself():
    assert set(NEXT) == set(PayoutState)
    assert NEXT[PayoutState.FINAL] == NEXT[PayoutState.FAILED] == frozenset()
    assert sources_of(PayoutState.FINAL) == {PayoutState.INCLUDED}
    assert PayoutState.INCLUDED not in sources_of(PayoutState.FAILED)
    assert {PayoutState.FINAL, PayoutState.FAILED} == set(PayoutState) - OPEN


@pytest.mark.parametrize(
    "change",
    [
        "id = id + 1",
        "public_id = 'pay_9999999999999999999999'",
        "user_id = 2",
        "wallet = '0x2222222222222222222222222222222222222222'",
        "amount_micros = 6",
        "nonce = '0x00'",
        "key = 'x'",
        "requested_at = requested_at + interval '1 s'",
    ],
)
def test_what_it_is_never_changes(change):
    payout()
    refused(f"UPDATE ledger_payout SET {change}")


def test_where_it_is_paid_never_changes():
    payout(chain_id=1, token="0xa", payer="0xb", authorized_until=100)
    for change in ("chain_id = 2", "token = '0xc'", "payer = '0xc'", "payer = ''", "chain_id = NULL"):
        refused(f"UPDATE ledger_payout SET {change}")


def test_what_was_handed_out_is_never_taken_back():
    payout(chain_id=1, token="0xa", payer="0xb", authorized_until=100)
    sql("UPDATE ledger_payout SET authorized_until = 101, valid_before = 101")
    refused("UPDATE ledger_payout SET authorized_until = 100")
    refused("UPDATE ledger_payout SET authorized_until = NULL")
    refused("UPDATE ledger_payout SET valid_before = 102")


def test_nothing_is_deleted():
    row = payout()
    PayoutDecision.objects.create(payout=row, staff_id=1, decision="approve")
    RelayerTransaction.objects.create(chain_id=1, relayer=NOBODY, nonce=0, payout=row)
    refused("DELETE FROM ledger_payoutdecision")
    refused("UPDATE ledger_payoutdecision SET note = 'x'")
    refused("DELETE FROM ledger_relayertransaction")
    refused("DELETE FROM ledger_payout")


def test_a_nonce_of_the_relayer_is_used_once():
    RelayerTransaction.objects.create(chain_id=1, relayer=NOBODY, nonce=0)
    with pytest.raises(IntegrityError):
        RelayerTransaction.objects.create(chain_id=1, relayer=NOBODY, nonce=0)


def test_an_event_pays_one_payout():
    payout(number=1, tx_hash="0x1", log_index=0)
    with pytest.raises(IntegrityError):
        payout(number=2, tx_hash="0x1", log_index=0)
