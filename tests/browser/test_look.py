"""The look of all pages, state by state: a picture of each, what axe says, and how one gets around without a mouse."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from ashao_site.embedded.stack import Stack

from .answer_texts import RICH
from .conftest import ARTIFACTS, Pages
from .looks import SCHEMES, SIZES, too_wide, violations
from .people import Person, ScriptedWorker

PICTURES = ARTIFACTS / "look"
NARROW_PX = 320
"""What is left of a window of 1280 at four times the size: the least that a page must do with."""
QUESTION = "How does an owl turn its head?"
PAGES = ("/", "/account", "/stake", "/treasury", "/earn", "/docs", "/nothing/here")
MOVING = """() => document.getAnimations()
    .filter((one) => one.playState === 'running' && one.effect.getComputedTiming().duration > 0)
    .map((one) => one.animationName ?? one.transitionProperty)"""

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def alice(stack: Stack) -> Iterator[Person]:
    """Has one conversation, with everything in it that an answer can have."""
    person, owner = Person(stack.base_url).sign_in(), Person(stack.base_url).sign_in()
    with ScriptedWorker(owner) as worker:
        person.post("/api/chat/send", {"tier": "pro", "content": QUESTION})
        worker.answer(worker.claim(), [RICH], pause_s=0)
    yield person
    person.http.close()
    owner.http.close()


@pytest.fixture
def as_alice(pages: Pages, alice: Person) -> Open:
    def enter(path: str = "/", context: BrowserContext | None = None) -> Page:
        context = context or pages.context()
        cookies = [{"name": k, "value": v, "url": alice.base_url} for k, v in alice.http.cookies.items()]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.emulate_media(reduced_motion="reduce")
        page.goto(path)
        return page

    return enter


def path_of(alice: Person) -> str:
    return "/c/" + str(alice.get("/api/chat/conversations")["conversations"][0]["id"])


def look(page: Page, state: str) -> None:
    """Pictures in both sizes and lights. What axe finds in the light it finds in the dark, but for the colours."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=Path(PICTURES / f"{state}-{size}-{scheme}.png"))
            rules = ("color-contrast",) if scheme == "dark" else ()
            assert violations(page, *rules) == [], f"{state} on a {size}, {scheme}"
        assert too_wide(page) == 0, f"{state} on a {size}"
        assert page.evaluate(MOVING) == [], f"{state} moves, and shouldn't"
    page.set_viewport_size({"width": SIZES["desktop"][0], "height": SIZES["desktop"][1]})


def never(_route: Route) -> None:
    """The answer doesn't come."""


def test_the_chat_state_by_state(pages: Pages, as_alice: Open, alice: Person) -> None:
    path = path_of(alice)
    page = as_alice(path)
    expect(page.locator("table")).to_be_visible()
    expect(page).to_have_title(f"{QUESTION} · ashao")
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    page.locator(".scroller").evaluate("it => { it.scrollTop = 0; }")
    look(page, "conversation")
    page.keyboard.press("Control+/")
    expect(page.get_by_test_id("shortcuts")).to_be_visible()
    look(page, "shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+b")
    look(page, "without-the-list")
    page.keyboard.press("Control+b")

    page.route(f"**/api/chat/conversations/{path[3:]}", never)
    page.reload()
    expect(page.locator(".thread-loading")).to_be_visible()
    look(page, "loading")
    pages.expect_problem(r"404|ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    page.unroute_all()
    page.goto("/c/conv_nowhere")
    expect(page.get_by_role("heading", name="This conversation isn’t here")).to_be_visible()
    look(page, "missing")
    page.route("**/api/chat/conversations/**", lambda route: route.abort())
    page.goto(path)
    expect(page.get_by_role("heading", name="This conversation couldn’t be loaded")).to_be_visible()
    look(page, "failed")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("table")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_test_id("composer").fill("Am I heard?")
    expect(page.get_by_text("You’re offline. What you write")).to_be_visible()
    look(page, "offline")
    page.context.set_offline(False)


def test_visitors_and_the_other_pages(pages: Pages, as_alice: Open) -> None:
    pages.expect_problem(r"404|ERR_FAILED")
    page = pages.context().new_page()
    page.goto("/")
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    look(page, "visitor")
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("dev-wallet")).to_be_visible()
    look(page, "sign-in")
    page.goto("/account")
    expect(page.get_by_role("main").get_by_role("button", name="Sign in")).to_be_visible()
    look(page, "account-of-a-visitor")
    page.goto("/nothing/here")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    look(page, "no-such-page")

    page = as_alice("/account")
    expect(page.get_by_test_id("statement-row").first).to_be_visible()
    look(page, "account")
    page.route("**/api/treasury", never)
    page.goto("/treasury")
    expect(page.get_by_test_id("treasury")).to_have_attribute("data-state", "loading")
    look(page, "treasury-loading")
    page.unroute_all()
    page.route("**/api/staking", lambda route: route.abort())
    page.goto("/stake")
    expect(page.get_by_test_id("error")).to_be_visible()
    look(page, "stake-failed")


def test_no_page_is_scrolled_sideways_when_it_is_narrow(pages: Pages, as_alice: Open, alice: Person) -> None:
    pages.expect_problem("404")
    page = as_alice(context=pages.context(width=NARROW_PX, height=568))
    for path in (*PAGES, path_of(alice)):
        page.goto(path)
        expect(page.get_by_role("main")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert too_wide(page) == 0, path
        page.emulate_media(forced_colors="active")
        page.screenshot(path=Path(PICTURES / f"narrow-{re.sub('[^a-z]+', '-', path)[:20]}.png"))
        page.emulate_media(forced_colors="none")


def test_the_chat_by_keys_alone(as_alice: Open, alice: Person) -> None:
    page = as_alice(path_of(alice))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    composer = page.get_by_test_id("composer")
    expect(page.locator("table")).to_be_visible()
    expect(composer).to_be_focused()
    page.keyboard.type("is it 1/2?")
    expect(composer).to_have_value("is it 1/2?")
    expect(page.get_by_test_id("shortcuts")).to_have_count(0)
    composer.fill("")

    page.keyboard.press("Control+Shift+Y")
    expect(page.get_by_test_id("said")).to_have_text("Answer copied.")
    assert page.evaluate("navigator.clipboard.readText()") == RICH
    page.keyboard.press("Control+Shift+O")
    expect(page).to_have_url(f"{alice.base_url}/")
    expect(page).to_have_title("ashao")
    expect(composer).to_be_focused()

    button = page.get_by_test_id("shortcuts-button")
    button.press("Enter")
    expect(page.get_by_test_id("shortcuts")).to_contain_text("Copy the last answer")
    page.keyboard.press("Control+k")  # a dialog is answered first
    expect(page.get_by_test_id("search")).not_to_be_focused()
    page.get_by_test_id("single-keys").press("Space")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("shortcuts")).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(button).to_be_focused()
    page.keyboard.press("Control+/")
    page.get_by_test_id("single-keys").press("Space")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("/")
    expect(composer).to_be_focused()

    page.keyboard.press("Control+b")
    expect(page.get_by_test_id("search")).to_have_count(0)
    expect(page.get_by_test_id("menu")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("search")).to_be_focused()


def test_a_screen_reader_is_told_and_the_answer_stopped_by_escape(as_alice: Open) -> None:
    page = as_alice()
    page.keyboard.press("Tab")  # from where one writes, which has the focus
    page.get_by_role("link", name="Skip to your message").press("Enter")
    composer = page.get_by_test_id("composer")
    expect(composer).to_be_focused()
    status = page.get_by_test_id("status-announcement")
    composer.fill("Tell me a long story about a lighthouse.")
    composer.press("Enter")
    expect(status).to_have_text("An answer is being written.")
    composer.press("Escape")
    expect(status).to_have_text("You stopped this answer.")
    expect(page.get_by_test_id("message-assistant")).to_have_attribute("data-status", "stopped")

    page.goto("/treasury")
    page.get_by_role("link", name="Skip to the page").press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
