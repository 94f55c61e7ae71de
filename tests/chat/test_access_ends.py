"""Whoever signs out, or is signed out, hears no more: open sockets and streams end with what they were opened by."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from channels.testing import WebsocketCommunicator

from ashao_site.accounts.keys.actions import create_api_key, revoke_api_key
from ashao_site.accounts.models import User
from ashao_site.lib.aio import background_loop, run_sync
from chat.live import consumer as live
from chat.live.consumer import LiveConsumer
from chat.stream import rights
from tests.chat.support import Browser, Production, Stream, stream_of

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_S = 120.0


@pytest.fixture(autouse=True)
def _told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a stream looks for by itself must not be what the test sees."""
    monkeypatch.setattr(rights, "LOOK_FIRST_S", 600.0)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def reading(client: Stream, production: Production) -> "Future[Stream]":
    """The stream is open, and the beginning of the answer has come."""
    running = asyncio.run_coroutine_threadsafe(client.run(), background_loop())
    production.say("The beginning")
    until(lambda: b"The beginning" in client.body)
    return running


async def page_of(browser: Browser) -> WebsocketCommunicator:
    page = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/live", headers=[(b"cookie", browser.cookie())])
    assert (await page.connect())[0]
    assert (await page.receive_json_from(5))["type"] == "network"
    return page


def closes(page: WebsocketCommunicator) -> bool:
    """What was on its way to the page comes first."""
    while (said := run_sync(page.receive_output(10)))["type"] == "websocket.send":
        pass
    return bool(said["type"] == "websocket.close")


def sign_out(browser: Browser) -> None:
    assert browser.call("POST", "/api/auth/logout").status_code == 200


def end_elsewhere(browser: Browser) -> None:
    assert Browser(browser.user).call("DELETE", "/api/sessions").status_code == 204


def sign_out_in_the_admin(browser: Browser) -> None:
    answer = browser.client.post(
        "/admin/logout/", {"csrfmiddlewaretoken": "c" * 32}, HTTP_REFERER="http://testserver/"
    )
    assert answer.status_code == 200


def sign_in_over_it(browser: Browser) -> None:
    User.objects.create_superuser("charlie", "right-horse-7")
    form = {"username": "charlie", "password": "right-horse-7", "csrfmiddlewaretoken": "c" * 32}
    answer = browser.client.post(
        "/admin/login/", {**form, "next": "/admin/"}, HTTP_REFERER="http://testserver/"
    )
    assert answer.status_code == 302


WAYS = [sign_out, end_elsewhere, sign_out_in_the_admin, sign_in_over_it]


@pytest.mark.parametrize("end", WAYS)
def test_a_page_hears_no_more(alice: Browser, end: Callable[[Browser], None]) -> None:
    assert alice.user is not None
    User.objects.filter(pk=alice.user.pk).update(is_staff=True)
    stays = Browser(alice.user)
    other = run_sync(page_of(alice))
    if end is not end_elsewhere:
        mine = run_sync(page_of(stays))
    end(alice)
    assert closes(other)
    run_sync(other.disconnect())
    if end is not end_elsewhere:
        assert run_sync(mine.receive_nothing())
        run_sync(mine.disconnect())
    assert LiveConsumer.open_count == 0


@pytest.mark.parametrize("end", WAYS)
def test_an_answer_is_read_no_further(alice: Browser, end: Callable[[Browser], None]) -> None:
    assert alice.user is not None
    User.objects.filter(pk=alice.user.pk).update(is_staff=True)
    job_id, _ = alice.sent()
    production = Production(job_id)
    client = stream_of(alice, job_id)
    running = reading(client, production)
    end(alice)
    seen = running.result(WAIT_S)
    production.say(" and the rest")
    assert seen.whole
    assert b"rest" not in seen.body
    if end is not sign_in_over_it:
        assert stream_of_status(alice, job_id) == 401


def stream_of_status(browser: Browser, job_id: str) -> int:
    return run_sync(stream_of(browser, job_id).run()).status


def test_a_guest_who_signs_out(guest: Browser) -> None:
    job_id, _ = guest.sent()
    running = reading(stream_of(guest, job_id), Production(job_id))
    sign_out(guest)
    assert running.result(WAIT_S).whole


def test_others_and_other_sessions_read_on(alice: Browser, bob: Browser) -> None:
    job_id, _ = bob.sent()
    production = Production(job_id)
    running = reading(stream_of(bob, job_id), production)
    sign_out(alice)
    sign_out(Browser(bob.user))  # another browser of the same person
    production.say(" and the rest")
    production.complete()
    assert b"rest" in running.result(WAIT_S).body


def test_a_revoked_key_reads_no_further(alice: Browser) -> None:
    assert alice.user is not None
    job_id, _ = alice.sent()
    production = Production(job_id)
    key = create_api_key(user=alice.user, name="k")
    client = stream_of(alice, job_id, bearer=key.secret)
    running = reading(client, production)
    revoke_api_key(user=alice.user, public_id=key.key.public_id)
    assert running.result(WAIT_S).whole


def test_what_was_not_told_is_seen_in_time(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session can also end by itself, and a telling can be lost."""
    monkeypatch.setattr(rights, "LOOK_FIRST_S", 0.2)
    monkeypatch.setattr(rights, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(live, "CHECK_EVERY_S", 0.2)
    page = run_sync(page_of(alice))
    job_id, _ = alice.sent()
    running = reading(stream_of(alice, job_id), Production(job_id))
    alice.client.session.delete()
    assert running.result(WAIT_S).whole
    assert closes(page)
    run_sync(page.disconnect())
