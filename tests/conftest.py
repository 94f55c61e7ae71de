"""What all Python tests share. The servers come from `python -m ashao_site.embedded services`."""

import pytest

from tests.ledger.support import allow_truncate


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, in which tables may be emptied between tests."""
    with django_db_blocker.unblock():
        allow_truncate()
