"""The treasury's own wallet and a Safe, from the admin, on a real chain."""

import json
import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django_vite.core.asset_loader import DjangoViteAssetLoader
from eth_account import Account

from ledger.payouts.advance import advance_payouts
from ledger.payouts.models import Payout
from ledger.payouts.signers.safe_file import checksum_of
from tests.payouts.support import DOLLAR, Town, assert_paid_once

from .support import staff_member, verified

LIST = "/admin/ledger/payout/"


@pytest.fixture(autouse=True)
def vite_dev_mode(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names its script without a build's manifest."""
    settings.DJANGO_VITE = {"default": {"dev_mode": True}}
    monkeypatch.setattr(DjangoViteAssetLoader, "_instance", None)


@pytest.fixture
def signer(town: Town, settings: Any) -> Client:
    settings.MONEY = replace(settings.MONEY, signer_key="")
    return verified(staff_member("alice", "ledger.view_payout", "ledger.sign_payout"))


def call(client: Client, name: str, body: dict[str, object]) -> Any:
    answer = client.post(f"{LIST}sign/{name}/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def state_of(payout: Payout) -> str:
    return Payout.objects.get(pk=payout.pk).state


def test_the_treasurys_wallet_signs_a_batch(town: Town, signer: Client) -> None:
    one, two, open_one = town.approved(), town.approved(7 * DOLLAR), town.requested()
    page = signer.get(f"{LIST}sign/", {"ids": f"{one.public_id},{two.public_id},{open_one.public_id}"})
    config = json.loads(re.search(r'id="ashao-config"[^>]*>(.*?)</script>', page.content.decode()).group(1))  # type: ignore[union-attr]
    assert [payout["id"] for payout in config["payouts"]] == [one.public_id, two.public_id]
    assert (config["treasury"], config["payouts"][1]["amount"]) == (town.treasury.address, 7 * DOLLAR)

    asked = call(signer, "prepare", {"ids": [one.public_id, two.public_id]})["requests"]
    signatures = [
        {"id": a["id"], "validBefore": a["validBefore"], "signature": town.sign(a["typedData"])}
        for a in asked
    ]
    signatures[1]["signature"] = town.sign(asked[1]["typedData"], Account.create())
    results = call(signer, "submit", {"signatures": signatures})["results"]
    assert [bool(result["problem"]) for result in results] == [False, True]
    assert (state_of(one), state_of(two)) == ("signed", "approved")
    assert Payout.objects.get(pk=one.pk).signed_by == "wallet"
    town.finish()
    assert_paid_once(town, one)


def test_a_safe_executes_a_file_and_staff_record_it(town: Town, signer: Client) -> None:
    payouts = [town.approved(), town.approved(7 * DOLLAR)]
    ids = ",".join(payout.public_id for payout in payouts)
    form = {"ids": ids, "key": str(uuid4())}
    assert "$12.00" in signer.get(f"{LIST}safe/", {"ids": ids}).content.decode()
    answer = signer.post(f"{LIST}safe/", form)
    assert answer["Content-Disposition"].startswith("attachment")
    batch = json.loads(answer.content)
    assert batch["meta"]["checksum"] == checksum_of(batch)
    assert [one["contractInputsValues"]["to"] for one in batch["transactions"]] == [p.wallet for p in payouts]
    assert {one["to"] for one in batch["transactions"]} == {town.config.usdc}
    again = signer.post(f"{LIST}safe/", form, follow=True).content.decode()
    assert "Nothing was done again" in again
    other = signer.post(f"{LIST}safe/", form | {"key": str(uuid4())}, follow=True).content.decode()
    assert "Nothing was given to the Safe" in other  # a second file with the same payout could pay it twice

    key = town.treasury
    town.chain.rpc("anvil_setBalance", key.address, hex(10**18))
    hashes = []
    for one in batch["transactions"]:
        values = one["contractInputsValues"]
        transfer = town.usdc.functions.transfer(values["to"], int(values["value"]))
        hashes.append(town.chain.send(key, transfer)["transactionHash"].to_0x_hex())
    record = {"payout": [payouts[0].public_id], "tx_hash": hashes[1], "record": "yes", "note": ""}
    page = signer.post(f"{LIST}safe/record/", record | {"key": str(uuid4())}, follow=True).content.decode()
    assert "Nothing was changed" in page  # that transaction paid the other one
    abandon = {"payout": [payouts[0].public_id], "tx_hash": "", "abandon": "yes", "note": "It was lost."}
    page = signer.post(f"{LIST}safe/record/", abandon | {"key": str(uuid4())}, follow=True).content.decode()
    assert "looks like the file" in page
    for payout, tx_hash in zip(payouts, hashes, strict=True):
        form = record | {"payout": [payout.public_id], "tx_hash": tx_hash, "key": str(uuid4())}
        assert "One payout executed" in signer.post(f"{LIST}safe/record/", form, follow=True).content.decode()
    for _ in range(3):
        town.mine()
        advance_payouts()
    assert_paid_once(town, *payouts)


def test_a_file_that_was_not_executed_is_abandoned(town: Town, signer: Client) -> None:
    payout = town.approved()
    signer.post(f"{LIST}safe/", {"ids": payout.public_id, "key": str(uuid4())})
    assert state_of(payout) == "signed"
    form = {"payout": [payout.public_id], "tx_hash": "", "abandon": "yes", "key": str(uuid4())}
    for wrong in ({"note": ""}, {"note": "Lost.", "payout": []}, {"note": "x" * 301}):
        assert signer.post(f"{LIST}safe/record/", form | wrong).status_code == 400
    page = signer.post(f"{LIST}safe/record/", form | {"note": "It was lost."}, follow=True).content.decode()
    assert "taken back from the Safe" in page
    assert state_of(payout) == "approved"


@pytest.mark.parametrize("tx_hash", ["", "0x12", "0x" + "g" * 64, "0x" + "1" * 64])
def test_hashes_of_nothing_record_nothing(town: Town, signer: Client, tx_hash: str) -> None:
    payout = town.approved()
    signer.post(f"{LIST}safe/", {"ids": payout.public_id, "key": str(uuid4())})
    form = {
        "payout": [payout.public_id],
        "tx_hash": tx_hash,
        "record": "yes",
        "note": "",
        "key": str(uuid4()),
    }
    assert signer.post(f"{LIST}safe/record/", form).status_code in (302, 400)
    assert state_of(payout) == "signed"
