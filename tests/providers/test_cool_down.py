import threading
from datetime import UTC, datetime

import pytest

from workers.providers.base import Fault, ProviderError
from workers.providers.cloud import retry_after
from workers.providers.cool_down import MAX_RETRY_AFTER_S, CoolDown


def failure(fault: Fault, retry_after_s: float | None = None) -> ProviderError:
    return ProviderError("It failed.", fault=fault, retry_after_s=retry_after_s)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (failure(Fault.KEY), 600),
        (failure(Fault.QUOTA), 60),
        (failure(Fault.QUOTA, 5), 5),
        (failure(Fault.QUOTA, 0), 1),
        (failure(Fault.QUOTA, 1e9), MAX_RETRY_AFTER_S),
        (failure(Fault.BUSY, 5), 5),
    ],
)
def test_rests_for_the_named_time(error: ProviderError, seconds: float) -> None:
    now = [100.0]
    cool_down = CoolDown(lambda: now[0])
    assert cool_down.ready()
    cool_down.failed(error)
    now[0] = 100.0 + seconds - 0.1
    assert not cool_down.ready()
    now[0] = 100.0 + seconds
    assert cool_down.ready()


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.REQUEST, Fault.BLOCKED])
def test_one_failure_of_a_passing_kind_changes_nothing(fault: Fault) -> None:
    cool_down = CoolDown()
    cool_down.failed(failure(fault))
    assert cool_down.ready()


def test_a_running_rest_is_not_shortened() -> None:
    now = [0.0]
    cool_down = CoolDown(lambda: now[0])
    cool_down.failed(failure(Fault.KEY))
    cool_down.failed(failure(Fault.QUOTA, 5))
    now[0] = 599.0
    assert not cool_down.ready()


def test_threads_that_fail_together_are_all_counted() -> None:
    cool_down = CoolDown()
    threads = [
        threading.Thread(target=cool_down.failed, args=[failure(Fault.BUSY)], daemon=True) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not cool_down.ready()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("-3", 0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_reads_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, lambda: datetime(2026, 1, 1, tzinfo=UTC)) == seconds
