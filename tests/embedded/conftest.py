from collections.abc import Iterator
from pathlib import Path

import pytest

from ashao_site.embedded.home import Home
from ashao_site.embedded.temporary import make_temporary_home, remove_temporary_home

from .helpers import processes_in, wait_for


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that every user may pass through. No process of it may outlive the test."""
    path = make_temporary_home()
    yield path
    nothing_left = wait_for(lambda: not processes_in(path), timeout_s=120)
    left = processes_in(path)
    remove_temporary_home(Home(path))
    assert nothing_left, left
