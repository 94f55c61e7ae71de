"""Steps of the tests about branches."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from tests.chat.support import Browser, answer

Json = dict[str, Any]


def say(browser: Browser, content: str, reply: str, **body: Any) -> Json:
    """Send, and have it answered; what sending told."""
    response = browser.send(content, **body)
    assert response.status_code == 201, response.content
    sent: Json = response.json()
    answer(sent["jobId"], reply)
    return sent


def retry(browser: Browser, job_id: str) -> Any:
    return browser.call("POST", "/api/chat/retry", {"jobId": job_id})


def branch(browser: Browser, message_id: str) -> Any:
    return browser.call("POST", "/api/chat/branch", {"messageId": message_id})


def shown(browser: Browser, conversation_id: str) -> list[str]:
    return [one["content"] for one in browser.messages(conversation_id)]


def tab(of: Browser) -> Browser:
    """Another tab of the same person."""
    other = Browser()
    other.client.cookies.update(of.client.cookies)
    return other


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
