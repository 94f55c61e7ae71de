"""Who may act for a person, on the account page: keys, workers, sessions; and everything taken along or deleted."""

import json
import re

import httpx
from playwright.sync_api import Page, expect

from ashao_site.embedded.stack import Stack

from .chain_wallet import ChainWallet
from .conftest import ARTIFACTS, Pages
from .looks import SCHEMES, SIZES, too_wide, violations
from .money_page import MoneyPage, somebody
from .people import Person

PICTURES = ARTIFACTS / "account"


def look(page: Page, state: str) -> None:
    """Pictures of the page as it is, a light and a dark one, a wide and a narrow one; axe finds nothing at all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme, (size, (width, height)) in zip(SCHEMES, SIZES.items(), strict=True):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=PICTURES / f"{state}-{size}-{scheme}.png")
        assert violations(page) == [], f"{state} on a {size}, {scheme}"
        assert too_wide(page) == 0, f"{state} on a {size}"
    page.set_viewport_size({"width": SIZES["desktop"][0], "height": SIZES["desktop"][1]})


def status_with(base_url: str, token: str) -> int:
    """What the API answers to a program that has this key."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{base_url}/api/credits", headers=headers, timeout=60).status_code


def test_a_key_and_a_worker_token_are_shown_once(pages: Pages, stack: Stack) -> None:
    tab, _ = somebody(pages, stack.base_url)
    page = tab.page
    tab.test_id("account-keys").click()
    expect(page).to_have_url(re.compile("/account#keys$"))
    expect(tab.test_id("keys")).to_contain_text("No keys yet.")

    tab.test_id("new-key").click()
    tab.test_id("key-name").fill("Backup script")
    for scope, chosen in (("chat", True), ("read", True), ("worker", False)):
        expect(tab.test_id(f"scope-{scope}")).to_be_checked(checked=chosen)
    tab.test_id("scope-chat").uncheck()
    tab.test_id("scope-read").uncheck()
    expect(tab.test_id("make-key")).to_be_disabled()
    tab.test_id("scope-read").check()
    look(page, "key-scopes")
    tab.test_id("make-key").click()
    key = tab.test_id("secret").input_value()
    assert re.fullmatch(r"ak_\w{30,}", key)
    assert status_with(stack.base_url, key) == 200
    for _ in range(3):  # a browser closes a dialog at the second Escape, if it is let
        page.keyboard.press("Escape")
    page.mouse.click(5, 5)
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/account$"))
    expect(tab.test_id("secret")).to_have_value(key)
    expect(tab.test_id("error")).to_contain_text("You haven’t copied it yet.")
    look(page, "key-not-copied")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.test_id("copy-secret").click()
    expect(tab.test_id("error")).to_have_count(0)
    assert page.evaluate("navigator.clipboard.readText()") == key
    tab.test_id("secret-done").click()
    expect(tab.test_id("secret")).to_have_count(0)

    page.goto("/account#keys")
    row = tab.test_id("key-row")
    expect(row).to_contain_text("Backup script")
    expect(row.get_by_test_id("key-scopes")).to_have_text("May read")
    expect(row).to_contain_text("last used just now")
    assert key not in page.content()
    row.get_by_test_id("revoke-key").click()
    tab.test_id("confirm-revoke-key").click()
    expect(tab.test_id("keys")).to_contain_text("No keys yet.")
    assert status_with(stack.base_url, key) == 401

    tab.test_id("account-workers").click()
    tab.test_id("new-worker").click()
    tab.test_id("new-worker-model").fill("llama3.2")
    page.keyboard.press("Enter")
    token = tab.test_id("secret").input_value()
    assert token in tab.test_id("worker-command").input_value()
    look(page, "worker-token")
    tab.test_id("secret-done").click()
    tab.test_id("lose-secret").click()
    headers = {"Authorization": f"Bearer {token}"}
    httpx.post(
        f"{stack.base_url}/api/worker/heartbeat", headers=headers, json={}, timeout=60
    ).raise_for_status()
    worker = tab.test_id("account-worker")
    worker.get_by_test_id("rename-worker").click()
    tab.test_id("worker-name").fill("The tower")
    page.keyboard.press("Enter")
    expect(worker).to_contain_text("The tower")
    look(page, "workers")
    worker.get_by_test_id("remove-account-worker").click()
    tab.test_id("confirm-remove-account-worker").click()
    expect(tab.test_id("workers")).to_contain_text("No workers yet.")
    refused = httpx.post(f"{stack.base_url}/api/worker/heartbeat", headers=headers, json={}, timeout=60)
    assert refused.status_code == 401


def test_another_browser_is_signed_out_and_everything_deleted(pages: Pages, stack: Stack) -> None:
    tab, wallet = somebody(pages, stack.base_url)
    other = MoneyPage(pages.context().new_page())
    ChainWallet(stack.base_url, account=wallet.account).enter(other.page.context)
    other.open("/account").sign_in(wallet)
    script = Person(stack.base_url, wallet=wallet.account).sign_in()
    conversation = script.post("/api/chat/send", {"tier": "pro", "content": "What are owls?"})

    page = tab.page
    page.goto("/account#sessions")
    expect(tab.test_id("session-row")).to_have_count(3)
    expect(tab.test_id("session-row").filter(has_text="this browser")).to_contain_text("Chrome on Linux")
    look(page, "sessions")
    away = tab.test_id("session-row").filter(has_text="Chrome on Linux").get_by_test_id("end-session")
    away.click()
    expect(tab.test_id("session-row")).to_have_count(2)
    pages.expect_problem("401")
    other.test_id("account-keys").click()  # whatever it asks for, it finds that nobody is signed in
    expect(other.test_id("visitor-sign-in")).to_be_visible()
    assert script.get("/api/me")["user"] is not None
    tab.test_id("end-other-sessions").click()
    expect(tab.test_id("session-row")).to_have_count(1)
    assert script.get("/api/me")["user"] is None

    tab.test_id("account-data").click()
    look(page, "data")
    with page.expect_download() as file:
        tab.test_id("export-account").click()
    assert file.value.suggested_filename == "ashao-account.json"
    told = json.loads(file.value.path().read_text())
    assert told["person"]["wallet"] == wallet.account.address
    assert [one["id"] for one in told["conversations"]] == [conversation["conversationId"]]

    balance = tab.test_id("balance").inner_text()
    tab.test_id("delete-account-data").click()
    expect(tab.test_id("confirm-delete-account-data")).to_be_disabled()
    tab.test_id("confirm-words").fill("delete everything")
    look(page, "delete-everything")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Everything was deleted")).to_be_visible()
    look(page, "deleted")
    tab.sign_in(wallet)
    expect(tab.test_id("balance")).to_have_text(balance)
    assert page.evaluate("fetch('/api/chat/conversations').then((one) => one.json())")["conversations"] == []
