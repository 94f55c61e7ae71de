"""What an owner calls a worker: said at registration or later, shown to the owner alone."""

import pytest

from tests.chat.support import Browser, person, refused
from workers.jobs.models import Worker

pytestmark = pytest.mark.django_db

REGISTER = "/api/worker/register"
BODY = {"type": "native", "model": "tiny"}


@pytest.fixture
def alice() -> Browser:
    return person("a1")


def registered(owner: Browser, **more: object) -> str:
    made = owner.call("POST", REGISTER, {**BODY, **more})
    assert made.status_code == 201, made.content
    return str(made.json()["workerId"])


def names(owner: Browser) -> list[str]:
    return [one["name"] for one in owner.get("/api/worker/stats").json()["workers"]]


def change(owner: Browser, worker_id: str, **changes: object) -> object:
    return owner.call("PATCH", f"/api/worker/{worker_id}", changes)


def test_a_worker_has_the_name_that_it_is_given(alice: Browser) -> None:
    nameless, named = registered(alice), registered(alice, name="  The tower ")
    assert names(alice) == ["The tower", ""]

    changed = change(alice, nameless, name="Küche 🦊")
    assert changed.json() == {"id": nameless, "name": "Küche 🦊", "paused": False}
    changed = change(alice, named, name="", paused=True)
    assert changed.json() == {"id": named, "name": "", "paused": True}
    assert change(alice, named, paused=False).json()["paused"] is False
    assert names(alice) == ["", "Küche 🦊"]


def test_bad_names_are_refused(alice: Browser) -> None:
    worker = registered(alice, name="fine")
    for bad in (5, None, True, ["x"], {}, "x" * 81, "a\x00b"):
        assert refused(alice.call("POST", REGISTER, {**BODY, "name": bad}))[0] == 400
        assert refused(change(alice, worker, name=bad, paused=True))[0] == 400
    assert refused(change(alice, worker)) == (400, "bad_input")
    assert names(alice) == ["fine"]
    assert Worker.objects.get().paused_at is None


def test_it_is_the_owners_to_give(alice: Browser) -> None:
    worker = registered(alice, name="mine")
    assert refused(change(person("b0"), worker, name="yours")) == (404, "not_found")
    assert names(alice) == ["mine"]
