"""A worker beside somebody at the same address who guesses tokens."""

import dataclasses

import pytest

from ashao_site.lib import limits
from ashao_site.lib.limits.table import Rate
from tests.workers.calls import Client, client_of
from tests.workers.support import person
from workers.api import identity

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_goes_on_also_after_what_is_remembered_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    few = dataclasses.replace(limits.BAD_TOKEN, address=Rate(1, 1, 3_600))
    monkeypatch.setattr(limits, "BAD_TOKEN", few)
    monkeypatch.setattr(identity, "REMEMBER_S", 0.0)
    worker, unknown = client_of(person("bob")), client_of(person("charlie"))
    guesser = Client(worker.id, "wt_of_nobody", worker.loop)
    assert worker.call("heartbeat")[0] == 200
    assert [guesser.call("heartbeat")[0] for _ in range(3)] == [401, 429, 429]

    assert worker.call("heartbeat")[0] == 200
    assert unknown.call("heartbeat")[0] == 429, "whoever was not known waits, as the guesser does"
