"""What all Python tests share. The servers come from `python -m ashao_site.embedded services`."""

import gc
import os

import pytest
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import settings

from ashao_site.embedded.temporary import PREFIX
from ashao_site.lib.aio import own_connections
from tests.emptying import use_for_transactional_tests

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))
"""The same examples each time, so that a run fails for what was changed; `HYPOTHESIS=searching` looks for more."""


MANY_GRANTS = {"GRANTS_PER_ADDRESS": 100_000, "GRANTS_BUDGET_PERCENT": 100}
"""All people of the tests come from one address on one day. What the limits do is tested where that is the point."""


def pytest_configure() -> None:
    use_for_transactional_tests()
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # each process that tests start would compile everything anew
    for name, value in MANY_GRANTS.items():
        os.environ.setdefault(name, str(value))  # for the servers that tests start
        setattr(django_settings, name, value)


def pytest_collection_finish() -> None:
    """What is loaded stays: a sixth of the time of these processes went into looking through it for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """The test database is copied from that of `services`, which has all tables and nothing else."""
    if os.environ.get("ASHAO_HOME", "").rpartition("/")[2].startswith(PREFIX):
        database = connection.settings_dict
        database["TEST"]["TEMPLATE"] = database["NAME"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """The test database; at the end, the connections that `in_db` keeps are closed."""
    yield
    for pool in own_connections()._connection_pools.values():
        pool.close()
