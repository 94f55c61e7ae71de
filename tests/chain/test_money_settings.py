"""The settings of money: what is taken from the environment, and what is refused by name without being shown."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from ashao_site.configuration.money import KEYS_END, read_money

GOOD = f"0x{KEYS_END - 1:064x}"


@pytest.mark.parametrize(
    "value", ["1", "0x12", "0x" + "0" * 64, f"0x{KEYS_END:064x}", "0x" + "f" * 64, "z" * 66]
)
@pytest.mark.parametrize("name", ["RELAYER_KEY", "TREASURY_SIGNER_KEY", "FAUCET_KEY"])
def test_what_is_no_key_is_refused_and_not_shown(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        read_money(dev_chain=True, embedded={})
    assert value not in str(refused.value)


def test_keys_are_never_shown(monkeypatch):
    monkeypatch.setenv("RELAYER_KEY", GOOD)
    found = read_money(dev_chain=False, embedded={})
    assert found.relayer_key == GOOD
    assert GOOD not in repr(found)


def test_the_dev_chains_keys_are_used_on_the_dev_chain_only():
    embedded = {"relayer_key": GOOD, "faucet_key": GOOD, "treasury_signer_key": GOOD}
    assert read_money(dev_chain=True, embedded=embedded).faucet_key == GOOD
    found = read_money(dev_chain=False, embedded=embedded)
    assert (found.relayer_key, found.faucet_key, found.signer_key) == ("", "", "")


def test_a_faucet_is_for_the_dev_chain_only(monkeypatch):
    monkeypatch.setenv("FAUCET_KEY", GOOD)
    assert read_money(dev_chain=False, embedded={}).faucet_key == ""
