"""The documentation in a real browser: its look in every light and size, by keyboard, and without a script."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ashao_site.embedded.stack import Stack

from .conftest import ARTIFACTS, Pages
from .looks import SCHEMES, SIZES, violations

PICTURES = ARTIFACTS / "docs"
DOCUMENTS = {
    "index": "/docs",
    "how-it-works": "/docs/how-it-works",
    "architecture": "/docs/architecture",
    "configuration": "/docs/configuration",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_looks_well_everywhere(pages: Pages, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = pages.context().new_page()
    page.goto(DOCUMENTS[name])
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(PICTURES / f"{name}-{size}-{scheme}.png"))
            assert violations(page) == [], f"on a {size}, {scheme}"
            wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{wider} pixels too wide on a {size}"


def test_from_the_chat_through_the_pages_by_keyboard(pages: Pages) -> None:
    page = pages.context().new_page()
    page.goto("/")
    page.get_by_test_id("nav-docs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Documentation")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name="How it works")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("How it works · ashao docs")
    page.get_by_role("complementary").get_by_role("link", name="What a worker sees").click()
    expect(page.get_by_role("heading", name="What a worker sees")).to_be_in_viewport()
    page.get_by_role("link", name="Next Credits and tiers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Credits and tiers")


def test_on_a_phone_without_a_script(chromium: Browser, stack: Stack) -> None:
    width, height = SIZES["phone"]
    context = chromium.new_context(
        base_url=stack.base_url, viewport={"width": width, "height": height}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/docs/faq")
    documents = page.get_by_role("navigation", name="Documentation")
    expect(documents).to_be_hidden()
    page.get_by_role("button", name="All pages").click()
    expect(documents).to_be_visible()
    page.keyboard.press("Escape")
    expect(documents).to_be_hidden()
    page.get_by_role("button", name="All pages").click()
    documents.get_by_role("link", name="Staking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Staking")
    page.get_by_text("On this page").first.click()
    page.get_by_role("link", name="A worked example").click()
    expect(page.get_by_role("heading", name="A worked example")).to_be_in_viewport()
    page.get_by_role("button", name="Pages, now on Docs").click()
    expect(page.get_by_role("link", name="Treasury")).to_be_in_viewport()
    context.close()


def test_a_name_that_is_not_there(pages: Pages) -> None:
    pages.expect_problem("404")
    page = pages.context().new_page()
    answer = page.goto("/docs/nothing")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    assert violations(page) == []
