"""The dialog that makes a key and shows the command of a native worker: what it shows works."""

import re

import httpx
from playwright.sync_api import expect

from ashao_site.embedded.stack import Stack

from .conftest import Pages
from .earn_page import EarnPage


def test_the_command_names_this_network_and_its_key_registers_a_worker(pages: Pages, stack: Stack) -> None:
    chat = pages.chat()
    chat.sign_in()
    chat.test_id("earn-link").click()
    earn = EarnPage(chat.page)
    expect(earn.card).to_be_visible()
    earn.test_id("run-worker").click()
    earn.test_id("make-key").click()
    command = earn.test_id("worker-command")
    expect(command).to_have_value(re.compile(r"ASHAO_API_KEY=ak_\w+\n"))
    shown = command.input_value()
    assert f"--network {stack.base_url} " in shown
    key = re.search(r"ak_\w+", shown)
    assert key is not None
    registered = httpx.post(
        f"{stack.base_url}/api/worker/register",
        json={"type": "native", "model": "tiny"},
        headers={"Authorization": f"Bearer {key[0]}"},
        timeout=120,
    )
    assert registered.status_code == 201, registered.text
    for path in (
        "/api/chat/conversations",
        "/api/statement",
    ):  # whoever has the machine has no more than that
        refused = httpx.get(
            f"{stack.base_url}{path}", headers={"Authorization": f"Bearer {key[0]}"}, timeout=120
        )
        assert refused.json()["code"] == "key_scope", path
