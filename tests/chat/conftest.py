"""People of these tests. Everything here commits: jobs run in threads with connections of their own."""

import pytest

from chat.live import news
from ledger.books.actions import fund_promo
from tests.chat.support import CREDIT, Browser, person


@pytest.fixture(autouse=True)
def forget_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "_last", None)


@pytest.fixture
def alice(transactional_db: None) -> Browser:
    return person("a1", credits=100)


@pytest.fixture
def bob(transactional_db: None) -> Browser:
    return person("b0", credits=100)


@pytest.fixture
def guest(transactional_db: None) -> Browser:
    fund_promo(key="test:promo", amount_micros=10_000 * CREDIT, note="test", staff="test")
    return Browser()
