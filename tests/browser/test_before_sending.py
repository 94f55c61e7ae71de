"""What a person sees before a message is sent: a page that stands still, who answers, the price, and what to do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute, expect

from bench.landing import SIZES, WATCH, read, wait_for_the_rest

from .chat_page import SHORT, ChatPage, wait_until
from .conftest import ARTIFACTS, Pages
from .looks import SCHEMES, violations

PICTURES = ARTIFACTS / "before-sending"
LEAVE_CREDITS = """
from datetime import timedelta
from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from ledger.books import actions, chart, queries
user = User.objects.get(wallet="{wallet}")
granted = chart.user_granted(user.pk)
left = queries.available(granted) - {credits} * 10_000
actions.hold(key="test:{wallet}", reference="test", sources=[granted], amount_micros=left,
             expires_at=now() + timedelta(hours=1))
"""


class LateNews:
    """The page's calls and its socket, as slow as can be: what they bring comes when the page stands there already."""

    def __init__(self, context: BrowserContext) -> None:
        self._held: list[Route] = []
        self._sockets: list[WebSocketRoute] = []
        self._late = True
        context.route("**/api/*", self._hold)
        context.route_web_socket("**/ws/live", lambda socket: self._sockets.append(socket))  # noqa: PLW0108

    def arrive(self) -> None:
        self._late = False
        for route in self._held:
            route.continue_()

    def _hold(self, route: Route) -> None:
        if self._late:
            self._held.append(route)
        else:
            route.continue_()

    def tell(self, pro: dict[str, Any], max_: dict[str, Any], jobs_per_minute: int) -> None:
        news = {
            "workers": pro["workers"] + max_["workers"],
            "tiers": {"pro": {"cloud": "provider", **pro}, "max": {"cloud": "provider", **max_}},
            "jobsPerMinute": jobs_per_minute,
            "tokensPerMinute": 900,
        }
        self._sockets[-1].send(json.dumps({"type": "network", **news}))


@pytest.fixture
def late(pages: Pages) -> Callable[[str], tuple[ChatPage, LateNews]]:
    def open_landing(size: str) -> tuple[ChatPage, LateNews]:
        width, height = SIZES[size]
        context = pages.context(width=width, height=height, touch=size == "phone")
        context.add_init_script(WATCH)
        news = LateNews(context)
        page = context.new_page()
        page.goto("/")
        wait_until(lambda: bool(page.evaluate("seen.first !== null")))
        return ChatPage(page), news

    return open_landing


def look(page: Page, state: str, size: str) -> None:
    """Take pictures of the page as it is, light and dark, and have axe look at each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=PICTURES / f"{state}-{size}-{scheme}.png")
        assert violations(page) == [], f"{state} on a {size}, {scheme}"
    wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{state} on a {size} is {wider} pixels too wide"


@pytest.mark.parametrize("size", SIZES)
def test_nothing_on_the_landing_moves_when_the_rest_arrives(
    late: Callable[[str], tuple[ChatPage, LateNews]], size: str
) -> None:
    chat, news = late(size)
    expect(chat.page.get_by_role("heading", level=1)).to_be_visible()
    expect(chat.test_id("sign-in")).to_have_count(0)
    wait_until(lambda: read(chat.page).largest_paint_ms > 0)

    news.arrive()
    wait_for_the_rest(chat.page)
    for workers in (0, 1, 30, 1_234):
        load = {"workers": workers, "queued": 0, "waitMs": 2_100}
        news.tell(load, load, jobs_per_minute=workers)
        expect(chat.test_id("network-status")).to_contain_text(f"{2 * workers:,}")
    measured = read(chat.page)
    print(f"\n{size}: {measured}")
    assert (measured.shift, measured.moved) == (0, [])
    look(chat.page, "landing", size)

    example = chat.test_id("example").first
    words = example.inner_text()
    example.click()
    expect(chat.composer).to_have_value(words)
    expect(chat.composer).to_be_focused()
    expect(chat.test_id("send")).to_be_enabled()
    chat.composer.fill("A thought of my own")
    expect(example).to_be_hidden()  # what somebody has thought of, it must not replace


@pytest.mark.parametrize("size", SIZES)
def test_the_tiers_say_who_answers_and_when_without_being_in_the_way(
    late: Callable[[str], tuple[ChatPage, LateNews]], size: str
) -> None:
    chat, news = late(size)
    news.arrive()
    wait_for_the_rest(chat.page)
    news.tell({"workers": 3, "queued": 0, "waitMs": 2_140}, {"workers": 0, "queued": 0, "waitMs": None}, 4)
    details, panel = chat.test_id("tier-details"), chat.test_id("tier-panel")
    expect(details).to_have_accessible_name("3 online, about 2 s (about the tiers)")

    chat.test_id("tier-max").click()
    expect(details).to_have_accessible_name("The cloud, at once (about the tiers)")
    if size == "phone":
        details.tap()
    else:
        details.focus()
        chat.page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    for tier, words in {
        "pro": ["10 credits", "Volunteers’ browsers and machines", "3 machines online", "in about 2 s"],
        "max": ["15 credits", "Native machines and the cloud", "the cloud begins at once", "Chosen"],
    }.items():
        for part in words:
            expect(chat.test_id(f"tier-about-{tier}")).to_contain_text(part)
    look(chat.page, "tiers", size)

    chat.page.keyboard.press("Tab")
    choose = chat.test_id("tier-choose-pro")
    expect(choose).to_be_focused()
    news.tell({"workers": 4, "queued": 9, "waitMs": 12_900}, {"workers": 1, "queued": 0, "waitMs": 80}, 4)
    expect(chat.test_id("tier-about-pro")).to_contain_text(
        "4 machines online: an answer begins in about 15 s."
    )
    expect(chat.test_id("tier-about-max")).to_contain_text(
        "1 machine online: an answer begins within a second."
    )
    expect(choose).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    expect(details).to_be_focused()
    expect(chat.test_id("tier-pro").get_by_role("radio")).to_be_checked()

    chat.page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(details).to_be_focused()


def test_too_few_credits_are_explained_before_sending_and_after(
    pages: Pages, manage: Callable[..., str]
) -> None:
    context = pages.context()
    chat = pages.chat(context=context)
    chat.sign_in()
    expect(chat.test_id("price")).to_have_text("Costs 10 of your 500 credits.")
    wallet = chat.page.request.get("/api/me").json()["user"]["wallet"]
    manage("shell", "--no-imports", "-c", LEAVE_CREDITS.format(wallet=wallet, credits=12))
    chat.page.reload()
    chat.balance_is(12)
    spoken, short, error = (
        chat.test_id("spoken-balance"),
        chat.test_id("credits-short"),
        chat.test_id("error"),
    )
    expect(spoken).to_be_empty()

    chat.test_id("tier-max").click()
    expect(short).to_contain_text("You have 12 credits; an answer from Max costs 15. Pro costs 10.")
    expect(short.get_by_role("link", name="Buy credits")).to_have_attribute("href", "/account")
    for size, (width, height) in SIZES.items():
        chat.page.set_viewport_size({"width": width, "height": height})
        look(chat.page, "short", size)

    pages.expect_problem(r"402.*/api/chat/send")
    chat.composer.fill(SHORT)
    chat.test_id("send").click()
    expect(error).to_contain_text("You have 12 credits; an answer from Max costs 15. Pro costs 10.")
    expect(short).to_have_count(0)
    expect(chat.composer).to_have_value(SHORT)
    error.get_by_role("button", name="Use Pro").click()
    expect(error).to_have_count(0)
    expect(chat.test_id("price")).to_have_text("Costs 10 of your 12 credits.")

    chat.test_id("send").click()
    expect(chat.answer).to_have_attribute("data-status", "pending")
    chat.finished("done")
    chat.balance_is(2)
    expect(spoken).to_have_text("2 credits left.")
    expect(short).to_contain_text("You have 2 credits; an answer from Pro costs 10.")
    short.get_by_role("link", name="Earn by running a worker").click()
    expect(chat.page).to_have_url(f"{context.pages[0].url.split('/earn')[0]}/earn")
