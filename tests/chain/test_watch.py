"""What /readyz and the admin say of the chain, and that they never wait for it."""

import threading
import time
from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from ashao_site import health
from ashao_site.chain import watch as watching
from ashao_site.chain.watch import ChainWatch, NotConfigured, Reachable, Unreachable, Wrong
from ledger.reconciliation import alarms as money_alarms
from tests.admin.support import give_second_factor

from .nodes import dead_url, silent_node


@pytest.fixture(autouse=True)
def fresh_watch(monkeypatch):
    watch = ChainWatch()
    monkeypatch.setattr(health, "chain_watch", watch)
    monkeypatch.setattr(money_alarms, "chain_watch", watch)


def readyz() -> tuple[int, dict[str, str]]:
    started = time.monotonic()
    answer = Client().get("/readyz")
    assert time.monotonic() - started < 60
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_readyz_tells_of_the_chain_and_is_ready_without(settings, config):
    settings.CHAIN = config
    assert readyz() == (200, {"status": "ok", "postgres": "ok", "redis": "ok", "chain": "ok"})


@pytest.mark.django_db
def test_readyz_without_a_chain(settings):
    settings.CHAIN = None
    status, body = readyz()
    assert (status, body["status"], body["chain"]) == (200, "ok", "not configured")


@pytest.mark.django_db
def test_readyz_with_a_chain_that_is_away_or_another(settings, config, monkeypatch):
    settings.CHAIN = replace(config, rpc_url=dead_url())
    status, body = readyz()
    assert (status, body["status"], body["chain"]) == (200, "ok", "The chain's node cannot be reached.")
    settings.CHAIN = replace(config, chain_id=1)
    monkeypatch.setattr(health, "chain_watch", ChainWatch())
    status, body = readyz()
    assert (status, body["status"]) == (200, "ok")
    assert body["chain"] == "The chain at CHAIN_RPC_URL has id 31337, not 1 (CHAIN_ID)."


@pytest.mark.django_db
def test_readyz_does_not_wait_for_a_silent_node(settings, config):
    with silent_node() as url:
        settings.CHAIN = replace(config, rpc_url=url, timeout_s=5)
        status, body = readyz()
    assert (status, body["chain"]) == (200, "The chain has not answered yet.")


@pytest.mark.django_db
@pytest.mark.parametrize("is_there", [True, False])
def test_the_admin_says_it_on_its_first_page(settings, config, is_there):
    settings.CHAIN = config if is_there else replace(config, rpc_url=dead_url())
    client = Client()
    charlie = get_user_model().objects.create_user("charlie", password="x" * 20, is_staff=True)
    client.force_login(charlie)
    give_second_factor(client, charlie)
    page = client.get("/admin/").content.decode()
    assert ("The chain answers: block " in page) is is_there
    assert ("The chain&#x27;s node cannot be reached." in page) is not is_there


def test_a_status_is_asked_for_once_in_a_while():
    asked = []

    def ask():
        asked.append(1)
        return Reachable(7, 0)

    watch = ChainWatch(ask)
    threads = [threading.Thread(target=watch.status) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watch.status() == Reachable(7, 0)
    assert len(asked) == 1


def test_while_a_question_is_open_the_last_answer_holds(monkeypatch):
    monkeypatch.setattr(watching, "FRESH_S", 0.0)
    monkeypatch.setattr(watching, "WAIT_MAX_S", 0.05)
    go_on = threading.Event()
    answers = iter([Reachable(7, 0), Unreachable("Away.")])

    def ask():
        found = next(answers)
        if isinstance(found, Unreachable):
            go_on.wait(60)
        return found

    watch = ChainWatch(ask)
    assert watch.status() == Reachable(7, 0)
    assert watch.status() == Reachable(7, 0)
    monkeypatch.setattr(watching, "STALE_MAX_S", 0.0)
    assert watch.status() == Unreachable("The chain has not answered yet.")
    monkeypatch.setattr(watching, "STALE_MAX_S", 60.0)
    monkeypatch.setattr(watching, "WAIT_MAX_S", 60.0)
    go_on.set()
    assert watch.status() == Unreachable("Away.")


def test_a_failure_of_the_question_itself_is_not_the_end(monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    watch = ChainWatch(lambda: 1 // 0)
    assert watch.status() == Unreachable("The chain could not be asked.")


def test_changes_are_logged_once(monkeypatch):
    said = []
    monkeypatch.setattr(watching.log, "warning", lambda event, **more: said.append((event, more)))
    monkeypatch.setattr(watching.log, "info", lambda event, **more: said.append((event, more)))
    monkeypatch.setattr(watching, "FRESH_S", -1.0)
    states = [Reachable(1, 0), Unreachable("Away."), Unreachable("Away."), Wrong("Another."), Reachable(2, 0)]
    answers = iter([NotConfigured(), *states])
    watch = ChainWatch(lambda: next(answers))
    for _ in range(6):
        watch.status()
        for thread in threading.enumerate():  # its log line comes after its answer
            if thread.name == "chain-watch":
                thread.join(60)
    assert said == [
        ("chain_is_back", {"block": 1}),
        ("chain_trouble", {"reason": "Away."}),
        ("chain_trouble", {"reason": "Another."}),
        ("chain_is_back", {"block": 2}),
    ]
