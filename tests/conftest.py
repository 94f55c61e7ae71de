"""What all Python tests share. The servers come from `python -m ashao_site.embedded services`."""

import os

import pytest
from hypothesis import settings

from ashao_site.lib.aio import own_connections
from tests.ledger.support import allow_truncate

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))
"""The same examples each time, so that a run fails for what was changed; `HYPOTHESIS=searching` looks for more."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, in which tables may be emptied between tests."""
    with django_db_blocker.unblock():
        allow_truncate()
    yield
    for pool in own_connections()._connection_pools.values():
        pool.close()
