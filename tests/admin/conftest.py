"""One real chain for the tests of signing; the other tests need none."""

from tests.chain.conftest import config, dev
from tests.payouts.conftest import chain, town

__all__ = ["chain", "config", "dev", "town"]
