from collections.abc import Iterator

import pytest

from .fake_cloud import FakeCloud, serving


@pytest.fixture
def cloud() -> Iterator[FakeCloud]:
    with serving() as running:
        yield running
