"""The two attacks that once stopped a web process, in short: `make bench BENCH_ARGS=attacks` measures them in full."""

from collections.abc import Iterator

import pytest

from ashao_site.embedded.stack import WEB, Stack
from bench.attacks import ATTACKS, refuse_others, run_attack

pytestmark = pytest.mark.stack

CONNECTIONS, SECONDS = 40, 5.0


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(only=WEB) as running:
        yield running


@pytest.mark.parametrize("name", ATTACKS)
def test_others_are_answered_and_nothing_stays(stack: Stack, name: str) -> None:
    found = run_attack(
        name, stack.base_url, connections=CONNECTIONS, seconds=SECONDS, database_url=stack.database_url
    )
    assert set(found.statuses) == {200}
    assert found.attack.total() >= CONNECTIONS
    assert not [told for told in found.attack if told.startswith("500")]
    assert not any(found.left.values()), found.left
    pid = stack.pid_of("web")
    assert stack.answers("web")
    assert stack.pid_of("web") == pid


@pytest.mark.parametrize(
    "url", ["http://example.org:80", "https://127.0.0.1:8000", "http://127.0.0.1", "file:///x"]
)
def test_it_attacks_this_machine_only(url: str) -> None:
    with pytest.raises(SystemExit):
        refuse_others(url)
