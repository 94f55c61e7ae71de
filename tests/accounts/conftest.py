"""People of these tests."""

import pytest
from accounts_browser import Browser
from eth_account import Account


@pytest.fixture
def alice() -> Browser:
    return Browser(Account.from_key("0x" + "a1" * 32))


@pytest.fixture
def bob() -> Browser:
    return Browser(Account.from_key("0x" + "b0" * 32))
