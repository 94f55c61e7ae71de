"""The admin in the browser: the books, the network, and nothing that people wrote."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ashao_site.embedded.stack import Stack

from .conftest import Pages
from .people import Person, ScriptedWorker
from .second_factor import pass_second_factor

PASSWORD = "correct horse battery staple"
PROMPT = "What is a wug-prompt-7f3a?"
ANSWER = "A wug-answer-91bc is a bird."
WALLET = re.compile(r"0x[0-9a-fA-F]{40}")


@pytest.fixture(scope="module")
def staff_name(manage: Callable[..., str]) -> str:
    """Alice, who may do everything in the admin."""
    manage("createsuperuser", "--noinput", "--staff_name", "alice", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    return "alice"


@pytest.fixture
def admin(pages: Pages, staff_name: str) -> Page:
    """The admin's first page, signed in."""
    page = pages.context().new_page()
    page.goto("/admin/")
    page.locator("input[name=username]").fill(staff_name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit], input[type=submit]").first.click()
    pass_second_factor(page)
    expect(page).to_have_url(re.compile(r"/admin/$"))
    return page


def one_job(stack: Stack) -> str:
    """A job that alice asked and bob's machine answered; its id."""
    alice, bob = Person(stack.base_url).sign_in(), Person(stack.base_url).sign_in()
    with ScriptedWorker(bob) as worker:
        sent = alice.post("/api/chat/send", {"tier": "pro", "content": PROMPT})
        worker.answer(worker.claim(), [ANSWER])
    return str(sent["jobId"])


def test_staff_see_jobs_and_workers_but_neither_texts_nor_people_beside_them(
    admin: Page, stack: Stack
) -> None:
    job_id = one_job(stack)
    admin.goto("/admin/workers/job/")
    expect(admin.locator("#result_list")).to_contain_text(job_id)
    assert not WALLET.search(admin.content())
    admin.get_by_role("link", name=job_id).click()
    expect(admin.locator("body")).to_contain_text("done")
    assert not WALLET.search(admin.content())

    admin.goto("/admin/")
    lists = admin.evaluate(
        "[...new Set([...document.querySelectorAll('a[href^=\"/admin/\"]')].map(a => a.pathname))]"
    )
    models = [path for path in lists if re.fullmatch(r"/admin/\w+/\w+/", path)]
    assert {"/admin/workers/job/", "/admin/workers/worker/", "/admin/ledger/account/"} <= set(models)
    for path in models:
        admin.goto(path)
        assert "wug" not in admin.content(), path
        row = admin.locator("#result_list tbody th a, #result_list tbody td a").first
        if row.count():
            row.click()
            assert "wug" not in admin.content(), admin.url


def test_from_an_account_to_its_entries_to_the_transfer(admin: Page, stack: Stack) -> None:
    one_job(stack)
    admin.goto("/admin/ledger/account/?q=promo%3Abudget")
    expect(admin.locator("#result_list")).to_contain_text("promo:budget")
    admin.get_by_role("link", name="Entries").last.click()
    expect(admin).to_have_url(re.compile(r"/admin/ledger/entry/\?account"))
    expect(admin.locator("#result_list")).to_contain_text("-$5.00")

    admin.locator("#result_list").get_by_role("link", name="grant").first.click()
    expect(admin).to_have_url(re.compile(r"/admin/ledger/transfer/\d+/"))
    body = admin.locator("#content, body").first
    expect(body).to_contain_text("-$5.00")
    expect(body).to_contain_text("promo:budget")
    expect(body).to_contain_text(":granted")


def test_staff_fund_the_promotion_budget(admin: Page) -> None:
    admin.goto("/admin/ledger/account/")
    admin.get_by_role("link", name="Fund the promotion budget").first.click()
    admin.locator("[name=amount_usd]").fill("12.50")
    admin.locator("[name=note]").fill("The board decided it in test 1.")
    admin.get_by_role("button", name="Review").click()
    expect(admin.locator("body")).to_contain_text("$12.50")
    admin.locator("[name=confirm]").click()
    expect(admin.locator("body")).to_contain_text("was funded with $12.50")

    admin.goto("/admin/ledger/transfer/")
    expect(admin.locator("#result_list")).to_contain_text("The board decided it in test 1.")
